import { allMappings } from '../machine/page-mappings.ts';
import type { AskedProcessor, Examine } from '../machine/types.ts';
import type { PhysicalRange } from '../machine-core.ts';
import { type CoreSegment, coreFileHead } from './core-file.ts';
import type { MemoryDumpSettings } from './memory-dumps.ts';
import { processorNotes } from './notes.ts';
import { mappedSegments, memoryBlocks, within } from './segments.ts';

/** Bytes that are read at a time. */
const PIECE = 1 << 20;

/** The parts of a machine's core file. */
interface DumpContent {
  readonly head: Uint8Array;
  /** Bytes of `memory`, which follows the head. */
  readonly total: number;
  readonly memory: AsyncIterable<Uint8Array>;
}

/** @throws ConfigurationError if there is no memory where it was asked for */
export async function dumpContent(
  processors: readonly AskedProcessor[],
  settings: MemoryDumpSettings,
): Promise<DumpContent> {
  const segments = await segmentsOf(processors, settings);
  const registers = await Promise.all(processors.map(({ examine }) => examine('registers')));
  return {
    head: coreFileHead(processorNotes(registers), segments),
    total: segments.reduce((sum, { bytes }) => sum + bytes, 0),
    memory: memoryOf(processors[0]!.examine, segments),
  };
}

async function segmentsOf(
  processors: readonly AskedProcessor[],
  { paging, begin, length }: MemoryDumpSettings,
): Promise<CoreSegment[]> {
  const blocks = memoryBlocks(await processors[0]!.examine('memoryMap'));
  const mappings = paging ? await firstMappings(processors) : null;
  const segments = mappings === null ? blocks : await mappedSegments(mappings, blocks);
  return begin === undefined || length === undefined ? segments : within(segments, { begin, length });
}

/** The mappings of the first processor that has paging on; null: none has. */
async function firstMappings(processors: readonly AskedProcessor[]): ReturnType<typeof allMappings> {
  for (const { examine } of processors) {
    const mappings = await allMappings(examine);
    if (mappings !== null) return mappings;
  }
  return null;
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
