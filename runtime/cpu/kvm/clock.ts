import { Word } from '../../../translator/abi/state.ts';
import type { Cpu } from '../cpu.ts';
import { ENABLED, nextVersion, placeOf, placeRegister } from './shared-place.ts';

/**
 * KVM's paravirtual clock: two structures in the guest's memory, at addresses that it writes into two MSRs (Linux,
 * Documentation/virt/kvm/x86/msr.rst: MSR_KVM_WALL_CLOCK_NEW and MSR_KVM_SYSTEM_TIME_NEW).
 */
const WALL_CLOCK = 0x4b564d00;
const SYSTEM_TIME = 0x4b564d01;

/** struct pvclock_vcpu_time_info, bytes. */
const Time = { timestamp: 8, systemTime: 16, multiplier: 24, shift: 28, flags: 29, bytes: 32 } as const;
/** A TSC of 1 GHz: its count, shifted by 1, times a half in 32 bits after the point, is nanoseconds. */
const MULTIPLIER = 0x80000000;
const SHIFT = 1;
/** The TSCs of all processors agree. */
const STABLE = 1;

/** struct pvclock_wall_clock, bytes. */
const Wall = { seconds: 4, nanoseconds: 8, bytes: 12 } as const;
const SECOND = 1_000_000_000;

/** Writes a structure that begins with its version. Where no memory is nothing is written. */
function publish({ hypervisor }: Cpu, at: number, length: number, fill: (view: DataView) => void): void {
  if (!hypervisor?.memory.has(at, length)) return;
  const view = new DataView(new ArrayBuffer(length));
  hypervisor.memory.read(at, new Uint8Array(view.buffer, 0, 4));
  view.setUint32(0, nextVersion(view.getUint32(0, true)), true);
  fill(view);
  hypervisor.memory.write(at, new Uint8Array(view.buffer));
}

/** The guest asks for the time of day when the system time was 0, whatever bit 0 of the place is. */
export const kvmWallClock = placeRegister(WALL_CLOCK, 'kvmWallClock', {
  told(cpu) {
    const start = cpu.hypervisor?.secondsAtStart() ?? 0;
    publish(cpu, placeOf(cpu.modelRegisters.kvmWallClock), Wall.bytes, (view) => {
      view.setUint32(Wall.seconds, Math.floor(start), true);
      view.setUint32(Wall.nanoseconds, Math.floor((start - Math.floor(start)) * SECOND), true);
    });
  },
});

/** The guest says where it reads how TSC and system time belong together; bit 0 of the address: it does. */
export const kvmSystemTime = placeRegister(SYSTEM_TIME, 'kvmSystemTime', { told: publishSystemTime });

/** Due after each change of the TSC's offset. The system time is virtual time: 0 when the TSC was its offset. */
export function publishSystemTime(cpu: Cpu): void {
  const { state, modelRegisters } = cpu;
  const { kvmSystemTime: place } = modelRegisters;
  if ((place[0]! & ENABLED) === 0) return;
  const offset = [state[Word.timestampOffsetLow]!, state[Word.timestampOffsetHigh]!] as const;
  publish(cpu, placeOf(place), Time.bytes, (view) => putSystemTime(view, offset));
}

/** Bytes of the structure that tells how TSC and system time belong together; it begins with its version. */
export const SYSTEM_TIME_BYTES = Time.bytes;

/**
 * Fills that structure, but for its version.
 * @param offset of the TSC: low and high word
 */
export function putSystemTime(view: DataView, [low, high]: readonly [number, number]): void {
  view.setInt32(Time.timestamp, low, true);
  view.setInt32(Time.timestamp + 4, high, true);
  view.setBigUint64(Time.systemTime, 0n, true);
  view.setUint32(Time.multiplier, MULTIPLIER, true);
  view.setInt8(Time.shift, SHIFT);
  view.setUint8(Time.flags, STABLE);
}
