import { putSystemTime, SYSTEM_TIME_BYTES } from '../cpu/kvm/clock.ts';
import { nextVersion } from '../cpu/kvm/shared-place.ts';
import type { BusMemory } from '../memory/bus-memory.ts';
import { PAGE_BYTES, ProcessorInfo, SharedInfo } from './abi.ts';

const SECOND = 1e9;

/** Tells how the TSC of a processor, and system time, belong together: in its structure at an address. The guest cannot read it half written. */
export function publishTime(
  memory: BusMemory,
  processorInfo: number,
  timestampOffset: readonly [number, number],
): void {
  const at = processorInfo + ProcessorInfo.time;
  const view = new DataView(new ArrayBuffer(SYSTEM_TIME_BYTES));
  memory.read(at, new Uint8Array(view.buffer, 0, 4));
  view.setUint32(0, nextVersion(view.getUint32(0, true)), true);
  putSystemTime(view, timestampOffset);
  memory.write(at, new Uint8Array(view.buffer));
}

/** Puts the time of day when system time was 0 into the shared page: seconds since 1970. */
export function publishWallClock(memory: BusMemory, sharedPage: number, start: number): void {
  const at = sharedPage * PAGE_BYTES + SharedInfo.wallVersion;
  const view = new DataView(new ArrayBuffer(16));
  const seconds = Math.floor(start);
  memory.read(at, new Uint8Array(view.buffer, 0, 4));
  view.setUint32(0, nextVersion(view.getUint32(0, true)), true);
  view.setUint32(4, seconds % 2 ** 32, true);
  view.setUint32(8, Math.floor((start - seconds) * SECOND), true);
  view.setUint32(12, Math.floor(seconds / 2 ** 32), true);
  memory.write(at, new Uint8Array(view.buffer));
}
