import { write16 } from '../../runtime/ethernet/network-order.ts';
import { macBytes } from './addresses.ts';

/** Types of what Ethernet frames carry (IANA, "IEEE 802 Numbers"). */
export const EtherType = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const;

/** Destination, source, type (IEEE 802.3, 3.2). */
export const ETHERNET_HEADER = 14;
/** Most bytes that a frame carries. */
export const MTU = 1500;
export const BROADCAST = macBytes('ff:ff:ff:ff:ff:ff');
/** The MAC address of the network's own side: 52:55 and the IPv4 address of QEMU's router. */
export const OWN_MAC = macBytes('52:55:0a:00:02:02');

/** Frames that wait where the guest has no room; what goes beyond is lost, as on a wire. */
const MOST_WAITING = 256;

/** Has more to send when the guest has room again. */
export interface WaitingSender {
  sendMore(): void;
}

/** The wire to the guest, with what waits at its near end. */
export class GuestLink {
  onFrame: (frame: Uint8Array) => boolean = () => true;
  readonly #frames: Uint8Array[] = [];
  readonly #senders = new Set<WaitingSender>();
  #isSending = false;

  /** Whether the guest has no room. Who can wait asks this first, and calls {@link waitForRoom}. */
  get isBlocked(): boolean {
    return this.#frames.length > 0;
  }

  /** Whether a frame is being handed over at this moment. */
  get isSending(): boolean {
    return this.#isSending;
  }

  /** Sends a frame that begins with room for the Ethernet header. The bytes are the caller's again when this returns. */
  send(frame: Uint8Array, destination: Uint8Array, type: number): void {
    frame.set(destination, 0);
    frame.set(OWN_MAC, 6);
    write16(frame, 12, type);
    this.forward(frame);
  }

  /** Sends a frame as it is. */
  forward(frame: Uint8Array): void {
    if (!this.isBlocked && this.#offer(frame)) return;
    if (this.#frames.length < MOST_WAITING) this.#frames.push(frame.slice());
  }

  /** Each gets its turn in the order of these calls. */
  waitForRoom(sender: WaitingSender): void {
    this.#senders.add(sender);
  }

  /** The guest has room. */
  resume(): void {
    while (this.#frames.length > 0 && this.#offer(this.#frames[0]!)) this.#frames.shift();
    for (const sender of [...this.#senders]) {
      if (this.isBlocked) return;
      this.#senders.delete(sender);
      sender.sendMore();
    }
  }

  /** Forgets all that waits. */
  close(): void {
    this.onFrame = () => true;
    this.#frames.length = 0;
    this.#senders.clear();
  }

  #offer(frame: Uint8Array): boolean {
    this.#isSending = true;
    try {
      return this.onFrame(frame);
    } finally {
      this.#isSending = false;
    }
  }
}
