import { Errno, FolderError } from './errno.ts';
import { HEADER_BYTES } from './protocol.ts';

const FIRST_BYTES = 256;

/** Writes the fields of a reply. They throw FolderError where there is no room for them. */
export class MessageWriter {
  readonly #limit: number;
  #bytes: Uint8Array;
  #view: DataView;
  #length = HEADER_BYTES;

  /** `limit`: bytes of the reply at most. */
  constructor(limit: number) {
    this.#limit = limit;
    this.#bytes = new Uint8Array(Math.min(limit, FIRST_BYTES));
    this.#view = new DataView(this.#bytes.buffer);
  }

  /** Bytes for which there is room. */
  get room(): number {
    return this.#limit - this.#length;
  }

  /** Where so many bytes go. The view may be another one afterwards. */
  #add(length: number): number {
    const at = this.#length;
    if (length > this.room) throw new FolderError(Errno.messageSize, 'there is no room for the reply');
    this.#length += length;
    if (this.#length > this.#bytes.length) this.#grow(this.#length);
    return at;
  }

  #grow(length: number): void {
    const bytes = new Uint8Array(Math.min(this.#limit, Math.max(length, 2 * this.#bytes.length)));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }

  u8(value: number): this {
    const at = this.#add(1);
    this.#view.setUint8(at, value);
    return this;
  }

  u16(value: number): this {
    const at = this.#add(2);
    this.#view.setUint16(at, value, true);
    return this;
  }

  u32(value: number): this {
    const at = this.#add(4);
    this.#view.setUint32(at, value, true);
    return this;
  }

  u64(value: bigint): this {
    const at = this.#add(8);
    this.#view.setBigUint64(at, BigInt.asUintN(64, value), true);
    return this;
  }

  /** A text whose characters are bytes. */
  text(text: string): this {
    this.u16(text.length);
    const at = this.#add(text.length);
    for (let n = 0; n < text.length; n++) this.#bytes[at + n] = text.charCodeAt(n);
    return this;
  }

  /** Room for data after their length; `keep` then says how many there are. */
  data(length: number): Uint8Array {
    this.u32(length);
    const at = this.#add(length);
    return this.#bytes.subarray(at, at + length);
  }

  /** Shortens the data that was reserved last from `length` bytes to the `used` first ones. */
  keep(length: number, used: number): void {
    this.#length -= length - used;
    this.#view.setUint32(this.#length - used - 4, used, true);
  }

  /** The whole message, with bytes of its own. */
  finish(type: number, tag: number): Uint8Array {
    this.#view.setUint32(0, this.#length, true);
    this.#view.setUint8(4, type);
    this.#view.setUint16(5, tag, true);
    return this.#bytes.length === this.#length ? this.#bytes : this.#bytes.slice(0, this.#length);
  }
}
