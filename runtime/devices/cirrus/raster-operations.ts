/** A byte or a pixel that comes of one of the destination and one of the source; bits beyond it don't count. */
export type RasterOperation = (destination: number, source: number) => number;

/** Takes the source as it is. */
export const takeSource: RasterOperation = (_, source) => source;

/** By the code in GR32 (manual, "GR32: BLT Raster Operation"); all others leave the destination alone. */
export const rasterOperations: ReadonlyMap<number, RasterOperation> = new Map<number, RasterOperation>([
  [0x00, () => 0],
  [0x05, (destination, source) => source & destination],
  [0x09, (destination, source) => source & ~destination],
  [0x0b, (destination) => ~destination],
  [0x0d, takeSource],
  [0x0e, () => -1],
  [0x50, (destination, source) => ~source & destination],
  [0x59, (destination, source) => source ^ destination],
  [0x6d, (destination, source) => source | destination],
  [0x90, (destination, source) => ~source | ~destination],
  [0x95, (destination, source) => ~(source ^ destination)],
  [0xad, (destination, source) => source | ~destination],
  [0xd0, (_, source) => ~source],
  [0xd6, (destination, source) => ~source | destination],
  [0xda, (destination, source) => ~source & ~destination],
]);
