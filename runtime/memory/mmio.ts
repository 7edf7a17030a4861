/** A device's window in the physical address space. Offsets are from `base`; sizes are 1, 2 or 4 bytes. */
export interface MmioRegion {
  readonly name: string;
  readonly base: number;
  readonly length: number;
  read(offset: number, size: number): number;
  write(offset: number, size: number, value: number): void;
}

/** The physical address space as devices with registers in memory see it. */
export interface MmioBus {
  /** What was there is hidden. Throws if another device is in the way. */
  add(region: MmioRegion): void;
  /** What was there before is there again. */
  remove(region: MmioRegion): void;
}
