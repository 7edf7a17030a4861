import { Efer } from '../../../translator/abi/control-registers.ts';
import { Vector } from '../../../translator/abi/faults.ts';
import { Word } from '../../../translator/abi/state.ts';
import { raise } from '../../fault.ts';
import { PHYSICAL_BITS } from '../../memory/page-entry.ts';
import type { Cpu } from '../cpu.ts';
import type { ModelRegister } from '../model-register.ts';

/** Bits of VM_CR (AMD64 Architecture Programmer's Manual vol. 2, 15.30.1): the unused ones change what debuggers and A20 do. */
const VmControl = { unused: 5, redirectsInit: 1 << 1, lock: 1 << 3, disabled: 1 << 4 } as const;
const vmControlBits = Object.values(VmControl).reduce((bits, bit) => bits | bit, 0);

const hasSvm: ModelRegister['exists'] = ({ features }) => features.has('svm');

/** Bits of EFER that a processor with AMD-V has besides. */
export function svmEferBits({ model, state }: Cpu): number {
  return model.features.has('svm') && (state[Word.virtualizationControl]! & VmControl.disabled) === 0 ? Efer.svme : 0;
}

/** Whether an INIT becomes a security exception (15.21.8). */
export function redirectsInit(state: Int32Array): boolean {
  return (state[Word.virtualizationControl]! & VmControl.redirectsInit) !== 0;
}

/** VM_CR: AMD-V can be disabled until the lock is set. */
const virtualizationControl: ModelRegister = {
  first: 0xc0010114,
  exists: hasSvm,
  read: ({ state }) => [state[Word.virtualizationControl]!, 0],
  write({ state }, _number, low, high) {
    const before = state[Word.virtualizationControl]!;
    const fixed = before & VmControl.lock ? VmControl.lock | VmControl.disabled : 0;
    const next = (low & ~fixed) | (before & fixed);
    if (high !== 0 || (low & ~vmControlBits) !== 0) raise(Vector.generalProtection);
    if (next & VmControl.disabled && state[Word.efer]! & Efer.svme) raise(Vector.generalProtection);
    state[Word.virtualizationControl] = next;
  },
};

/** VM_HSAVE_PA: a page. */
const hostSaveArea: ModelRegister = {
  first: 0xc0010117,
  exists: hasSvm,
  read: ({ state }) => [state[Word.hostSaveArea]!, state[Word.hostSaveArea + 1]!],
  write({ state }, _number, low, high) {
    if ((low & 0xfff) !== 0 || high >>> 0 >= 2 ** (PHYSICAL_BITS - 32)) raise(Vector.generalProtection);
    state[Word.hostSaveArea] = low;
    state[Word.hostSaveArea + 1] = high;
  },
};

export const svmRegisters: readonly ModelRegister[] = [virtualizationControl, hostSaveArea];
