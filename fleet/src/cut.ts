/** Bytes of a block: pieces end between two blocks only. */
const BLOCK = 4096;
/** Blocks of a piece on the average, and at most. */
const [USUAL, MOST] = [16, 64];
/** Where a snapshot says how long its header is; blocks of the machine follow it (docs/internals/snapshot-format.md). */
const [HEADER_LENGTH, FIXED_BYTES] = [16, 32];

/**
 * Cuts a snapshot into pieces so that two snapshots of machines which have most in common share most of their pieces: a piece ends after a block
 * whose own bytes say so, wherever it is. So what comes or goes changes only the piece that it is in.
 */
export function cutSnapshot(snapshot: Uint8Array): Uint8Array[] {
  const first = Math.min(blocksStart(snapshot), snapshot.length);
  const pieces = first > 0 ? [snapshot.subarray(0, first)] : [];
  let start = first;
  for (let at = first; at < snapshot.length; at += BLOCK) {
    const end = Math.min(at + BLOCK, snapshot.length);
    const isEnd = endsPiece(snapshot.subarray(at, end)) || end - start >= MOST * BLOCK || end === snapshot.length;
    if (!isEnd) continue;
    pieces.push(snapshot.subarray(start, end));
    start = end;
  }
  return pieces;
}

function blocksStart(snapshot: Uint8Array): number {
  if (snapshot.length < FIXED_BYTES) return snapshot.length;
  const view = new DataView(snapshot.buffer, snapshot.byteOffset, snapshot.length);
  return FIXED_BYTES + view.getUint32(HEADER_LENGTH, true);
}

/** One block in so many does. */
function endsPiece(block: Uint8Array): boolean {
  const view = new DataView(block.buffer, block.byteOffset, block.length);
  let hash = 0;
  for (let at = 0; at + 4 <= block.length; at += 4)
    hash = Math.imul(hash ^ view.getInt32(at, true), 0x9e3779b1) ^ (hash >>> 15);
  return (hash >>> 8) % USUAL === 0;
}
