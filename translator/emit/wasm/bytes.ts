/** Bytes of a WebAssembly module, or of a part of one, written from front to back. */
export class ByteWriter {
  private bytes: Uint8Array;
  length = 0;

  /** With room for so many bytes; it grows. */
  constructor(room = 1024) {
    this.bytes = new Uint8Array(room);
  }

  byte(value: number): void {
    if (this.length === this.bytes.length) this.grow(this.length + 1);
    this.bytes[this.length++] = value;
  }

  /** Unsigned LEB128 (WebAssembly Core Specification 2.0, 5.2.2). */
  unsigned(value: number): void {
    let rest = value >>> 0;
    for (; rest > 0x7f; rest >>>= 7) this.byte((rest & 0x7f) | 0x80);
    this.byte(rest);
  }

  /** Signed LEB128 of 32 bits. */
  signed(value: number): void {
    let rest = value | 0;
    for (; rest < -0x40 || rest > 0x3f; rest >>= 7) this.byte((rest & 0x7f) | 0x80);
    this.byte(rest & 0x7f);
  }

  double(value: number): void {
    const view = new DataView(new ArrayBuffer(8));
    view.setFloat64(0, value, true);
    this.append(new Uint8Array(view.buffer));
  }

  append(bytes: Uint8Array): void {
    if (this.length + bytes.length > this.bytes.length) this.grow(this.length + bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Room for a number below 2^31 that is not known yet; the place of it, for `patch`. */
  hole(): number {
    const at = this.length;
    for (let n = 0; n < HOLE_BYTES; n++) this.byte(0);
    return at;
  }

  /** The bytes so far; valid until more are written. */
  written(): Uint8Array {
    return this.bytes.subarray(0, this.length);
  }

  /** All bytes, valid until more are written. */
  get raw(): Uint8Array {
    return this.bytes;
  }

  finish(): Uint8Array {
    return this.bytes.slice(0, this.length);
  }

  private grow(length: number): void {
    const larger = new Uint8Array(Math.max(length, 2 * this.bytes.length));
    larger.set(this.bytes);
    this.bytes = larger;
  }
}

/** LEB128 of any 32-bit number fits, signed or not. */
const HOLE_BYTES = 5;

/** Puts a number that is not negative into a hole of some bytes. */
export function patch(bytes: Uint8Array, at: number, value: number): void {
  for (let n = 0; n < HOLE_BYTES; n++) {
    bytes[at + n] = ((value >>> (7 * n)) & 0x7f) | (n === HOLE_BYTES - 1 ? 0 : 0x80);
  }
}
