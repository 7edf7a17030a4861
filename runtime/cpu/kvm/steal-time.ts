import type { Cpu } from '../cpu.ts';
import { ENABLED, nextVersion, placeOf, placeRegister } from './shared-place.ts';

/** Where the guest reads how long it had no processor (Linux, Documentation/virt/kvm/x86/msr.rst: MSR_KVM_STEAL_TIME). */
const STEAL_TIME = 0x4b564d03;
/** The structure begins at a multiple of 64. */
const RESERVED = 0x3e;

/** struct kvm_steal_time, bytes: nanoseconds, and the version. */
const Steal = { time: 0, version: 8, bytes: 12 } as const;

export const kvmStealTime = placeRegister(STEAL_TIME, 'kvmStealTime', { reserved: RESERVED });

/** The guest had something to run for so many nanoseconds more, and no processor. What it knows of is added to; it need not ask. */
export function addStolenTime(
  { hypervisor, modelRegisters }: Pick<Cpu, 'hypervisor' | 'modelRegisters'>,
  nanoseconds: number,
): void {
  const place = modelRegisters.kvmStealTime;
  const at = placeOf(place);
  if ((place[0]! & ENABLED) === 0 || !hypervisor?.memory.has(at, Steal.bytes)) return;
  const view = new DataView(new ArrayBuffer(Steal.bytes));
  const bytes = new Uint8Array(view.buffer);
  hypervisor.memory.read(at, bytes);
  view.setBigUint64(Steal.time, view.getBigUint64(Steal.time, true) + BigInt(Math.floor(nanoseconds)), true);
  view.setUint32(Steal.version, nextVersion(view.getUint32(Steal.version, true)), true);
  hypervisor.memory.write(at, bytes);
}
