import { Eflags } from '../../../translator/abi/state.ts';
import type { Instruction } from '../../../translator/x86/instruction.ts';
import type { Form } from '../../../translator/x86/table/form.ts';
import { instructionAt } from './listing.ts';
import { Image, type Program, type UserEvent } from './program.ts';
import { accessesSelector } from './writer.ts';

const ALIGNMENT = 17;
const PAGE_FAULT = 14;
const DEBUG = 1;
const STACK_FAULT = 12;
const PROTECTION = 13;
/** ES of the x87 status word. */
const EXCEPTION_SUMMARY = 0x80;
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

/** An event of an engine, and that of the host in its place. */
interface Pair {
  readonly actual: UserEvent;
  readonly expected: UserEvent;
}

/** An outcome that manuals leave open: the rest of the program is not compared. */
interface OpenOutcome {
  readonly reason: string;
  isOpen(instruction: Instruction, pair: Pair): boolean;
}

const named =
  (mnemonics: RegExp) =>
  ({ form }: Instruction): boolean =>
    mnemonics.test(form.mnemonic);
const isUnaligned = named(/^(MOVU|MOVDQU|LDDQU)/);
const isLongStore = named(/^F(STP|BSTP)$/);
const isX87Store = named(/^F(I?STP?|ISTTP|BSTP)$/);
const isEnter = named(/^ENTER$/);
const isCmps = named(/^CMPS/);

/** Asked of the instruction that faults on the engine, and of that on the host. */
const openOutcomes: readonly OpenOutcome[] = [
  {
    reason: 'an access that is not aligned and has no page: which fault is first (open in vol. 3, table 6-2)',
    isOpen: (_, { actual, expected }) =>
      actual.eip === expected.eip &&
      actual.vector !== expected.vector &&
      [actual, expected].every(({ vector }) => vector === ALIGNMENT || vector === PAGE_FAULT),
  },
  {
    reason: 'whether ENTER checks the alignment of the stack pointer that it ends with (open in vol. 2)',
    isOpen: (instruction, { expected }) => isEnter(instruction) && expected.vector === ALIGNMENT,
  },
  {
    reason: 'whether #AC asks for 1, 8 or 16 bytes at MOVUPS and MOVDQU (open in vol. 2)',
    isOpen: (instruction, { actual, expected }) =>
      isUnaligned(instruction) && (expected.vector === ALIGNMENT) !== (actual.vector === ALIGNMENT),
  },
  {
    reason: 'whether PUSH and POP of a segment register access 2 or 4 bytes (open in vol. 2)',
    isOpen: (instruction, { actual, expected }) =>
      accessesSelector(instruction) && (actual.vector !== expected.vector || actual.eip !== expected.eip),
  },
  {
    reason: 'whether an MMX instruction that faults has set TOP to 0 and the tags to valid (open in vol. 3, 14.2.1)',
    isOpen: ({ form }, { actual, expected }) => isMmx(form) && topOf(actual) !== topOf(expected),
  },
  {
    reason: 'whether an x87 store with an unmasked exception asks for its page (open in vol. 1, 8.7)',
    isOpen: (instruction, { actual, expected }) =>
      isX87Store(instruction) && actual.vector === PAGE_FAULT && (statusOf(expected) & EXCEPTION_SUMMARY) !== 0,
  },
  {
    reason: 'what a store of 10 bytes has stored when its second page faults (open in vol. 3, 6.5)',
    isOpen: (instruction, { actual }) =>
      isLongStore(instruction) && actual.vector === PAGE_FAULT && (actual.address & ~PAGE_MASK) === 0,
  },
  {
    reason: 'an access across the end of 4 GB (open in vol. 3, 5.3)',
    isOpen: (_, { actual, expected }) =>
      (expected.vector === PROTECTION || expected.vector === STACK_FAULT) &&
      actual.vector === PAGE_FAULT &&
      isAtEnd(actual.address),
  },
  {
    reason: 'which of the two operands of CMPS faults first (open in vol. 2)',
    isOpen: (instruction, { actual, expected }) => isCmps(instruction) && actual.vector !== expected.vector,
  },
];

/** Why a program is compared no further than to a pair of events, or undefined: it is. */
export function whyOpen(program: Program, actual: UserEvent, expected: UserEvent): string | undefined {
  const instructions = [actual.eip, expected.eip].flatMap((eip) => instructionAt(program, eip) ?? []);
  const isOpen = (outcome: OpenOutcome) =>
    instructions.some((instruction) => outcome.isOpen(instruction, { actual, expected }));
  return openOutcomes.find(isOpen)?.reason;
}

/** Those of MMX, and of SSE with an MMX register. */
const isMmx = ({ feature, operands }: Form): boolean =>
  feature === 'mmx' || operands.some((kind) => /^[PQN][a-z]/.test(kind));

/** The x87 status word: TOP in bits 11 to 13. */
const statusOf = ({ image }: UserEvent): number => image[Image.status]! | (image[Image.status + 1]! << 8);
const topOf = (event: UserEvent): number => (statusOf(event) >> 11) & 7;

/** The last bytes of all, or the first. */
const isAtEnd = (address: number): boolean => (address + 32) >>> 0 < 64;
