import type { RangeView } from '../machine-core.ts';

/** The visible parts of ranges that overlap: at each address the one of the highest priority; of two alike, the later one. */
export function flattened(ranges: readonly RangeView[]): RangeView[] {
  const edges = [...new Set(ranges.flatMap(({ base, length }) => [base, base + length]))].sort((a, b) => a - b);
  const result: RangeView[] = [];
  let before: RangeView | undefined;
  for (let n = 0; n + 1 < edges.length; n++) {
    const [base, end] = [edges[n], edges[n + 1]];
    const seen = ranges
      .filter((range) => range.base <= base && end <= range.base + range.length)
      .reduce<RangeView | undefined>(
        (best, range) => (best && best.priority > range.priority ? best : range),
        undefined,
      );
    const last = result.at(-1);
    if (seen !== undefined && seen === before && last) result[result.length - 1] = { ...last, length: end - last.base };
    else if (seen) result.push({ ...seen, base, length: end - base });
    before = seen;
  }
  return result;
}
