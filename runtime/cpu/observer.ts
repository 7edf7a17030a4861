/** Where an interrupt comes from: an INT instruction, a device (or NMI), or an exception (or INT1). */
export type InterruptKind = 'software' | 'hardware' | 'exception';

/** An exception or interrupt that was not delivered, because its delivery caused another. */
export interface UndeliveredException {
  /** Number of the exception. */
  readonly vector: number;
  /** Whether it is an exception, or an interrupt (a device's, or an NMI). */
  readonly kind: 'exception' | 'interrupt';
  /** The error code that the handler would have found on its stack; real mode has none. */
  readonly errorCode?: number;
  /** The linear address of a page fault, as in CR2. */
  readonly address?: number;
}

/** Told at once of what the CPU does. It must not change the machine. */
export interface CpuObserver {
  /** A handler is about to be entered; arguments as of `deliver`. */
  deliver(vector: number, kind: InterruptKind, errorCode: number, eip: number): void;
  /** CR0 was written, or CR3 with paging on. */
  controlRegister(number: 0 | 3, value: number): void;
  /** The guest asked for a model-specific register that this CPU doesn't have. */
  missingModelRegister(number: number): void;
  /** The CPU shuts down. */
  shutDown(exceptions: readonly UndeliveredException[]): void;
}
