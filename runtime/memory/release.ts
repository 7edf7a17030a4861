import { PAGE_BYTES, PAGE_SHIFT } from '../../translator/abi/page.ts';
import { NO_FRAME, type PhysicalMap } from './physical-map.ts';
import type { GuestRam } from './ram.ts';

/** Gives a part of the machine's buffer back to the host: it is zeros afterwards, and takes no memory until somebody touches it. False: the host can't. */
export type ReleaseMemory = (bytes: Uint8Array) => boolean;

/** Forgets what is in physical pages: they are zeros, and the host gets their memory back where it can take it. */
export function releasePages(map: PhysicalMap, pages: readonly number[], release: ReleaseMemory): void {
  const frames = new Set(pages.map((page) => map.storedFrameAt(page)));
  frames.delete(NO_FRAME);
  for (const [first, count] of runsOf([...frames].sort((a, b) => a - b))) {
    const bytes = map.ram.bytes.subarray(first * PAGE_BYTES, (first + count) * PAGE_BYTES);
    if (!release(bytes)) clear(bytes);
    tellOfStores(map.ram, first, count);
  }
}

/** Numbers that follow each other, together: the first one, and how many. */
function runsOf(numbers: readonly number[]): [first: number, count: number][] {
  const runs: [number, number][] = [];
  for (const number of numbers) {
    const last = runs.at(-1);
    if (last !== undefined && last[0] + last[1] === number) last[1]++;
    else runs.push([number, 1]);
  }
  return runs;
}

/** Pages that were never touched stay so. */
function clear(bytes: Uint8Array): void {
  for (let at = 0; at < bytes.length; at += PAGE_BYTES) {
    const page = bytes.subarray(at, at + PAGE_BYTES);
    if (page.some((byte) => byte !== 0)) page.fill(0);
  }
}

function tellOfStores({ frames }: GuestRam, first: number, count: number): void {
  for (let frame = first; frame < first + count; frame++) frames.stored(frame << PAGE_SHIFT, PAGE_BYTES, 'device');
}
