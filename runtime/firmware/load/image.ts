/** A part of a program image: `bytes`, then zeros up to `size`, at a physical address. */
export interface ImageSegment {
  readonly address: number;
  readonly bytes: Uint8Array;
  readonly size: number;
  /** Number of bytes at its start that only describe the file. Where there is no memory for them, they are left out. */
  readonly describing: number;
}

/** A program ready to be placed: entry is a physical address. */
export interface ProgramImage {
  readonly segments: readonly ImageSegment[];
  readonly entry: number;
}
