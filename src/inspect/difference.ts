/**
 * The lines in which two texts differ, those that are gone with `-`, new ones with `+`; of the lines that they share only
 * those are shown that `isHeading` picks and that have changes after them. Empty if they are equal.
 */
export function lineDifference(before: string, after: string, isHeading: (line: string) => boolean): string {
  let heading: string | null = null;
  const shown: string[] = [];
  for (const line of aligned(before.trimEnd().split('\n'), after.trimEnd().split('\n'))) {
    if (line.startsWith(' ')) {
      if (isHeading(line.slice(1))) heading = line;
      continue;
    }
    if (heading !== null) shown.push(heading);
    heading = null;
    shown.push(line);
  }
  return shown.join('\n');
}

/** All lines of both, marked with `-`, `+` or a space, by a longest common subsequence. */
function aligned(before: readonly string[], after: readonly string[]): string[] {
  const lengths = commonLengths(before, after);
  const lines: string[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    if (i < before.length && before[i] === after[j]) {
      lines.push(` ${before[i++]}`);
      j++;
    } else if (j === after.length || (i < before.length && lengths[i + 1][j] >= lengths[i][j + 1])) {
      lines.push(`-${before[i++]}`);
    } else lines.push(`+${after[j++]}`);
  }
  return lines;
}

/** By position in both: how many lines the rests have in common. */
function commonLengths(before: readonly string[], after: readonly string[]): number[][] {
  const lengths = Array.from({ length: before.length + 1 }, () => new Array<number>(after.length + 1).fill(0));
  for (let i = before.length - 1; i >= 0; i--) {
    for (let j = after.length - 1; j >= 0; j--) {
      const longest = Math.max(lengths[i + 1][j], lengths[i][j + 1]);
      lengths[i][j] = before[i] === after[j] ? lengths[i + 1][j + 1] + 1 : longest;
    }
  }
  return lengths;
}
