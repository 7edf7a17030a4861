import { flattened } from '../machine/memory-map.ts';
import type { Mapping, PhysicalRange, RangeView } from '../machine-core.ts';
import { ConfigurationError } from '../util/errors.ts';
import type { CoreSegment } from './core-file.ts';

/** Memory as it is at physical addresses: RAM, ROM, and what the display adapter has. Devices' registers are none. */
export function memoryBlocks(ranges: readonly RangeView[]): CoreSegment[] {
  const blocks: CoreSegment[] = [];
  for (const { kind, base, length } of flattened(ranges)) {
    if (kind !== 'i/o') append(blocks, { virtual: base, physical: base, bytes: length });
  }
  return blocks;
}

/** The segments of a core file by linear addresses: the memory that page tables map. */
export async function mappedSegments(
  mappings: AsyncIterable<Mapping>,
  blocks: readonly CoreSegment[],
): Promise<CoreSegment[]> {
  const mapped: CoreSegment[] = [];
  for await (const { linear, physical, bytes } of mappings) append(mapped, { virtual: linear, physical, bytes });
  return mapped.flatMap((segment) => blocks.flatMap((block) => part(segment, block.physical, block.bytes)));
}

/**
 * The parts of the segments in a range.
 * @throws ConfigurationError in QEMU's words if it has no memory
 */
export function within(segments: readonly CoreSegment[], { begin, length }: PhysicalRange): CoreSegment[] {
  const result = segments.flatMap((segment) => part(segment, begin, length));
  if (result.length === 0) throw new ConfigurationError('dump: no guest memory to dump');
  return result;
}

function part({ virtual, physical, bytes }: CoreSegment, begin: number, length: number): CoreSegment[] {
  const [first, end] = [Math.max(physical, begin), Math.min(physical + bytes, begin + length)];
  return first < end ? [{ virtual: virtual + first - physical, physical: first, bytes: end - first }] : [];
}

/** One that goes on where the last one ends becomes a part of it. */
function append(segments: CoreSegment[], segment: CoreSegment): void {
  const last = segments.at(-1);
  const offset = last === undefined ? -1 : segment.physical - last.physical;
  if (last && offset === last.bytes && segment.virtual - last.virtual === offset)
    segments[segments.length - 1] = { ...last, bytes: last.bytes + segment.bytes };
  else segments.push(segment);
}
