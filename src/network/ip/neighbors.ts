import type { GuestLink } from '../link.ts';

/** Guests on one network are few; what goes beyond was made up. */
const MOST_NEIGHBORS = 1024;
/** Addresses that are being asked for. */
const MOST_ASKED = 64;

/** Which hardware address an IP address has, as its owner told. */
export class Neighbors {
  readonly #link: GuestLink;
  readonly #type: number;
  readonly #ask: (address: string) => void;
  readonly #known = new Map<string, Uint8Array>();
  /** The last packet for each address that is being asked for (RFC 1122, 2.3.2.2). */
  readonly #waiting = new Map<string, Uint8Array>();

  /**
   * @param type what the packets are, as Ethernet calls it
   * @param ask asks the guests who has an address
   */
  constructor(link: GuestLink, type: number, ask: (address: string) => void) {
    this.#link = link;
    this.#type = type;
    this.#ask = ask;
  }

  /** @param mac its bytes are copied */
  learn(address: string, mac: Uint8Array): void {
    const known = this.#known.get(address);
    if (known && sameMac(known, mac)) return;
    // Of a group, or nobody's: no card has these.
    if (mac[0] & 1) return;
    if (!known && this.#known.size >= MOST_NEIGHBORS) this.#known.delete(this.#known.keys().next().value!);
    this.#known.set(address, mac.slice());
    const frame = this.#waiting.get(address);
    this.#waiting.delete(address);
    if (frame) this.#link.send(frame, mac, this.#type);
  }

  /** Sends a frame, whose Ethernet header is yet to be filled, to who has an address. */
  send(address: string, frame: Uint8Array): void {
    const mac = this.#known.get(address);
    if (mac) {
      this.#link.send(frame, mac, this.#type);
      return;
    }
    if (this.#waiting.size >= MOST_ASKED) this.#waiting.delete(this.#waiting.keys().next().value!);
    this.#waiting.set(address, frame.slice());
    this.#ask(address);
  }

  /** Whether somebody told that it has an address. */
  has(address: string): boolean {
    return this.#known.has(address);
  }
}

function sameMac(a: Uint8Array, b: Uint8Array): boolean {
  return a[0] === b[0] && a[1] === b[1] && a[2] === b[2] && a[3] === b[3] && a[4] === b[4] && a[5] === b[5];
}
