/**
 * Packets of GDB's remote serial protocol (Debugging with GDB, appendix E.1): `$data#checksum`, each answered by `+` or `-`
 * until both ends agree to do without. Data are bytes, here one character each.
 */

/** Longest data of a packet that is taken; gdb is told so. */
export const PACKET_BYTES = 0x4000;

const encoder = { escape: '}', mask: 0x20 } as const;
const INTERRUPT = '\x03';

/** A piece of gdb's input: data of a packet, one that came damaged, Ctrl-C, or whether the last packet arrived well. */
export type Arrived = { readonly packet: string } | 'damaged' | 'interrupt' | 'taken' | 'again';

function checksum(data: string): string {
  let sum = 0;
  for (let n = 0; n < data.length; n++) sum += data.charCodeAt(n);
  return (sum & 0xff).toString(16).padStart(2, '0');
}

/** A packet with these data. */
export function packetOf(data: string): string {
  return `$${data}#${checksum(data)}`;
}

/** Data in which any byte may be: what has a meaning of its own is escaped. */
export function escapeData(data: string): string {
  return data.replace(/[#$}*]/g, (one) => encoder.escape + String.fromCharCode(one.charCodeAt(0) ^ encoder.mask));
}

/** Data as they were before they were escaped. */
export function unescapeData(data: string): string {
  return data.replace(/\}(.)/gs, (_, one: string) => String.fromCharCode(one.charCodeAt(0) ^ encoder.mask));
}

/** Finds packets in what comes in pieces. */
export class PacketReader {
  #text = '';

  /** Takes a piece of input, and yields all that has arrived whole with it. */
  *read(piece: string): Generator<Arrived> {
    this.#text += piece;
    for (;;) {
      const arrived = this.#next();
      if (arrived === null) return;
      if (arrived !== undefined) yield arrived;
    }
  }

  /** Null: nothing is whole. Undefined: something that means nothing was left out. */
  #next(): Arrived | null | undefined {
    const [first] = this.#text;
    if (first === undefined) return null;
    if (first === '$') return this.#packet();
    this.#text = this.#text.slice(1);
    if (first === '+') return 'taken';
    if (first === '-') return 'again';
    return first === INTERRUPT ? 'interrupt' : undefined;
  }

  #packet(): Arrived | null {
    const end = this.#text.indexOf('#');
    if (end < 0 || this.#text.length < end + 3) return this.#unfinished(end < 0 ? this.#text.length : end);
    const data = this.#text.slice(1, end);
    const sum = this.#text.slice(end + 1, end + 3).toLowerCase();
    this.#text = this.#text.slice(end + 3);
    return sum === checksum(data) && data.length <= PACKET_BYTES ? { packet: data } : 'damaged';
  }

  /** Nobody is to fill the memory with a packet that never ends. */
  #unfinished(length: number): Arrived | null {
    if (length <= PACKET_BYTES) return null;
    this.#text = '';
    return 'damaged';
  }
}
