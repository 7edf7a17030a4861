import { crc32 } from '../../runtime/crc32.ts';
import { ConfigurationError } from '../util/errors.ts';

/**
 * The file of a recording (docs/record-replay.md): a fixed part of 24 bytes, the header, then batches as they were written. All numbers
 * are 32 bits, low byte first.
 */
const MAGIC = new TextEncoder().encode('RAWTAPE\n');
const FIXED_BYTES = 24;
/** Version of the format. A newer one cannot be read. */
const VERSION = 1;
/** Length, number and checksum. */
const BATCH_HEADER_BYTES = 12;

/** Something is wrong with a recording. */
export class RecordingError extends ConfigurationError {
  constructor(problem: string) {
    super(`the recording ${problem}`);
  }
}

/** The header in front of the batches. */
export function encodeHeader(header: object): Uint8Array {
  const json = new TextEncoder().encode(JSON.stringify(header));
  const bytes = new Uint8Array(FIXED_BYTES + json.length);
  const view = new DataView(bytes.buffer);
  bytes.set(MAGIC);
  [VERSION, json.length, crc32(json)].forEach((word, n) => {
    view.setUint32(MAGIC.length + 4 * n, word, true);
  });
  view.setUint32(FIXED_BYTES - 4, crc32(bytes.subarray(0, FIXED_BYTES - 4)), true);
  bytes.set(json, FIXED_BYTES);
  return bytes;
}

/** Some bytes of a recording, with what tells that they are whole. `number`: 0 for the first, and so on. */
export function encodeBatch(number: number, content: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(BATCH_HEADER_BYTES + content.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, content.length, true);
  view.setUint32(4, number, true);
  bytes.set(content, BATCH_HEADER_BYTES);
  view.setUint32(8, crc32(bytes.subarray(0, 8), content), true);
  return bytes;
}

/**
 * The header, and what is in all batches. A last batch of which only a part is there is left out: whoever wrote it was ended.
 * @throws RecordingError
 */
export function decodeRecording(file: Uint8Array): { header: unknown; content: Uint8Array } {
  const { json, end } = checkedHeader(file);
  const parts = batchesFrom(file, end);
  const content = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    content.set(part, at);
    at += part.length;
  }
  return { header: parsed(json), content };
}

function checkedHeader(file: Uint8Array): { json: Uint8Array; end: number } {
  if (!MAGIC.every((byte, n) => file[n] === byte)) throw new RecordingError('cannot be read: the file is no recording');
  if (file.length < FIXED_BYTES) throw damaged('its beginning is missing');
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const [version, length, checksum, fixed] = [8, 12, 16, 20].map((at) => view.getUint32(at, true));
  if (fixed !== crc32(file.subarray(0, FIXED_BYTES - 4))) throw damaged('the checksum of its beginning is wrong');
  if (version > VERSION)
    throw new RecordingError(
      `has version ${version} of the format; this rawiron reads up to ${VERSION}. Take a newer one`,
    );
  const json = file.subarray(FIXED_BYTES, FIXED_BYTES + length);
  if (json.length < length || crc32(json) !== checksum) throw damaged('its header is wrong, or a part is missing');
  return { json, end: FIXED_BYTES + length };
}

function batchesFrom(file: Uint8Array, start: number): Uint8Array[] {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const parts: Uint8Array[] = [];
  for (let at = start; at + BATCH_HEADER_BYTES <= file.length; ) {
    const content = file.subarray(at + BATCH_HEADER_BYTES, at + BATCH_HEADER_BYTES + view.getUint32(at, true));
    if (content.length < view.getUint32(at, true)) break;
    const isWhole = view.getUint32(8 + at, true) === crc32(file.subarray(at, at + 8), content);
    if (!isWhole || view.getUint32(at + 4, true) !== parts.length)
      throw damaged(`a checksum is wrong, or a part is missing, at byte ${at} of the file`);
    parts.push(content);
    at += BATCH_HEADER_BYTES + content.length;
  }
  return parts;
}

function parsed(json: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(json));
  } catch {
    throw damaged('its header is none');
  }
}

function damaged(what: string): RecordingError {
  return new RecordingError(`is damaged: ${what}`);
}
