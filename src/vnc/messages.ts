import type { ByteReader } from './byte-reader.ts';
import { VncError } from './error.ts';
import { type PixelFormat, readFormat } from './pixel-format.ts';
import type { Rectangle } from './rectangle.ts';

/** A message of a viewer (RFC 6143, 7.5; the last two are extensions). */
export type ClientMessage =
  | { readonly type: 'format'; readonly format: PixelFormat }
  | { readonly type: 'encodings'; readonly numbers: readonly number[] }
  | { readonly type: 'update'; readonly isIncremental: boolean; readonly part: Rectangle }
  | KeyMessage
  | PointerMessage
  /** Text, which the guest has no use for. */
  | { readonly type: 'text' }
  /** It wants a desktop of another size. */
  | { readonly type: 'size' };

export interface KeyMessage {
  readonly type: 'key';
  readonly isDown: boolean;
  /** Keysym of X11. */
  readonly keysym: number;
  /** The scancode in set 1, and 80h where E0h stands before it; 0: it is not known. */
  readonly keycode: number;
}

export interface PointerMessage {
  readonly type: 'pointer';
  /** Left, middle, right, wheel up and wheel down in bits 0-4. */
  readonly buttons: number;
  readonly x: number;
  readonly y: number;
}

/** Longest text, in bytes, as in QEMU. */
const MOST_TEXT = 1 << 20;

type Read = (reader: ByteReader) => Promise<ClientMessage>;

async function readKey(reader: ByteReader): Promise<ClientMessage> {
  const body = await reader.take(7);
  return { type: 'key', isDown: body.getUint8(0) !== 0, keysym: body.getUint32(3), keycode: 0 };
}

/**
 * Reads a message of QEMU's: a key with its scancode. Others are not supported; those for sound come only from viewers that were
 * offered it.
 */
async function readExtendedKey(reader: ByteReader): Promise<ClientMessage> {
  const kind = (await reader.take(1)).getUint8(0);
  if (kind !== 0) throw new VncError(`the message 255 of kind ${kind} is not supported`);
  const body = await reader.take(10);
  return { type: 'key', isDown: body.getUint16(0) !== 0, keysym: body.getUint32(2), keycode: body.getUint32(6) };
}

async function readPointer(reader: ByteReader): Promise<ClientMessage> {
  const body = await reader.take(5);
  return { type: 'pointer', buttons: body.getUint8(0), x: body.getUint16(1), y: body.getUint16(3) };
}

async function readUpdate(reader: ByteReader): Promise<ClientMessage> {
  const body = await reader.take(9);
  const part = {
    x: body.getUint16(1),
    y: body.getUint16(3),
    width: body.getUint16(5),
    height: body.getUint16(7),
  };
  return { type: 'update', isIncremental: body.getUint8(0) !== 0, part };
}

async function readEncodings(reader: ByteReader): Promise<ClientMessage> {
  const count = (await reader.take(3)).getUint16(1);
  const body = await reader.take(4 * count);
  return { type: 'encodings', numbers: Array.from({ length: count }, (_, n) => body.getInt32(4 * n)) };
}

async function readText(reader: ByteReader): Promise<ClientMessage> {
  const length = (await reader.take(7)).getUint32(3);
  if (length > MOST_TEXT) throw new VncError(`a text of ${length} bytes is too long`);
  await reader.skip(length);
  return { type: 'text' };
}

async function readSize(reader: ByteReader): Promise<ClientMessage> {
  const screens = (await reader.take(7)).getUint8(5);
  await reader.skip(16 * screens);
  return { type: 'size' };
}

const readers = new Map<number, Read>([
  [0, async (reader) => ({ type: 'format', format: readFormat(await reader.take(19), 3) })],
  [2, readEncodings],
  [3, readUpdate],
  [4, readKey],
  [5, readPointer],
  [6, readText],
  [251, readSize],
  [255, readExtendedKey],
]);

/**
 * The next message.
 * @throws VncError if it is none
 * @throws ViewerGone if none comes any more
 */
export async function readMessage(reader: ByteReader): Promise<ClientMessage> {
  const number = (await reader.take(1)).getUint8(0);
  const read = readers.get(number);
  if (read === undefined) throw new VncError(`there is no message ${number}`);
  return read(reader);
}
