import type { BootFiles } from '../../../src/network/host.ts';
import type { UserNetworkOptions } from '../../../src/network/options.ts';
import { UserNetwork } from '../../../src/network/user.ts';
import { planUserNetwork } from '../../../src/network/user-plan.ts';
import { FakeHost } from './fake-host.ts';

// Frames made and read by hand: nothing of the stack is used, so that a mistake there isn't made here too.

export const GUEST_MAC = '52:54:00:12:34:56';
export const HOST_MAC = '52:55:0a:00:02:02';
const ALL = 'ff:ff:ff:ff:ff:ff';

const bytesOf = (address: string): number[] => address.split('.').map(Number);
const macOf = (mac: string): number[] => mac.split(':').map((byte) => Number.parseInt(byte, 16));
export const word = (value: number): number[] => [(value >>> 8) & 0xff, value & 0xff];
export const long = (value: number): number[] => [...word(value >>> 16), ...word(value & 0xffff)];
export const ascii = (text: string): number[] => [...text].map((character) => character.charCodeAt(0));
export const textOf = (bytes: ArrayLike<number>): string => String.fromCharCode(...Array.from(bytes));

/** The Internet checksum as RFC 1071 defines it: the complement of the sum of words in one's complement. */
export function internetChecksum(bytes: readonly number[]): number {
  let sum = 0;
  for (let at = 0; at < bytes.length; at += 2) {
    sum += bytes[at]! * 256 + (bytes[at + 1] ?? 0);
    if (sum > 0xffff) sum -= 0xffff;
  }
  return 0xffff - sum;
}

export interface IpFields {
  from?: string;
  to?: string;
  ttl?: number;
  id?: number;
  fragment?: number;
  mac?: string;
}

export function ipv4Frame(protocol: number, payload: readonly number[], fields: IpFields = {}): Uint8Array {
  const { from = '10.0.2.15', to = '10.0.2.2', ttl = 64, id = 1, fragment = 0, mac = HOST_MAC } = fields;
  const header = [0x45, 0, ...word(20 + payload.length), ...word(id), ...word(fragment), ttl, protocol, 0, 0];
  header.push(...bytesOf(from), ...bytesOf(to));
  const sum = word(internetChecksum(header));
  header.splice(10, 2, ...sum);
  return Uint8Array.from([...macOf(mac), ...macOf(GUEST_MAC), 8, 0, ...header, ...payload]);
}

function withPseudoHeader(from: string, to: string, protocol: number, bytes: readonly number[]): number {
  return internetChecksum([...bytesOf(from), ...bytesOf(to), 0, protocol, ...word(bytes.length), ...bytes]);
}

export interface UdpFields extends IpFields {
  fromPort?: number;
  toPort: number;
}

export function udpFrame(data: readonly number[], fields: UdpFields): Uint8Array {
  const { from = '10.0.2.15', to = '10.0.2.2', fromPort = 5000, toPort } = fields;
  const datagram = [...word(fromPort), ...word(toPort), ...word(8 + data.length), 0, 0, ...data];
  datagram.splice(6, 2, ...word(withPseudoHeader(from, to, 17, datagram)));
  return ipv4Frame(17, datagram, fields);
}

export interface TcpFields extends IpFields {
  fromPort?: number;
  toPort?: number;
  sequence?: number;
  acknowledgment?: number;
  flags: string;
  window?: number;
  options?: readonly number[];
  data?: readonly number[];
}

const flagBits: Readonly<Record<string, number>> = { F: 1, S: 2, R: 4, P: 8, A: 16 };

export function tcpFrame(fields: TcpFields): Uint8Array {
  const {
    from = '10.0.2.15',
    to = '10.0.2.2',
    fromPort = 5000,
    toPort = 80,
    sequence = 0,
    acknowledgment = 0,
  } = fields;
  const { flags, window = 0xffff, options = [], data = [] } = fields;
  const bits = [...flags].reduce((sum, flag) => sum | flagBits[flag]!, 0);
  const segment = [...word(fromPort), ...word(toPort), ...long(sequence), ...long(acknowledgment)];
  segment.push((5 + options.length / 4) << 4, bits, ...word(window), 0, 0, 0, 0, ...options, ...data);
  segment.splice(16, 2, ...word(withPseudoHeader(from, to, 6, segment)));
  return ipv4Frame(6, segment, fields);
}

export function arpFrame(operation: number, sender: string, target: string): Uint8Array {
  const body = [0, 1, 8, 0, 6, 4, 0, operation, ...macOf(GUEST_MAC), ...bytesOf(sender), 0, 0, 0, 0, 0, 0];
  return Uint8Array.from([...macOf(ALL), ...macOf(GUEST_MAC), 8, 6, ...body, ...bytesOf(target)]);
}

/** The contents of a frame for the guest. */
export interface Heard {
  readonly frame: Uint8Array;
  readonly type: number;
  readonly from: string;
  readonly to: string;
  readonly protocol: number;
  readonly ttl: number;
  /** The word of the IP header with the flags and the offset of the fragment. */
  readonly fragment: number;
  /** After the IP header. */
  readonly payload: number[];
}

export function heard(frame: Uint8Array): Heard {
  const ip = [...frame.subarray(14)];
  const type = frame[12]! * 256 + frame[13]!;
  const length = type === 0x0800 ? ip[2]! * 256 + ip[3]! : ip.length;
  return {
    ...{ frame, type, from: ip.slice(12, 16).join('.'), to: ip.slice(16, 20).join('.') },
    ...{ protocol: ip[9]!, ttl: ip[8]!, fragment: ip[6]! * 256 + ip[7]!, payload: ip.slice(20, length) },
  };
}

/** Whether all checksums of a whole IPv4 packet with UDP, TCP or ICMP are right. */
export function isIntact({ frame, from, to, protocol, payload }: Heard): boolean {
  if (internetChecksum([...frame.subarray(14, 34)]) !== 0) return false;
  if (protocol === 1) return internetChecksum(payload) === 0;
  return withPseudoHeader(from, to, protocol, payload) === 0;
}

export interface HeardSegment {
  flags: string;
  sequence: number;
  acknowledgment: number;
  window: number;
  toPort: number;
  fromPort: number;
  from: string;
  options: number[];
  data: number[];
}

export function heardTcp({ payload, from }: Heard): HeardSegment {
  const at16 = (at: number) => payload[at]! * 256 + payload[at + 1]!;
  const at32 = (at: number) => at16(at) * 65536 + at16(at + 2);
  const start = (payload[12]! >> 4) * 4;
  const flags = [...'SFRPA'].filter((flag) => payload[13]! & flagBits[flag]!).join('');
  return {
    ...{
      from,
      fromPort: at16(0),
      toPort: at16(2),
      sequence: at32(4),
      acknowledgment: at32(8),
      flags,
      window: at16(14),
    },
    ...{ options: payload.slice(20, start), data: payload.slice(start) },
  };
}

/** A user-mode network on a host of which nothing is real, and what the guest hears of it. */
export class FrameGuest {
  readonly host: FakeHost;
  network!: UserNetwork;
  #frames: Heard[] = [];
  hasRoom = true;

  private constructor(files?: BootFiles) {
    this.host = new FakeHost(files);
  }

  static async open(options: Partial<UserNetworkOptions> = {}, files?: BootFiles): Promise<FrameGuest> {
    const guest = new FrameGuest(files);
    guest.network = await UserNetwork.open(planUserNetwork({ type: 'user', ...options }), guest.host);
    guest.network.onFrame = (frame) => {
      if (guest.hasRoom) guest.#frames.push(heard(frame.slice()));
      return guest.hasRoom;
    };
    return guest;
  }

  /** Sends frames; what came back until all was worked on. */
  send(...frames: readonly Uint8Array[]): Heard[] {
    for (const frame of frames) this.network.send(frame);
    return this.heard();
  }

  /** Frames that came since the last look. */
  heard(): Heard[] {
    this.host.timers.settle();
    return this.#frames.splice(0);
  }

  /** Frames that came since the last look, after promises. */
  async later(): Promise<Heard[]> {
    for (let n = 0; n < 20; n++) await Promise.resolve();
    return this.heard();
  }
}
