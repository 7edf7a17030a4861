import { Random } from '../random.ts';
import { arpFrame, FrameGuest, ipv4Frame, tcpFrame, udpFrame } from './frame-guest.ts';

const files = {
  open: async () => ({
    size: 5,
    read: async (offset: number) => new Uint8Array(Math.max(5 - offset, 0)),
    close: async () => {},
  }),
};

/** Frames that are right but for some of their bytes, and some of which nothing is right. */
function nonsense(random: Random): Uint8Array {
  const bytes = Array.from({ length: random.below(300) }, () => random.below(256));
  const to = random.pick(['10.0.2.2', '10.0.2.3', '10.0.2.15', '192.0.2.1', '255.255.255.255', '127.0.0.1']);
  const flags = random.pick(['S', 'SA', 'A', 'PA', 'FA', 'R', 'RA', 'F', '', 'SFRPA']);
  const port = () => random.pick([1, 2, 53, 67, 68, 69, 80]);
  const sequence = random.pick([0, 1, 2, 100, 0xffff_fff0, random.word() >>> 0]);
  const acknowledgment = random.pick([0, 1, random.word() >>> 0]);
  const options = Array.from({ length: random.below(10) * 4 }, () => random.pick([0, 1, 2, 3, 4, 255]));
  const ends = { to, fromPort: port(), toPort: port() };
  const frame = random.pick([
    () => tcpFrame({ ...ends, flags, sequence, acknowledgment, options, data: bytes, window: random.below(65536) }),
    () => udpFrame(bytes, ends),
    () =>
      ipv4Frame(random.pick([1, 6, 17, 99]), bytes, { to, fragment: random.pick([0, 0x2000, 185, 0x1fff, 0x3fff]) }),
    () => arpFrame(random.below(3), `10.0.2.${random.below(256)}`, to),
    () => Uint8Array.from(bytes),
  ])();
  for (let n = random.pick([0, 0, 1, 3]); n > 0 && frame.length > 0; n--)
    frame[random.below(frame.length)] = random.below(256);
  return frame.subarray(0, random.chance(10) ? random.below(frame.length + 1) : frame.length);
}

/** A network that gets nonsense, on a host that connects, sends, ends and breaks at random. */
export class Nonsense {
  readonly guest: FrameGuest;
  readonly #random: Random;

  private constructor(guest: FrameGuest, seed: number) {
    this.guest = guest;
    this.#random = new Random(seed);
  }

  static async open(seed: number): Promise<Nonsense> {
    return new Nonsense(await FrameGuest.open({ tftp: '/x' }, files), seed);
  }

  async feed(count: number): Promise<void> {
    const { network, host } = this.guest;
    for (let n = 0; n < count; n++) {
      network.send(nonsense(this.#random));
      this.#hostActs();
      if (n % 50 === 0) host.timers.advance(this.#random.below(500));
      if (n % 1000 === 0) await this.#forget();
      this.guest.heard();
    }
  }

  #hostActs(): void {
    const random = this.#random;
    const { streams } = this.guest.host.sockets;
    const stream = streams.at(-1);
    if (random.chance(20)) stream?.events.opened();
    if (random.chance(5) && stream?.isReading) stream.events.data(new Uint8Array(random.below(5000)));
    if (random.chance(5)) stream?.events.ended();
    if (streams.length > 500) for (const old of streams.splice(0, 250)) old.events.failed('reset');
  }

  /** Clears the notes of the host that isn't real. */
  async #forget(): Promise<void> {
    const { sockets } = this.guest.host;
    await this.guest.later();
    sockets.pinged.length = 0;
    if (sockets.datagramPorts.length > 1000) sockets.datagramPorts.splice(0, 500);
    for (const port of sockets.datagramPorts) port.sent.length = 0;
    for (const stream of sockets.streams) stream.written.length = 0;
  }
}
