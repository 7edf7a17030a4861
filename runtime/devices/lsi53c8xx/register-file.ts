/** The registers' bytes, low byte first. */
export class RegisterFile {
  readonly bytes: Uint8Array;
  readonly #view: DataView;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset);
  }

  word(at: number): number {
    return this.#view.getUint32(at, true);
  }

  setWord(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }

  /** 24 bits. */
  count(at: number): number {
    return this.word(at) & 0xffffff;
  }

  setCount(at: number, value: number): void {
    this.setWord(at, ((this.word(at) & 0xff000000) | (value & 0xffffff)) >>> 0);
  }

  has(at: number, bits: number): boolean {
    return (this.bytes[at]! & bits) !== 0;
  }

  setBits(at: number, bits: number): void {
    this.bytes[at] |= bits;
  }

  clearBits(at: number, bits: number): void {
    this.bytes[at] &= ~bits;
  }
}
