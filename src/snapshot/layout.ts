import { crc32 } from '../../runtime/crc32.ts';
import type { OptionDifference } from '../options/differences.ts';
import { ConfigurationError } from '../util/errors.ts';
import { type Method, methods } from './compression.ts';

/**
 * The file (docs/internals/snapshot-format.md): a fixed part of 32 bytes, the header, chunks of pieces. All numbers of the fixed
 * part have 32 bits, low byte first, except its first eight bytes.
 */
export const FIXED_BYTES = 32;
const MAGIC = new TextEncoder().encode('RAWIRON\n');
/** Version of the format. A newer one cannot be read; earlier ones are upgraded (upgrades.ts). */
export const VERSION = 13;
/** Pieces in a chunk. */
export const CHUNK_PIECES = 256;
/**
 * More bytes of JSON than this are no header: a million pieces, none of which follows the one before, take 10 MB. What is unpacked
 * from a few bytes takes much time and memory to be read.
 */
const MOST_HEADER_BYTES = 16 << 20;

/** The fields of the fixed part. */
export interface FixedPart {
  readonly version: number;
  readonly method: Method;
  /** The header: its bytes in the file, the bytes of its JSON, and the checksum of the former. */
  readonly headerBytes: number;
  readonly jsonBytes: number;
  readonly headerChecksum: number;
}

/** Something is wrong with a snapshot. The message begins with its name. */
export class SnapshotError extends ConfigurationError {
  /** Options by which its machine is another one, where that is the reason. */
  readonly differences: readonly OptionDifference[];

  constructor(name: string, problem: string, differences: readonly OptionDifference[] = []) {
    super(`${name}: ${problem}`);
    this.differences = differences;
  }
}

export function writeFixedPart(part: Omit<FixedPart, 'version'>): Uint8Array {
  const bytes = new Uint8Array(FIXED_BYTES);
  const words = [VERSION, methods[part.method], part.headerBytes, part.jsonBytes, part.headerChecksum];
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  words.forEach((word, n) => {
    view.setUint32(MAGIC.length + 4 * n, word, true);
  });
  view.setUint32(FIXED_BYTES - 4, crc32(bytes.subarray(0, FIXED_BYTES - 4)), true);
  return bytes;
}

/** Whether a file begins as a snapshot does. */
export function isSnapshot(file: Uint8Array): boolean {
  return MAGIC.every((byte, n) => file[n] === byte);
}

/** @throws SnapshotError */
export function readFixedPart(name: string, file: Uint8Array): FixedPart {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  if (file.length < FIXED_BYTES || !isSnapshot(file)) {
    throw new SnapshotError(name, 'is not a snapshot of a machine');
  }
  const [version, number, headerBytes, jsonBytes, headerChecksum] = [8, 12, 16, 20, 24].map((at) =>
    view.getUint32(at, true),
  );
  if (view.getUint32(FIXED_BYTES - 4, true) !== crc32(file.subarray(0, FIXED_BYTES - 4))) throw damaged(name);
  if (version > VERSION) {
    throw new SnapshotError(
      name,
      `has version ${version} of the format; this rawiron reads up to ${VERSION}. Take a newer one`,
    );
  }
  const method = (Object.keys(methods) as Method[]).find((method) => methods[method] === number);
  if (version < 1 || method === undefined || jsonBytes > MOST_HEADER_BYTES) throw damaged(name);
  return { version, method, headerBytes, jsonBytes, headerChecksum };
}

export function damaged(name: string): SnapshotError {
  return new SnapshotError(name, 'is damaged: a checksum is wrong, or a part is missing');
}
