import { Eflags } from '../../../translator/abi/state.ts';
import type { Instruction } from '../../../translator/x86/instruction.ts';
import type { UserEvent } from './program.ts';

const ALIGNMENT = 17;
const PAGE_FAULT = 14;
const DEBUG = 1;
const STACK_FAULT = 12;
const PROTECTION = 13;
const PAGE_MASK = ~0xfff;

/** A case that manuals leave open: its reason, and the host's event with the open parts taken from ours. */
export interface OpenDetail {
  readonly reason: string;
  readonly mnemonics: RegExp;
  /** `before`: ours before `actual`. */
  adopt(actual: UserEvent, expected: UserEvent, before: UserEvent | undefined): UserEvent;
}

export const openDetails: readonly OpenDetail[] = [
  {
    reason: 'POPA has popped some registers when it faults (it is run again, and pops them again)',
    mnemonics: /^POPA/,
    adopt: (actual, expected) => {
      const registers = actual.registers.map((value, n) => (n === 4 ? expected.registers[n]! : value));
      return { ...expected, registers };
    },
  },
  {
    reason: 'the byte of a large operand that a page fault names; the page is compared',
    mnemonics: /^(F(XSAVE|XRSTOR|NSAVE|RSTOR|NSTENV|LDENV)|POPA)/,
    adopt: (actual, expected) => withAddress(actual, expected, PAGE_MASK),
  },
  {
    reason: 'UNPCKHPD and its like may load only the half that they need (vol. 2)',
    mnemonics: /^P?UNPCKH/,
    adopt: (actual, expected) => withAddress(actual, expected, ~15),
  },
  {
    reason: 'RF that a single step between two elements pushes: Intel sets it (vol. 3, 18.3.1.1), AMD does not',
    mnemonics: /^(MOVS|CMPS|STOS|LODS|SCAS)[BD]$/,
    adopt: (actual, expected) => {
      if (expected.vector !== DEBUG) return expected;
      return { ...expected, eflags: (expected.eflags & ~Eflags.rf) | (actual.eflags & Eflags.rf) };
    },
  },
  {
    reason: 'flags in the middle of REPE and REPNE: from before (vol. 2, REP), on AMD those of the last element',
    mnemonics: /^(CMPS|SCAS)[BD]$/,
    adopt: (actual, expected, before) => {
      const isStepped = before?.eip === actual.eip && (before.eflags & Eflags.tf) !== 0;
      const flags = isStepped ? before.eflags : actual.eflags;
      return { ...expected, eflags: (expected.eflags & ~Eflags.arithmetic) | (flags & Eflags.arithmetic) };
    },
  },
];

/** The address of ours, if the bits of the mask are the same. */
function withAddress(actual: UserEvent, expected: UserEvent, mask: number): UserEvent {
  return ((actual.address ^ expected.address) & mask) === 0 ? { ...expected, address: actual.address } : expected;
}

/** Why a program is compared no further than to an event, or undefined: it is. */
export function whyOpen({ form }: Instruction, actual: UserEvent, expected: UserEvent): string | undefined {
  if (expected.vector === ALIGNMENT && actual.vector === PAGE_FAULT) {
    return 'an access that is not aligned and has no page: which fault is first (open in vol. 3, table 6-2)';
  }
  if (form.mnemonic === 'ENTER' && expected.vector === ALIGNMENT) {
    return 'whether ENTER checks the alignment of the stack pointer that it ends with (open in vol. 2)';
  }
  if (expected.vector === ALIGNMENT && /^(MOVU|MOVDQU|LDDQU)/.test(form.mnemonic)) {
    return 'whether #AC asks for 8 or 16 bytes at MOVUPS and MOVDQU (open in vol. 2)';
  }
  const isSegmentFault = expected.vector === PROTECTION || expected.vector === STACK_FAULT;
  if (isSegmentFault && actual.vector === PAGE_FAULT && isAtEnd(actual.address)) {
    return 'an access across the end of 4 GB (open in vol. 3, 5.3)';
  }
  if (form.mnemonic.startsWith('CMPS') && actual.vector !== expected.vector) {
    return 'which of the two operands of CMPS faults first (open in vol. 2)';
  }
  return undefined;
}

/** The last bytes of all, or the first. */
const isAtEnd = (address: number): boolean => (address + 32) >>> 0 < 64;
