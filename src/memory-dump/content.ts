import type { PhysicalRange } from '../machine-core.ts';
import type { Examine } from '../machine-types.ts';
import { allMappings } from '../page-mappings.ts';
import { type CoreSegment, coreFileHead } from './core-file.ts';
import type { MemoryDumpSettings } from './memory-dumps.ts';
import { processorNotes } from './notes.ts';
import { mappedSegments, memoryBlocks, within } from './segments.ts';

/** Bytes that are read at a time. */
const PIECE = 1 << 20;

/** What a core file of a machine consists of. */
interface DumpContent {
  readonly head: Uint8Array;
  /** Bytes of `memory`, which follows the head. */
  readonly total: number;
  readonly memory: AsyncIterable<Uint8Array>;
}

/** @throws ConfigurationError if there is no memory where it was asked for */
export async function dumpContent(examine: Examine, settings: MemoryDumpSettings): Promise<DumpContent> {
  const segments = await segmentsOf(examine, settings);
  return {
    head: coreFileHead(processorNotes(await examine('registers')), segments),
    total: segments.reduce((sum, { bytes }) => sum + bytes, 0),
    memory: memoryOf(examine, segments),
  };
}

async function segmentsOf(examine: Examine, { paging, begin, length }: MemoryDumpSettings): Promise<CoreSegment[]> {
  const blocks = memoryBlocks(await examine('memoryMap'));
  const mappings = paging ? await allMappings(examine) : null;
  const segments = mappings === null ? blocks : await mappedSegments(mappings, blocks);
  return begin === undefined || length === undefined ? segments : within(segments, { begin, length });
}

/** Pieces of many small segments are asked for together. */
async function* memoryOf(examine: Examine, segments: readonly CoreSegment[]): AsyncGenerator<Uint8Array> {
  let [ranges, bytes]: [PhysicalRange[], number] = [[], 0];
  for (const segment of segments) {
    for (let done = 0; done < segment.bytes; ) {
      const length = Math.min(PIECE - bytes, segment.bytes - done);
      ranges.push({ begin: segment.physical + done, length });
      done += length;
      bytes += length;
      if (bytes < PIECE) continue;
      yield await examine('readRanges', ranges);
      [ranges, bytes] = [[], 0];
    }
  }
  if (bytes > 0) yield await examine('readRanges', ranges);
}
