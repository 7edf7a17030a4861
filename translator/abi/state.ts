/**
 * Layout of the architectural state: one buffer, seen as 32-bit words and as doubles.
 * It is the contract between generated code, the runtime, the inspector and the snapshot.
 * Word indices of the eight general registers are their encodings (Intel SDM vol. 2, table 2-2).
 */
export const Word = {
  eax: 0,
  ecx: 1,
  edx: 2,
  ebx: 3,
  esp: 4,
  ebp: 5,
  esi: 6,
  edi: 7,
  /** Always 0: the base or index of an effective address that has none. */
  zero: 8,
  /** Last arithmetic result, sign-extended to 32 bits: ZF, SF and PF come from it. See `FlagCarry`. */
  flagResult: 9,
  /** Carries of the last arithmetic operation: see `FlagCarry`. */
  flagCarries: 10,
  /** EFLAGS without the six arithmetic flags (CF PF AF ZF SF OF are 0 here); bit 1 is set. */
  eflags: 11,
  /** EIP at every exit from generated code; not maintained while it runs. */
  eip: 12,
  /** Non-zero: running code must leave to the dispatcher at its next poll. Set by any thread. */
  attention: 13,
  /** Instructions, or jumps, that may still run before the dispatcher looks again (where these are counted, see Pacing). */
  budget: 14,
  /** Current state key, see key.ts. */
  key: 15,
  /** EIP of the instruction that STI's shadow is for. */
  shadowedEip: 16,
  /** Interrupts and exceptions that are held off for one instruction: see Shadow. */
  interruptShadow: 17,
  /** One of Halt. */
  halted: 18,
  /** Nested calls that regions may still make before they must leave instead: each is a frame on the host's stack (emit/calls.ts). */
  callDepth: 19,
  /** Selectors, in the order of their encodings: ES CS SS DS FS GS. */
  selector: 20,
  /** Segment bases, same order. */
  segmentBase: 26,
  /** Lowest valid offset, same order: 0, or limit + 1 for an expand-down segment. */
  segmentLow: 32,
  /** Segment limits in bytes (granularity applied), same order. */
  segmentLimit: 38,
  /** Access rights: bits 8-15 and 20-23 of a descriptor's second word, in place; 0 for a null selector. */
  segmentRights: 44,
  cr0: 50,
  cr2: 51,
  cr3: 52,
  cr4: 53,
  gdtrBase: 54,
  gdtrLimit: 55,
  idtrBase: 56,
  idtrLimit: 57,
  ldtrSelector: 58,
  ldtrBase: 59,
  ldtrLimit: 60,
  ldtrRights: 61,
  taskSelector: 62,
  taskBase: 63,
  taskLimit: 64,
  taskRights: 65,
  /** DR0-DR7. */
  debug: 66,
  /** Current privilege level, 0-3. */
  cpl: 74,
  /** Set by another thread to ask the machine's isolate to wake from HLT (Atomics.wait on it). */
  wake: 75,
  /** x87: control word. */
  fpuControl: 76,
  /** Status word without TOP and the condition codes, which are in words of their own (see fpuTop). */
  fpuStatus: 77,
  /** Two bits a physical register: 3 if it is empty, else 0. Then opcode, instruction and data pointers. */
  fpuTag: 78,
  fpuOpcode: 79,
  fpuInstructionPointer: 80,
  fpuInstructionSelector: 81,
  fpuDataPointer: 82,
  fpuDataSelector: 83,
  mxcsr: 84,
  /**
   * R0-R7 (physical registers, not stack-relative), 4 words each: significand low, high, sign and exponent, unused.
   * They count only where Double.fpuHigh is NaN.
   */
  fpuRegister: 88,
  /** XMM0-XMM7, 4 words each. */
  xmm: 120,
  /** The MSRs of SYSENTER. */
  sysenterCs: 152,
  sysenterEsp: 153,
  sysenterEip: 154,
  /** Number that is added to the clock (mod 2^64) for the time-stamp counter. */
  timestampOffsetLow: 155,
  timestampOffsetHigh: 156,
  /** XCR0. */
  xcr0: 157,
  /** RDRAND's generator (runtime/cpu/random.ts): its key, and the number of words that it has given, low word first. */
  randomKey: 160,
  randomCount: 164,
  /** For PAE paging: the four page-directory pointers that loading CR3 reads, 2 words each. */
  pagePointer: 192,
  /** IA32_EFER. */
  efer: 200,
  /** DR6's bits of the debug traps that come after the instruction that has just run. */
  debugTraps: 201,
  /** Non-maskable interrupt: see Nmi. */
  nmi: 202,
  /** Number of the context of the code that runs (runtime/exec/code-contexts.ts). */
  codeContext: 203,
  /** TOP of the x87 status word, 0-7. */
  fpuTop: 208,
  /** C0-C3 in their places in the status word; C1 is right only if fpuRounding is 0. */
  fpuConditions: 209,
  /** Rounding of the last x87 operation, from which C1 is computed later: see FpuRounding. */
  fpuRounding: 210,
  /** Whether x87 instructions can be executed inline: see FpuMode. */
  fpuMode: 211,
  /** Whether SSE instructions can be executed inline: see SseMode (sse.ts). */
  sseMode: 212,
  /** Words to see the words of doubles and of 80-bit numbers in: Double.scratch. */
  scratch: 214,
  /** AMD-V (runtime/cpu/svm): 1 while a guest runs. */
  guestMode: 224,
  /** GIF, inverted: whether all interrupts are held off (after CLGI and at each exit), see Held. */
  interruptsHeld: 225,
  /** Whether maskable interrupts of the machine come while a guest runs: see HostInterrupts. */
  hostInterrupts: 226,
  /** The intercept vectors of the guest, in the VMCB's order; 0 while none runs. */
  intercepts: 227,
  /** Physical address of the guest's VMCB, and pages of its permission maps of ports and of model-specific registers. */
  vmcb: 232,
  portMapPage: 233,
  registerMapPage: 234,
  /** Virtual interrupt: the VMCB's word (V_TPR, V_IRQ, V_INTR_PRIO, V_IGN_TPR, V_INTR_MASKING), and its vector. */
  virtualInterrupt: 235,
  virtualVector: 236,
  /** Number that is added to the time-stamp counter while the guest runs. */
  guestTimestampLow: 237,
  guestTimestampHigh: 238,
  /** Address of an intercepted page fault, which leaves CR2 alone. */
  faultAddress: 239,
  /** Nested paging: see NestedMode (runtime/memory/nested-paging.ts), and N_CR3. */
  nestedMode: 243,
  nestedCr3: 244,
  /** The MSRs VM_CR and VM_HSAVE_PA. */
  virtualizationControl: 240,
  hostSaveArea: 241,
} as const;

export type WordName = keyof typeof Word;

/** Names of the words that IR and generated code call by their names, by word index. */
export const registerNames: readonly string[] = [
  'eax',
  'ecx',
  'edx',
  'ebx',
  'esp',
  'ebp',
  'esi',
  'edi',
  'zero',
  'flagResult',
  'flagCarries',
];

/** Segment registers. */
const SEGMENTS = 6;
/** x87 registers. */
const FPU_REGISTERS = 8;
const SCRATCH_WORDS = 8;
/** Words of the intercept vectors of a VMCB. */
const INTERCEPT_WORDS = 5;

/** Words of what takes more than one. */
export const wordCounts: Readonly<Partial<Record<WordName, number>>> = {
  selector: SEGMENTS,
  segmentBase: SEGMENTS,
  segmentLow: SEGMENTS,
  segmentLimit: SEGMENTS,
  segmentRights: SEGMENTS,
  debug: 8,
  fpuRegister: 8 * 4,
  xmm: 8 * 4,
  scratch: SCRATCH_WORDS,
  pagePointer: 4 * 2,
  randomKey: 4,
  randomCount: 2,
  intercepts: INTERCEPT_WORDS,
  hostSaveArea: 2,
};

/** Values of Word.interruptShadow: what waits until the next instruction is done (Intel SDM vol. 3, 6.8.3). */
export const Shadow = {
  none: 0,
  /** After STI: maskable interrupts, before the instruction at Word.shadowedEip. Code that runs on leaves it standing. */
  interrupts: 1,
  /** After MOV SS and POP SS: debug exceptions and NMIs as well. */
  all: 2,
  /**
   * Maskable interrupts, debug exceptions and NMIs before the instruction at Word.shadowedEip, where nothing is debugged. Code
   * that runs on leaves it standing.
   */
  stack: 3,
} as const;

/** Values of Word.interruptsHeld: GIF is set; it is clear; it is clear, and an INIT waits for it. */
export const Held = { none: 0, all: 1, withInit: 2 } as const;

/** Values of Word.hostInterrupts: the guest's IF decides whether maskable interrupts come; they don't; they do. */
export const HostInterrupts = { byFlag: 0, held: 1, accepted: 2 } as const;

/** Bits of Word.nmi: one is due; none is accepted, as the handler of the last one has not returned. */
export const Nmi = { pending: 1, blocked: 2 } as const;

/** Values of Word.halted: code runs; HLT waits for an interrupt; the CPU is shut down (triple fault); after INIT it waits for a start-up message. */
export const Halt = { running: 0, waiting: 1, shutdown: 2, startUp: 3 } as const;

/** Words of the buffer, some of them not in use; the doubles follow. */
export const WORD_COUNT = 256;

/** Indices into the Float64Array view of the same buffer. */
export const Double = {
  /** Word.scratch as a double. */
  scratch: Word.scratch / 2,
  /**
   * By segment: number of the last valid byte counted from segmentLow, for reads; -1 if nothing may be read.
   * An access of n bytes at an offset is allowed if `((offset - low) >>> 0) + n - 1 <= span`.
   */
  readSpan: WORD_COUNT / 2,
  /** By segment: number of the last valid byte for writes, as {@link readSpan} for reads. */
  writeSpan: WORD_COUNT / 2 + SEGMENTS,
  /**
   * R0-R7 as a sum of two doubles each, high + low, exactly; high is at most 16 units in the last place from the value
   * rounded to 53 bits. Zeros have the sign of high; infinities are in high. If high is NaN, Word.fpuRegister counts
   * instead: NaNs, denormals, unsupported encodings, values far outside the range of doubles.
   */
  fpuHigh: WORD_COUNT / 2 + 2 * SEGMENTS,
  fpuLow: WORD_COUNT / 2 + 2 * SEGMENTS + FPU_REGISTERS,
  /** Operands of the operation in Word.fpuRounding: high and low of the first, then of the second. */
  fpuOperand: WORD_COUNT / 2 + 2 * SEGMENTS + 2 * FPU_REGISTERS,
} as const;
const DOUBLE_COUNT = 2 * SEGMENTS + 2 * FPU_REGISTERS + 4;

/** Bytes of the state's buffer. */
export const STATE_BYTES = WORD_COUNT * Int32Array.BYTES_PER_ELEMENT + DOUBLE_COUNT * Float64Array.BYTES_PER_ELEMENT;

/**
 * Values of Word.fpuRounding. `settled`: C1 of fpuConditions is right; `cleared`: C1 is 0. Others name an operation on
 * the numbers in Double.fpuOperand, rounded to nearest at 64 bits or as the bits beside it say: C1 tells
 * whether it rounded away from zero.
 */
export const FpuRounding = {
  settled: 0,
  cleared: 1,
  add: 2,
  subtract: 3,
  multiply: 4,
  divide: 5,
  squareRoot: 6,
  storeSingle: 7,
  storeDouble: 8,
  storeInteger: 9,
  /**
   * Mask of the above. Beside it are the bits of FpuMode that the operation was rounded by: integer stores have the
   * rounding control, arithmetic has the precision.
   */
  kind: 0xff,
} as const;

/**
 * Bits of Word.fpuMode. Arithmetic can be done inline if precision control (bits 8-9, those of the control word inverted;
 * what is reserved acts as 64 bits) is what the code was made for, and the other bits but `inexact` are 0: rounding is to
 * nearest (bits 10-11).
 */
export const FpuMode = {
  precision: 0x300,
  rounding: 0xc00,
  /** PE is clear: an inexact result would have to set it. */
  inexact: 0x1000,
  /** An exception is pending, or CR0.EM or CR0.TS is set: nothing can be done inline. */
  blocked: 0x2000,
} as const;

/** Values of precision control, as bits of FpuMode: results have 64, 53 or 24 bits. */
export const FpuPrecision = { extended: 0, double: 0x100, single: 0x300 } as const;

/** Segment register numbers, as encoded. */
export const Segment = { es: 0, cs: 1, ss: 2, ds: 3, fs: 4, gs: 5 } as const;

/**
 * Bits of the word flagCarries. CF is bit 31; OF is bit 31 XOR bit 30 (the carries out of and into the sign bit);
 * AF is bit 3. Two more make any combination of flags representable (POPF, SAHF): `flipParity` inverts the PF, and
 * `flipSign` the SF, that flagResult gives. ZF is `flagResult === 0`. All other bits are 0.
 */
export const FlagCarry = {
  carry: 0x80000000 | 0,
  intoSign: 0x40000000,
  auxiliary: 0x8,
  flipParity: 0x4,
  flipSign: 0x80,
  /** Bits that an addition or subtraction keeps of its carry vector. */
  mask: 0xc0000008 | 0,
} as const;

/** EFLAGS bits (Intel SDM vol. 1, 3.4.3). */
export const Eflags = {
  cf: 1 << 0,
  one: 1 << 1,
  pf: 1 << 2,
  af: 1 << 4,
  zf: 1 << 6,
  sf: 1 << 7,
  tf: 1 << 8,
  if: 1 << 9,
  df: 1 << 10,
  of: 1 << 11,
  iopl: 3 << 12,
  nt: 1 << 14,
  rf: 1 << 16,
  vm: 1 << 17,
  ac: 1 << 18,
  vif: 1 << 19,
  vip: 1 << 20,
  id: 1 << 21,
  /** The six arithmetic flags, which live in flagResult and flagCarries. */
  arithmetic: 0x8d5,
} as const;
