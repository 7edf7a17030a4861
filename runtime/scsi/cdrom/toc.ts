import { toBytes } from '../bytes.ts';
import { FRAMES, PREGAP } from './registers.ts';

/** READ TOC/PMA/ATIP (MMC-3, 6.25). */
const Format = { toc: 0, sessions: 1, raw: 2 } as const;

const FIRST_TRACK = 1;
const LEAD_OUT = 0xaa;
/** ADR 1 (position), control 4 (data track). */
const DATA_TRACK = 0x14;

/** Minutes, seconds and frames of a block. */
export function toMsf(block: number): number[] {
  const frames = block + PREGAP;
  return [Math.floor(frames / (60 * FRAMES)), Math.floor(frames / FRAMES) % 60, frames % FRAMES];
}

/**
 * The table of contents of a CD with one track of data, from `first` track or session on. Null: there is no such format,
 * or no such track.
 */
export function tableOfContents(blocks: number, format: number, first: number, msf: boolean): Uint8Array | null {
  const place = (block: number) => (msf ? [0, ...toMsf(block)] : toBytes(block, 4));
  switch (format) {
    case Format.toc:
      return tracks(blocks, first, place);
    case Format.sessions:
      return withHeader([0, DATA_TRACK, FIRST_TRACK, 0, ...place(0)]);
    case Format.raw:
      return withHeader(rawEntries(blocks));
    default:
      return null;
  }
}

function tracks(blocks: number, first: number, place: (block: number) => number[]): Uint8Array | null {
  if (first > FIRST_TRACK && first !== LEAD_OUT) return null;
  const track = [0, DATA_TRACK, FIRST_TRACK, 0, ...place(0)];
  const leadOut = [0, DATA_TRACK, LEAD_OUT, 0, ...place(blocks)];
  return withHeader(first === LEAD_OUT ? leadOut : [...track, ...leadOut]);
}

/** As in the lead-in of session 1: first track, last track, lead-out, and the track itself. */
function rawEntries(blocks: number): number[] {
  const entry = (point: number, place: readonly number[]) => [1, DATA_TRACK, 0, point, 0, 0, 0, 0, ...place];
  const ends = [...entry(0xa0, [FIRST_TRACK, 0, 0]), ...entry(0xa1, [FIRST_TRACK, 0, 0])];
  return [...ends, ...entry(0xa2, toMsf(blocks)), ...entry(FIRST_TRACK, toMsf(0))];
}

/** Length of what follows it, first and last track or session. */
function withHeader(descriptors: readonly number[]): Uint8Array {
  return Uint8Array.from([...toBytes(descriptors.length + 2, 2), FIRST_TRACK, FIRST_TRACK, ...descriptors]);
}
