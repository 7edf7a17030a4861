import { Cr4 } from '../../translator/abi/control-registers.ts';
import { Exit } from '../../translator/abi/exits.ts';
import { Vector } from '../../translator/abi/faults.ts';
import { Word } from '../../translator/abi/state.ts';
import { raise } from '../fault.ts';
import type { Cpu } from './cpu.ts';
import { publishSystemTime } from './kvm/clock.ts';
import type { ModelRegister } from './model-register.ts';
import { intercept } from './svm/intercept.ts';

/** The time-stamp counter counts nanoseconds, at all times. */
export const TIMESTAMP_HERTZ = 1_000_000_000;
const TWO_32 = 0x100000000;

/** RDTSC. CR4.TSD keeps it from CPL 1-3. */
export function readTimestamp(cpu: Cpu): void {
  const { state } = cpu;
  if (state[Word.cr4] & Cr4.tsd && state[Word.cpl] !== 0) raise(Vector.generalProtection);
  intercept(state, Exit.rdtsc);
  cpu.hasSeenTime = true;
  const [low, high] = timestamp(cpu);
  state[Word.eax] = low;
  state[Word.edx] = high;
}

/** The counter's low and high word: the clock, the offset, and that of a guest. */
function timestamp(cpu: Cpu): [low: number, high: number] {
  const { state } = cpu;
  const now = Math.floor(cpu.nanoseconds());
  const high = Math.floor(now / TWO_32);
  // Not by the remainder of doubles, for which V8 calls the C library.
  const offset = (state[Word.timestampOffsetLow] >>> 0) + (state[Word.guestTimestampLow] >>> 0);
  const low = now - high * TWO_32 + offset;
  const upper = state[Word.timestampOffsetHigh] + state[Word.guestTimestampHigh] + Math.floor(low / TWO_32);
  return [low | 0, (high + upper) | 0];
}

/** Virtual time, in nanoseconds, at which the counter will have a value. */
export function timeOfTimestamp(cpu: Cpu, low: number, high: number): number {
  const { state } = cpu;
  const value = BigInt.asUintN(64, (BigInt(high) << 32n) | BigInt(low >>> 0));
  const offset = (BigInt(state[Word.timestampOffsetHigh]) << 32n) | BigInt(state[Word.timestampOffsetLow] >>> 0);
  return Number(BigInt.asIntN(64, value - offset));
}

/** The counter has jumped: the guest's clock is told, and what waits for a value of it waits for another time. */
function moved(cpu: Cpu): void {
  publishSystemTime(cpu);
  cpu.hypervisor?.hyperV?.timestampMoved(cpu);
  cpu.hypervisor?.xen?.timeChanged();
  const [low, high] = cpu.localApic?.readDeadline() ?? [0, 0];
  if ((low | high) !== 0) cpu.localApic!.writeDeadline(low, high, timeOfTimestamp(cpu, low, high));
}

/** IA32_TIME_STAMP_COUNTER: writing it changes the offset. */
export const timestampCounter: ModelRegister = {
  first: 0x10,
  exists: ({ features }) => features.has('tsc'),
  read: timestamp,
  write(cpu, _number, low, high) {
    const now = Math.floor(cpu.nanoseconds());
    const lowOffset = (low >>> 0) - (now % TWO_32);
    cpu.state[Word.timestampOffsetLow] = lowOffset;
    cpu.state[Word.timestampOffsetHigh] = high - Math.floor(now / TWO_32) - (lowOffset < 0 ? 1 : 0);
    moved(cpu);
  },
};

/** IA32_TSC_ADJUST: the sum of all changes that have been made to the counter (Intel SDM vol. 3, 18.17.3). */
export const timestampAdjust: ModelRegister = {
  first: 0x3b,
  exists: ({ features }) => features.has('tsc-adjust'),
  read: ({ state }) => [state[Word.timestampOffsetLow], state[Word.timestampOffsetHigh]],
  write(cpu, _number, low, high) {
    cpu.state[Word.timestampOffsetLow] = low;
    cpu.state[Word.timestampOffsetHigh] = high;
    moved(cpu);
  },
};
