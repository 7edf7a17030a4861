import { Eflags, Word } from '../../translator/abi/state.ts';
import { flagCarriesOf, flagResultOf, flagsImage } from './arithmetic.ts';
import type { Cpu } from './cpu.ts';

/** Flags that this processor has. */
const known =
  Eflags.arithmetic |
  Eflags.rf |
  Eflags.tf |
  Eflags.if |
  Eflags.df |
  Eflags.iopl |
  Eflags.nt |
  Eflags.vm |
  Eflags.ac |
  Eflags.id |
  Eflags.vif |
  Eflags.vip;

/** Flags that POPF and IRET set at any privilege level. */
const unprivileged = Eflags.arithmetic | Eflags.tf | Eflags.df | Eflags.nt | Eflags.ac | Eflags.id;

/** The whole of EFLAGS. */
export function readEflags(cpu: Cpu): number {
  const { state } = cpu;
  return state[Word.eflags] | flagsImage(state[Word.flagResult], state[Word.flagCarries]);
}

/** Sets the flags in `mask` from an image. A change of VM or AC changes the key: updateKey is due. */
export function writeEflags(cpu: Cpu, image: number, mask: number): void {
  const { state } = cpu;
  const flags = (readEflags(cpu) & ~mask) | (image & mask);
  state[Word.flagResult] = flagResultOf(flags);
  state[Word.flagCarries] = flagCarriesOf(flags);
  state[Word.eflags] = (flags & known & ~Eflags.arithmetic) | Eflags.one;
}

/**
 * The flags that POPF and IRET may change at the current privilege level, VM apart (Intel SDM vol. 2, POPF).
 */
export function changeableFlags(cpu: Cpu, size: number): number {
  const cpl = cpu.state[Word.cpl];
  let mask = unprivileged;
  if (cpl <= cpu.ioPrivilege) mask |= Eflags.if;
  if (cpl === 0) mask |= Eflags.iopl;
  return size === 4 ? mask : mask & 0xffff;
}

/** Word.eflags as it is while a handler is entered: RF, VM, NT and TF cleared (Intel SDM vol. 3, 6.12.1). */
export function flagsInHandler(eflags: number): number {
  return eflags & ~(Eflags.rf | Eflags.vm | Eflags.nt | Eflags.tf);
}
