import { ipv4Of, setIpChecksum, setPayloadChecksum } from '../../../../runtime/ethernet/packet.ts';

/** Packets as their senders make them, by a second implementation of the checksums: word by word, from the RFCs. */

function words(bytes: readonly number[]): number[] {
  return Array.from({ length: Math.ceil(bytes.length / 2) }, (_, n) => (bytes[2 * n]! << 8) | (bytes[2 * n + 1] ?? 0));
}

/** The Internet checksum of bytes. */
export function internetChecksum(bytes: readonly number[]): number {
  const sum = words(bytes).reduce((total, word) => (total + word > 0xffff ? total + word - 0xffff : total + word), 0);
  return 0xffff - sum;
}

const pair = (value: number): number[] => [(value >> 8) & 0xff, value & 0xff];
const addresses = [10, 0, 2, 15, 10, 0, 2, 2];

export interface PacketOptions {
  readonly protocol: 'tcp' | 'udp';
  readonly data: readonly number[];
  readonly sequence?: number;
  readonly identification?: number;
  readonly flags?: number;
  /** The value in the place of the checksums; right ones if left out. */
  readonly checksum?: number;
}

/** An IPv4 packet in a frame. */
export function packetFrame({ protocol, data, ...options }: PacketOptions): Uint8Array {
  const { sequence = 1000, identification = 7, flags = 0x18, checksum } = options;
  const number = protocol === 'tcp' ? 6 : 17;
  const ports = [...pair(1234), ...pair(80)];
  const tcp = (sum: number) => [
    ...ports,
    ...pair(sequence >>> 16),
    ...pair(sequence),
    0,
    0,
    0,
    5,
    0x50,
    flags,
    1,
    0,
    ...pair(sum),
    0,
    0,
  ];
  const udp = (sum: number) => [...ports, ...pair(data.length + 8), ...pair(sum)];
  const header = protocol === 'tcp' ? tcp : udp;
  const length = header(0).length + data.length;
  const right = internetChecksum([...addresses, 0, number, ...pair(length), ...header(0), ...data]);
  const ip = (sum: number) => [
    0x45,
    0,
    ...pair(length + 20),
    ...pair(identification),
    0x40,
    0,
    64,
    number,
    ...pair(sum),
    ...addresses,
  ];
  const payload = [...header(checksum ?? right), ...data];
  const frame = [0x52, 0x55, 10, 0, 2, 2, 0x52, 0x54, 0, 0x12, 0x34, 0x56, 8, 0];
  return Uint8Array.from([...frame, ...ip(checksum ?? internetChecksum(ip(0))), ...payload]);
}

/** Segments of 1000 bytes of data that follow each other, each changed by `change`. */
export function segments(count: number, change: (frame: Uint8Array, n: number) => void = () => {}): Uint8Array[] {
  return Array.from({ length: count }, (_, n) => {
    const data = Array.from({ length: 1000 }, (_, at) => (n * 31 + at) & 0xff);
    const sequence = (0xfffffc00 + 1000 * n) >>> 0;
    const frame = packetFrame({ protocol: 'tcp', data, sequence, identification: n, flags: 0x10 });
    change(frame, n);
    const packet = ipv4Of(frame)!;
    setIpChecksum(frame, packet);
    setPayloadChecksum(frame, packet);
    return frame;
  });
}
