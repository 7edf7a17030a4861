/** Cylinders, heads, and sectors of a track. */
export interface Geometry {
  readonly cylinders: number;
  readonly heads: number;
  readonly sectors: number;
}

const [LEAST_CYLINDERS, MOST_CYLINDERS] = [2, 16383];
const HEADS = 16;
const SECTORS = 63;

/**
 * The geometry that a hard disk of so many sectors has by default (ATA/ATAPI-5, annex B "translate capacity"). A smaller one has two cylinders as by QEMU: BIOSes
 * keep the last one for themselves.
 */
export function defaultGeometry(sectors: number): Geometry {
  const cylinders = Math.floor(sectors / (HEADS * SECTORS));
  return {
    cylinders: Math.min(MOST_CYLINDERS, Math.max(LEAST_CYLINDERS, cylinders)),
    heads: HEADS,
    sectors: SECTORS,
  };
}
