import { Errno, FolderError } from './errno.ts';
import { HEADER_BYTES } from './protocol.ts';

/** Reads the fields of a request. They throw FolderError where the message ends before they do. */
export class MessageReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = HEADER_BYTES;

  /** `bytes`: a message, which has a header at least. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** The message's length field. */
  get length(): number {
    return this.#view.getUint32(0, true);
  }

  get type(): number {
    return this.#bytes[4];
  }

  get tag(): number {
    return this.#view.getUint16(5, true);
  }

  #take(length: number): number {
    const at = this.#at;
    if (at + length > this.#bytes.length) throw new FolderError(Errno.invalid, 'the message is too short');
    this.#at += length;
    return at;
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  u64(): bigint {
    return this.#view.getBigUint64(this.#take(8), true);
  }

  /** The next bytes, a part of the message. */
  bytes(length: number): Uint8Array {
    const at = this.#take(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** A text. Names of files are bytes: each is one character here. */
  text(): string {
    let text = '';
    for (const byte of this.bytes(this.u16())) text += String.fromCharCode(byte);
    return text;
  }
}
