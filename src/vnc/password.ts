/** Encrypts two blocks with DES in ECB mode, by a key of eight bytes. */
export type EncryptDes = (key: Uint8Array, blocks: Uint8Array) => Uint8Array;

/** Characters of a password that count. */
const MOST = 8;

/** The password of viewers, as VNC's own authentication has it (RFC 6143, 7.2.2): a weak one, on a connection that is not encrypted. */
export class VncPassword {
  readonly #encrypt: EncryptDes;
  #key: Uint8Array | null = null;
  /** Milliseconds since 1970 from which on it is not valid. */
  #end = Number.POSITIVE_INFINITY;

  constructor(encrypt: EncryptDes) {
    this.#encrypt = encrypt;
  }

  /** None is set by an empty text: nobody is let in. */
  set(text: string): void {
    this.#key = text === '' ? null : keyOf(text);
  }

  expire(end: number): void {
    this.#end = end;
  }

  isAnsweredBy(challenge: Uint8Array, answer: Uint8Array): boolean {
    if (this.#key === null || Date.now() >= this.#end) return false;
    return isSame(this.#encrypt(this.#key, challenge), answer);
  }
}

/** In time that doesn't tell where they differ. */
function isSame(a: Uint8Array, b: Uint8Array): boolean {
  return a.reduce((difference, byte, n) => difference | (byte ^ b[n]), 0) === 0;
}

/** VNC has the bits of each byte of the key in the other order. */
function keyOf(text: string): Uint8Array {
  const key = new Uint8Array(MOST);
  key.set(new TextEncoder().encode(text).subarray(0, MOST));
  return key.map(reversed);
}

function reversed(byte: number): number {
  let result = 0;
  for (let bit = 0; bit < 8; bit++) result |= ((byte >> bit) & 1) << (7 - bit);
  return result;
}
