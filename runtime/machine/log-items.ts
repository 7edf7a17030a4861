/** Items that can be logged, with their meaning. The names are those of QEMU's `-d`. */
export const logItems = {
  /** Code. */
  in_asm: 'the instructions of each block of code, when it first runs',
  /** Its runs. */
  exec: 'each run of a block of code, with its address',
  /** Its registers. */
  cpu: 'the registers before each run of a block of code',
  /** Its registers of the x87 FPU and SSE. */
  fpu: 'with cpu, the registers of the x87 FPU and SSE too',
  /** Paging. */
  mmu: 'what is written to CR0 and CR3, and the gate of A20',
  /** In QEMU, that no run is left out. */
  nochain: 'nothing here: exec and cpu have all runs without it',
  /** Interrupts and exceptions. */
  int: 'each interrupt and exception, with the registers, before its handler is entered',
  /** Triple faults and resets. */
  cpu_reset: 'triple faults, and the registers as a reset finds them',
  /** Errors of the guest. */
  guest_errors:
    'what makes no sense: triple faults, model-specific registers, and registers and commands of devices, that are not there',
  /** Accesses to devices that are not there. */
  unimp: 'accesses to I/O ports and physical memory where nothing is',
} as const;

/** The name of something that can be logged. */
export type LogItem = keyof typeof logItems;

/** Addresses from the first to the last, both included. */
export interface AddressRange {
  /** The lowest. */
  readonly first: number;
  /** The highest. */
  readonly last: number;
}
