/**
 * A device's registers in the physical address space. Offsets are from `base`; sizes are 1, 2 or 4 bytes. All of a page that
 * they have a part of shows no memory.
 */
export interface MmioRegion {
  readonly name: string;
  readonly base: number;
  readonly length: number;
  read(offset: number, size: number): number;
  write(offset: number, size: number, value: number): void;
  /** A store of 64 bits at a multiple of eight. Without it the device gets two of 32 bits, the low one first. */
  writeWide?(offset: number, low: number, high: number): void;
  /** It acts as memory, as a screen's: whoever accesses it need not look at anything before the next access. */
  readonly isMemory?: boolean;
}

/** The physical address space as devices with registers in memory see it. */
export interface MmioBus {
  /** Adds a region, which hides those at the same place in this layer and in lower ones. */
  add(region: MmioRegion): void;
  /** Removes a region; those that it hid are seen again. Throws if it was not added. */
  remove(region: MmioRegion): void;
}
