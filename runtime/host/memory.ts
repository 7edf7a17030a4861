/** The host's system for the machine's memory, in whole pages. Both functions tell whether it can do that. */
export interface HostMemory {
  /** Takes back the memory of pages, which are zeros afterwards and take none until somebody touches them. */
  release(bytes: Uint8Array): boolean;
  /** May keep pages once that are equal to others, until one of them is written. */
  merge(bytes: Uint8Array): boolean;
}
