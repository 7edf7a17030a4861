/** What can be logged, with what it means. The names are those of QEMU's `-d`. */
export const logItems = {
  /** Interrupts and exceptions. */
  int: 'each interrupt and exception, with the registers, before its handler is entered',
  /** Triple faults and resets. */
  cpu_reset: 'triple faults, and the registers as a reset finds them',
  /** What makes no sense. */
  guest_errors:
    'what makes no sense: triple faults, model-specific registers, and registers and commands of devices, that are not there',
  /** What is not there. */
  unimp: 'accesses to I/O ports and physical memory where nothing is',
} as const;

/** The name of something that can be logged. */
export type LogItem = keyof typeof logItems;
