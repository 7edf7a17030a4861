import type { ModelRegister } from '../model-registers.ts';

/** Bit 0 of a register that has the physical address of what a guest shares with KVM: it is used. */
export const ENABLED = 1;

/** The address in such a register's two words, low first. */
export function placeOf([low, high]: readonly number[]): number {
  return (high! >>> 0) * 2 ** 32 + ((low! & ~ENABLED) >>> 0);
}

export const hasKvm: ModelRegister['exists'] = ({ features }) => features.has('kvm');

/** The version of a structure after a change: the next even number. An odd one would tell the guest to read it again later; as no instruction runs meanwhile, nobody sees one. */
export function nextVersion(version: number): number {
  return ((version | 1) + 1) >>> 0;
}
