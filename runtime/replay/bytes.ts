/** A recording, or a part of one, is not what a recorder writes. */
export class RecordingDamage extends Error {}

/** Bytes that are written one after the other; numbers have their low byte first. */
export class ByteWriter {
  #bytes = new Uint8Array(256);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  u8(value: number): void {
    const at = this.#room(1);
    this.#view.setUint8(at, value);
  }

  u32(value: number): void {
    const at = this.#room(4);
    this.#view.setUint32(at, value, true);
  }

  f64(value: number): void {
    const at = this.#room(8);
    this.#view.setFloat64(at, value, true);
  }

  /** With their number in front. */
  bytes(bytes: Uint8Array): void {
    this.u32(bytes.length);
    const at = this.#room(bytes.length);
    this.#bytes.set(bytes, at);
  }

  /** As its UTF-16 code units. */
  text(text: string): void {
    this.u32(text.length);
    const at = this.#room(2 * text.length);
    for (let n = 0; n < text.length; n++) this.#view.setUint16(at + 2 * n, text.charCodeAt(n), true);
  }

  /** All that was written, its own copy; the writer is empty then. */
  take(): Uint8Array {
    const taken = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return taken;
  }

  /** Where so many bytes go; only then is there memory for them. */
  #room(length: number): number {
    const at = this.#length;
    this.#length += length;
    if (this.#length > this.#bytes.length) this.#grow();
    return at;
  }

  #grow(): void {
    const bytes = new Uint8Array(Math.max(this.#length, 2 * this.#bytes.length));
    bytes.set(this.#bytes);
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}

/** Reads them again. Whatever is asked for beyond their end is a RecordingDamage. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  u8(): number {
    return this.#view.getUint8(this.#next(1));
  }

  u32(): number {
    return this.#view.getUint32(this.#next(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#next(8), true);
  }

  /** A part of the same memory. */
  bytes(): Uint8Array {
    const length = this.u32();
    const start = this.#next(length);
    return this.#bytes.subarray(start, start + length);
  }

  text(): string {
    const length = this.u32();
    let at = this.#next(2 * length);
    let text = '';
    for (let n = 0; n < length; n++, at += 2) text += String.fromCharCode(this.#view.getUint16(at, true));
    return text;
  }

  #next(length: number): number {
    const at = this.#at;
    if (length > this.left) throw new RecordingDamage('a part ends too early');
    this.#at += length;
    return at;
  }
}
