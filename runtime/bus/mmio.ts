import type { AccessSize } from './ports.ts';

/** A device's window in the physical address space. Values are unsigned; offsets are relative to `base`. */
export interface MmioRegion {
  readonly name: string;
  readonly base: number;
  /** Bytes. */
  readonly length: number;
  read(offset: number, size: AccessSize): number;
  write(offset: number, size: AccessSize, value: number): void;
}
