/**
 * The helper table: what IR may call by name, with what a call may do. Besides these generated code calls only the cells
 * of cells.ts: memory's slow paths, faults, and ways to other nodes.
 * pure: a function of its arguments; never faults, reads or writes no state.
 * block: moves guest memory where that is plain RAM without code, or a device that acts as memory, up to a page at a time, or tells how much of
 * it could be moved; never faults. Gives the number of elements, 0 where it can't. It stands alone in a `let`, so that it runs once, where it stands.
 * question: gives 1 if what IR is about to do is the usual case, else 0; never faults, and changes nothing but what a `change` after it takes
 * from it. It stands as an attempt does.
 * change: a part of what a sensitive instruction means, after the usual case was found and all else left to a trap, with nothing but accesses to
 * memory and attempts between them. It is not refused and never faults, and stands as an attempt does, under the same rules.
 * attempt: does what a sensitive instruction means in its usual case and gives 1; gives 0 and has changed nothing where that
 * is left to the instruction's trap, as where it would fault, change the key, or end what may run before an interrupt. It
 * changes none of the words that regions keep in locals, and no entry of the TLB. It stands alone in a `let` too, and its
 * instruction ends a block, as all sensitive ones do: words that were read before may have changed.
 * sticky: a function of reals that may set exception flags in MXCSR; never faults. Called twice it does no more than once.
 * trap: called with the whole state stored; may fault (by throwing), may change anything. A trap that `resumes` goes on
 * at the next instruction (unless the key changed or attention is asked for); the others set Word.eip.
 */
export type HelperKind = 'pure' | 'sticky' | 'block' | 'question' | 'change' | 'attempt' | 'trap';

/** Kinds of the usual cases of sensitive instructions. */
export const usualKinds: ReadonlySet<HelperKind> = new Set(['question', 'change', 'attempt']);

export interface HelperDeclaration<Kind extends HelperKind = HelperKind> {
  readonly kind: Kind;
  readonly arguments: number;
  readonly resumes: boolean;
  /** Code begins where a trap goes that doesn't resume, as a function, a handler, or what comes after a call. */
  readonly begins?: boolean;
  /** The result is a double, not an integer. */
  readonly isDouble?: boolean;
}

const pure = (args: number): HelperDeclaration<'pure'> => ({ kind: 'pure', arguments: args, resumes: true });
const sticky = (args: number, isDouble = true): HelperDeclaration<'sticky'> => ({
  kind: 'sticky',
  arguments: args,
  resumes: true,
  isDouble,
});
const block = (args: number): HelperDeclaration<'block'> => ({ kind: 'block', arguments: args, resumes: true });
const question = (args: number): HelperDeclaration<'question'> => ({
  kind: 'question',
  arguments: args,
  resumes: true,
});
const change = (args: number): HelperDeclaration<'change'> => ({ kind: 'change', arguments: args, resumes: true });
const attempt = (args: number): HelperDeclaration<'attempt'> => ({ kind: 'attempt', arguments: args, resumes: true });
const trap = (args: number): HelperDeclaration<'trap'> => ({ kind: 'trap', arguments: args, resumes: true });
const transfer = (args: number): HelperDeclaration<'trap'> => ({
  kind: 'trap',
  arguments: args,
  resumes: false,
  begins: true,
});
/** To code in its midst: where it was interrupted, or the same instruction again. */
const comeBack = (args: number): HelperDeclaration<'trap'> => ({ kind: 'trap', arguments: args, resumes: false });

export const helpers = {
  /** High half of an unsigned and of a signed 32 x 32 product. */
  multiplyHighUnsigned: pure(2),
  multiplyHighSigned: pure(2),
  /** Quotients of (high, low, divisor), and whether the signed one does not fit 32 bits (runtime/cpu/division.ts). */
  divideUnsigned: pure(3),
  divideSigned: pure(3),
  divideOverflowSigned: pure(3),
  // Bytes and words packed in words (runtime/cpu/sse/packed.ts).
  packSigned8: pure(2),
  packUnsigned8: pure(2),
  packSigned16: pure(2),
  packUnsigned16: pure(2),
  /** Bytes of 8 (low word, high word), by the lower three bits of those of a third word; 0 where one has bit 7 set. */
  shuffleBytes: pure(3),
  sumOfDifferences: pure(2),
  reciprocal: pure(1),
  reciprocalRoot: pure(1),
  // Columns of AES's state (runtime/cpu/sse/aes.ts).
  aesRound: pure(1),
  aesSubstitute: pure(1),
  aesInverseRound: pure(1),
  aesInverseSubstitute: pure(1),
  aesInverseMix: pure(1),
  /** Low and high half of a product without carries (runtime/cpu/sse/carryless.ts). */
  carrylessLow: pure(2),
  carrylessHigh: pure(2),
  /** (CRC, value, its bytes): CRC-32C (runtime/cpu/checksum.ts). */
  checksum: pure(3),

  // Lanes of SSE arithmetic (runtime/cpu/sse/helpers.ts): of the destination, of the source, and where they are in the
  // state, for the bits of NaNs: two words, in two bytes.
  addDoubles: sticky(3),
  subtractDoubles: sticky(3),
  multiplyDoubles: sticky(3),
  divideDoubles: sticky(3),
  rootOfDouble: sticky(3),
  addSingles: sticky(3),
  subtractSingles: sticky(3),
  multiplySingles: sticky(3),
  divideSingles: sticky(3),
  rootOfSingle: sticky(3),
  /** (places, with CMPPD's predicate above) where one is a NaN: whether the predicate holds. */
  compareDoubles: sticky(1, false),
  compareSingles: sticky(1, false),

  /** Math.clz32. */
  countLeadingZeros: pure(1),
  /** Six arithmetic flags of (flagResult, flagCarries) as an EFLAGS image, and back. */
  flagsImage: pure(2),
  flagResultOf: pure(1),
  flagCarriesOf: pure(1),

  // (linear, value, count) and (linear destination, linear source, count), upwards (runtime/memory/blocks.ts).
  fill8: block(3),
  fill16: block(3),
  fill32: block(3),
  copy8: block(3),
  copy16: block(3),
  copy32: block(3),
  /** (segment and `Within`, offset, count): how many elements of so many, from an offset on, are in a segment, before addresses wrap. */
  elementsWithin: block(3),

  // Sensitive instructions (runtime/cpu/attempts.ts): (segment, selector, EIP after it), (EFLAGS image), (EIP after it).
  tryLoadSegment: attempt(3),
  /** Protected mode. (selector, EIP): whether there is code of the same level and key. Then (selector): makes its segment CS. */
  hasCode: question(2),
  enterFoundCode: change(1),
  /** CS has been changed, as in real mode: makes its context that of the code that runs. */
  enterCodeContext: change(0),
  /** (vector): whether real mode's table of interrupts has an entry for it, and nobody is to be told. */
  hasHandler: question(1),
  /** (offset, bytes): whether a store there by SS would not fault. */
  canWriteStack: question(2),
  tryRestoreFlags: attempt(1),
  tryEnableInterrupts: attempt(1),
  /** PAUSE. */
  tryPause: attempt(0),

  // Arguments are named at the implementations, in runtime/cpu/traps.ts and what it imports.
  // Interrupts and flags.
  halt: trap(0),
  pause: trap(0),
  setInterruptFlag: trap(1),
  popFlags: trap(1),
  pushVirtualFlags: trap(1),
  changeVirtualFlag: trap(1),
  softwareInterrupt: transfer(2),
  softwareException: transfer(2),
  debugTrap: transfer(1),
  interruptReturn: comeBack(2),

  // Far transfers.
  jumpFar: transfer(3),
  callFar: transfer(4),
  returnFar: transfer(2),
  sysenter: transfer(0),
  sysexit: comeBack(0),

  // Segment registers and selectors.
  moveToSegment: trap(2),
  popSegment: trap(2),
  loadPointer: trap(4),
  loadAccessRights: trap(3),
  loadSegmentLimit: trap(3),
  verifyRead: trap(1),
  verifyWrite: trap(1),
  loadGlobalTable: trap(2),
  loadInterruptTable: trap(2),
  loadLocalTable: trap(1),
  loadTask: trap(1),

  // Stack frames.
  enterFrame: trap(3),

  // Control and debug registers.
  moveFromControl: trap(2),
  moveToControl: trap(2),
  moveFromDebug: trap(2),
  moveToDebug: trap(2),
  loadMachineStatus: trap(1),
  clearTaskSwitched: trap(0),
  invalidatePage: trap(1),

  // Ports.
  portIn: trap(2),
  portOut: trap(3),
  stringIn: trap(2),
  stringOut: trap(3),
  repeatStringIn: comeBack(4),
  repeatStringOut: comeBack(5),

  // Identification, counters, model-specific registers.
  identify: trap(0),
  /** VMCALL and VMMCALL, where a hypervisor hears them. */
  callHypervisor: trap(0),
  readTimestamp: trap(0),
  readPerformanceCounter: trap(0),
  readModelRegister: trap(0),
  writeModelRegister: trap(0),
  random: trap(2),

  // AMD-V (runtime/cpu/svm/).
  /** (exit code): what the guest does is intercepted. */
  leaveGuest: trap(1),
  /** (address of the VMCB, EIP after it). */
  runGuest: transfer(2),
  loadGuestState: trap(1),
  saveGuestState: trap(1),
  holdInterrupts: trap(1),
  /** (linear address, ASID). */
  invalidateGuestPage: trap(2),

  // x87 (runtime/cpu/x87/execute.ts, fxsave.ts).
  x87Register: trap(4),
  /** FCOMI and its like: gives -1, 0 or 1, or a NaN for unordered operands. */
  x87Compare: trap(4),
  /** FNSTSW AX: gives the status word. */
  x87Status: trap(4),
  x87Memory: trap(6),
  x87Environment: trap(3),
  fxsave: trap(1),
  fxrstor: trap(1),
  ldmxcsr: trap(1),
  stmxcsr: trap(1),
  xsave: trap(1),
  xrstor: trap(1),
  writeExtendedControl: trap(0),

  // MMX and SSE (runtime/cpu/sse/).
  sseUnavailable: trap(0),
  sseReal: trap(5),
  enterMmx: comeBack(1),
  maskedStore: trap(4),
  compareStrings: trap(5),
} satisfies Record<string, HelperDeclaration>;

export type HelperName = keyof typeof helpers;
type NamesOfKind<Kind> = {
  [Name in HelperName]: (typeof helpers)[Name] extends HelperDeclaration<Kind & HelperKind> ? Name : never;
}[HelperName];
export type TrapName = NamesOfKind<'trap'>;
export type PureName = NamesOfKind<'pure'>;
export type StickyName = NamesOfKind<'sticky'>;
export type BlockName = NamesOfKind<'block'>;
export type QuestionName = NamesOfKind<'question'>;
export type ChangeName = NamesOfKind<'change'>;
export type AttemptName = NamesOfKind<'attempt'>;

const numbers = new Map(Object.keys(helpers).map((name, index) => [name, index]));

/** Position of a helper in the table: index of its counter. */
export function helperNumber(name: HelperName): number {
  return numbers.get(name)!;
}
