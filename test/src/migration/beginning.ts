import { crc32 } from 'node:zlib';

function words(...numbers: readonly number[]): Uint8Array {
  return new Uint8Array(Uint32Array.from(numbers).buffer);
}

/** The head of a record of this kind, with 100 bytes. */
export function head(kind: number): Uint8Array {
  return Buffer.concat([words(kind, 100), words(crc32(words(kind, 100)))]);
}

/** How the stream of a machine begins: its start, and the head of the first record. */
export const beginning = new Uint8Array([...Buffer.from('RAWMOVE\n'), ...words(3, 1), ...head(1)]);
