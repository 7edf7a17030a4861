import type { Extent } from '../extents.ts';

/** The properties that decide how much space an image takes. */
export interface Qcow2Shape {
  /** Bytes. */
  readonly clusterSize: number;
  readonly refcountBits: number;
}

/** Bytes of an entry of the L1, L2 and refcount table. */
const ENTRY = 8;

const roundUp = (value: number, unit: number): number => Math.ceil(value / unit) * unit;

/** Bytes of a file that has all clusters of a disk, with all tables for them: QEMU's qcow2_calc_prealloc_size. */
export function fullyAllocatedBytes(size: number, { clusterSize, refcountBits }: Qcow2Shape): number {
  const data = roundUp(size, clusterSize);
  const entriesPerCluster = clusterSize / ENTRY;
  const l2 = roundUp(data / clusterSize, entriesPerCluster) * ENTRY;
  const l1 = roundUp(l2 / clusterSize, entriesPerCluster) * ENTRY;
  const counted = (clusterSize + l2 + l1 + data) / clusterSize;
  return counted * clusterSize + refcountBytes(counted, clusterSize, refcountBits);
}

/** Bytes of the refcount table and its blocks, which count their own clusters too. */
function refcountBytes(clusters: number, clusterSize: number, refcountBits: number): number {
  let [blocks, table] = [0, 0];
  for (let counted = -1; counted !== clusters + blocks + table; ) {
    counted = clusters + blocks + table;
    blocks = Math.ceil(counted / ((clusterSize * 8) / refcountBits));
    table = Math.ceil(blocks / (clusterSize / ENTRY));
  }
  return (blocks + table) * clusterSize;
}

/** Bytes of the clusters that have something of the extents, which are in order. */
export async function dataBytes(extents: AsyncIterable<Extent>, clusterSize: number): Promise<number> {
  let [bytes, done] = [0, 0];
  for await (const { start, length, isData } of extents) {
    if (!isData) continue;
    const from = Math.max(done, Math.floor(start / clusterSize) * clusterSize);
    done = Math.max(done, roundUp(start + length, clusterSize));
    bytes += done - from;
  }
  return bytes;
}
