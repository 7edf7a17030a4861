/** Offsets of the local APIC's registers (Intel SDM vol. 3, table 11-1): one each 16 bytes. */
export const Register = {
  id: 0x20,
  version: 0x30,
  taskPriority: 0x80,
  arbitrationPriority: 0x90,
  processorPriority: 0xa0,
  endOfInterrupt: 0xb0,
  logicalDestination: 0xd0,
  destinationFormat: 0xe0,
  spurious: 0xf0,
  /** Eight registers each, 32 vectors a register. */
  inService: 0x100,
  triggerMode: 0x180,
  requests: 0x200,
  errors: 0x280,
  commandLow: 0x300,
  commandHigh: 0x310,
  /** Timer, thermal sensor, performance counters, LINT0, LINT1, error. */
  localVectors: 0x320,
  initialCount: 0x380,
  currentCount: 0x390,
  divide: 0x3e0,
} as const;

/** Entries of the local vector table, in the order of their registers. */
export const LocalVector = { timer: 0, thermal: 1, performance: 2, lint0: 3, lint1: 4, error: 5 } as const;
export const LOCAL_VECTORS = 6;

/** An integrated APIC with six local vectors. */
export const VERSION = 0x14 | ((LOCAL_VECTORS - 1) << 16);

/** Bits of a local vector (11.5.1). */
export const Lvt = {
  vector: 0xff,
  modeShift: 8,
  modeMask: 7,
  masked: 1 << 16,
  timerModeShift: 17,
} as const;
/** The writable bits of each local vector table entry: vector, mode, polarity and trigger of the pins, mask, timer mode. */
export const lvtBits: readonly number[] = [0x700ff, 0x107ff, 0x107ff, 0x1a7ff, 0x1a7ff, 0x100ff];

export const TimerMode = { oneShot: 0, periodic: 1, deadline: 2 } as const;

/** Bits of the spurious-interrupt vector register (11.9). */
export const Spurious = { vector: 0xff, enabled: 1 << 8, bits: 0x1ff } as const;

/** Bits of the error status register (11.5.3). */
export const ApicError = { sentIllegalVector: 1 << 5, receivedIllegalVector: 1 << 6, illegalRegister: 1 << 7 } as const;

/** Messages for errors; the vector or the offset follows them. */
export const errorTexts: Readonly<Record<number, string>> = {
  [ApicError.sentIllegalVector]: 'local APIC: sent an illegal vector',
  [ApicError.receivedIllegalVector]: 'local APIC: received an illegal vector',
  [ApicError.illegalRegister]: 'local APIC: access of no such register, at offset',
};

/** Whether there is a register that takes no writes. */
export function isReadOnly(offset: number): boolean {
  if (offset >= Register.inService && offset < Register.errors) return true;
  const { version, arbitrationPriority, processorPriority, currentCount } = Register;
  return [version, arbitrationPriority, processorPriority, currentCount].some((known) => known === offset);
}

/** Bits of the interrupt command register (11.6.1). */
export const Command = {
  modeShift: 8,
  logical: 1 << 11,
  assert: 1 << 14,
  level: 1 << 15,
  shorthandShift: 18,
  bits: 0xccfff,
} as const;
export const Shorthand = { none: 0, self: 1, all: 2, others: 3 } as const;

/** Bits of IA32_APIC_BASE (11.4.4). */
export const Base = { bootstrap: 1 << 8, enabled: 1 << 11, address: 0xfffff000 } as const;
export const DEFAULT_BASE = 0xfee00000;

/** Vectors below are exceptions' and cannot be sent. */
export const FIRST_LEGAL_VECTOR = 16;
