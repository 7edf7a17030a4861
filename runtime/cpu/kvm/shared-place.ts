import { Vector } from '../../../translator/abi/faults.ts';
import { raise } from '../../fault.ts';
import type { Cpu } from '../cpu.ts';
import type { ModelRegister } from '../model-register.ts';

/** Bit 0 of a register that has the physical address of what a guest shares with KVM: it is used. */
export const ENABLED = 1;

/** The address in such a register's two words, low first. */
export function placeOf([low, high]: readonly number[]): number {
  return (high! >>> 0) * 2 ** 32 + ((low! & ~ENABLED) >>> 0);
}

/**
 * A register that has the place of a structure.
 * @param reserved bits of its lower word that must be 0
 * @param told does what follows when the guest has told of a place
 */
export function placeRegister(
  first: number,
  name: 'kvmWallClock' | 'kvmSystemTime' | 'kvmStealTime',
  { reserved = 0, told }: { readonly reserved?: number; readonly told?: (cpu: Cpu) => void },
): ModelRegister {
  return {
    first,
    exists: ({ features }) => features.has('kvm'),
    read: ({ modelRegisters: { [name]: value } }) => [value[0]!, value[1]!],
    write(cpu, _number, low, high) {
      if ((low & reserved) !== 0) raise(Vector.generalProtection);
      cpu.modelRegisters[name] = [low >>> 0, high >>> 0];
      told?.(cpu);
    },
  };
}

/** The version of a structure after a change: the next even number. An odd one would tell the guest to read it again later; as no instruction runs meanwhile, nobody sees one. */
export function nextVersion(version: number): number {
  return ((version | 1) + 1) >>> 0;
}
