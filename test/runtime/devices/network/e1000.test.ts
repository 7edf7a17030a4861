import { expect, test } from 'vitest';
import { crc32 } from '../../../../runtime/crc32.ts';
import { E1000 } from '../../../../runtime/devices/e1000/index.ts';
import { Cause, Register } from '../../../../runtime/devices/e1000/registers.ts';
import { withTag } from '../../../../runtime/ethernet/frame.ts';
import { BROADCAST, CardRig, frameTo, MAC, MMIO, PORTS } from './card-rig.ts';
import { internetChecksum, packetFrame } from './packets.ts';

const [RX_RING, TX_RING, RX_DATA, TX_DATA] = [0x1000, 0x2000, 0x10000, 0x40000];
const RING_LENGTH = 8;
const bytes = (length: number) => Array.from({ length }, (_, n) => (n * 13) & 0xff);

/** The card, and what a driver does with it. */
class E1000Rig extends CardRig {
  readonly card: E1000 = new E1000({ ...this.board, device: 3 });
  #tail = 0;

  constructor() {
    super();
    this.enable(this.card.pciFunction, [MMIO, PORTS]);
  }

  read(register: number): number {
    return this.regions[0]!.read(register, 4);
  }

  write(register: number, value: number): void {
    this.regions[0]!.write(register, 4, value);
  }

  /** Rings of eight descriptors, buffers of 2 KB. */
  start(rxControl = 0x8002): void {
    this.write(Register.rxBaseLow, RX_RING);
    this.write(Register.rxLength, RING_LENGTH * 16);
    this.write(Register.txBaseLow, TX_RING);
    this.write(Register.txLength, RING_LENGTH * 16);
    this.write(Register.maskSet, Cause.all & ~Cause.txEmpty);
    for (let n = 0; n < RING_LENGTH; n++) this.put(RX_RING + 16 * n, RX_DATA + 0x800 * n, 0, 0, 0);
    this.write(Register.rxTail, RING_LENGTH - 1);
    this.write(Register.rxControl, rxControl);
    this.write(Register.txControl, 0x0a);
  }

  /** Puts descriptors of four words each into the ring, and waits. */
  transmit(...descriptors: readonly (readonly number[])[]): void {
    this.give(...descriptors);
    this.idle();
  }

  /** Gives descriptors to the card, which is then busy. */
  give(...descriptors: readonly (readonly number[])[]): void {
    for (const words of descriptors) {
      this.put(TX_RING + 16 * this.#tail, ...words);
      this.#tail = (this.#tail + 1) % RING_LENGTH;
    }
    this.write(Register.txTail, this.#tail);
  }
}

function started(rxControl?: number): E1000Rig {
  const rig = new E1000Rig();
  rig.start(rxControl);
  return rig;
}

/** A context descriptor for IPv4 and TCP after an Ethernet header. */
const context = (headerBytes = 0, size = 0, segmented = 0) => [
  14 | (24 << 8) | (33 << 16),
  34 | (50 << 8),
  (0x20000000 | 0x03000000 | segmented) >>> 0,
  (headerBytes << 8) | (size << 16),
];

test.each([
  ['may come later', 0x89000000, 0],
  ['must come at once', 0x09000000, Cause.txWritten],
])('the interrupt for a packet %s', (_, command, causes) => {
  const rig = started();
  rig.transmit([TX_DATA, 0, (command | 60) >>> 0, 0]);
  expect(rig.cable.sent).toHaveLength(1);
  expect(rig.read(Register.interruptCause) & Cause.txWritten).toBe(causes);
  rig.advance(500_000);
  expect(rig.read(Register.interruptCause) & Cause.txWritten).toBe(Cause.txWritten - causes);
});

test('what the guest gives while it is busy is sent together, but for what a reset forgets', () => {
  const rig = started();
  for (let n = 0; n < RING_LENGTH; n++) rig.put(TX_RING + 16 * n, TX_DATA, 0, 0x89000000 | 60, 0);
  const sentAfter = (tail: number, nanoseconds: number) => {
    rig.write(Register.txTail, tail);
    rig.advance(nanoseconds);
    return rig.cable.sent.length;
  };
  expect([sentAfter(1, 0), sentAfter(2, 0), sentAfter(3, 1_999_999), sentAfter(4, 1)]).toEqual([1, 1, 1, 4]);
  expect(sentAfter(5, 0)).toBe(4);
  rig.write(Register.control, 1 << 26);
  rig.advance(10_000_000);
  expect(rig.cable.sent).toHaveLength(4);
});

test('the address is in the registers and in the EEPROM, whose sum is right', () => {
  const rig = new E1000Rig();
  expect([rig.read(Register.addresses), rig.read(Register.addresses + 4)]).toEqual([0x12005452, 0x80005634]);
  const words = Array.from({ length: 64 }, (_, n) => {
    rig.write(Register.eepromRead, (n << 8) | 1);
    return rig.read(Register.eepromRead) >>> 16;
  });
  expect(words.slice(0, 3)).toEqual([0x5452, 0x1200, 0x5634]);
  expect(words.reduce((sum, word) => (sum + word) & 0xffff)).toBe(0xbaba);
});

test('the semaphore of later cards can be taken: drivers of all cards wait for it', () => {
  const rig = new E1000Rig();
  expect(rig.read(Register.softwareSemaphore)).toBe(0);
  rig.write(Register.softwareSemaphore, 2);
  expect(rig.read(Register.softwareSemaphore)).toBe(2);
});

test('registers are reached by two ports as well', () => {
  const rig = new E1000Rig();
  rig.ports.write(PORTS, 4, Register.status);
  expect(rig.ports.read(PORTS + 4, 4)).toBe(rig.read(Register.status));
  rig.ports.write(PORTS, 4, Register.vlanType);
  rig.ports.write(PORTS + 4, 4, 0x88a8);
  expect(rig.read(Register.vlanType)).toBe(0x88a8);
});

test.each([0x20000, 0x7ffffffc, 0x80000000, 0xfffffffc])('by the ports there is no register at %i', (address) => {
  const rig = new E1000Rig();
  rig.ports.write(PORTS, 4, address);
  rig.ports.write(PORTS + 4, 4, 0xffffffff);
  expect([rig.ports.read(PORTS, 4), rig.ports.read(PORTS + 4, 4)]).toEqual([address, 0]);
});

test('the transceiver has the identification of an 82540EM and tells of the link', () => {
  const rig = new E1000Rig();
  const phy = (register: number) => {
    rig.write(Register.phyControl, 0x08000000 | (1 << 21) | (register << 16));
    return rig.read(Register.phyControl);
  };
  expect([2, 3].map((n) => phy(n) & 0xffff)).toEqual([0x0141, 0x0c20]);
  expect(phy(1) & 0x1000ffff).toBe(0x1000796d);
  rig.start();
  rig.cable.setLink(false);
  expect(rig.read(Register.interruptCause)).toBe(Cause.linkChange);
  expect(rig.read(Register.status) & 2).toBe(0);
  expect(phy(1) & 0x24).toBe(0);
  rig.write(Register.phyControl, 0x08000000 | (2 << 21));
  expect(rig.read(Register.phyControl) >>> 30).toBe(1);
});

test('a frame of several descriptors is sent, and given back where that was asked for', () => {
  const rig = started();
  rig.bytes.set(frameTo(BROADCAST, 100), TX_DATA);
  rig.transmit([TX_DATA, 0, 60, 0], [TX_DATA + 60, 0, 0x09000000 | 40, 0]);
  expect(rig.cable.sent).toEqual([frameTo(BROADCAST, 100)]);
  expect([0, 1].map((n) => rig.get(TX_RING + 16 * n + 12))).toEqual([0, 1]);
  expect(rig.read(Register.txHead)).toBe(2);
  expect(rig.irq.level).toBe(true);
  expect(rig.read(Register.interruptCause)).toBe(Cause.txWritten | Cause.txEmpty);
  expect(rig.irq.level).toBe(false);
});

test('a frame that is not given whole waits', () => {
  const rig = started();
  rig.bytes.set(frameTo(BROADCAST, 100), TX_DATA);
  rig.transmit([TX_DATA, 0, 60, 0]);
  expect(rig.cable.sent).toEqual([]);
  rig.transmit([TX_DATA + 60, 0, 0x09000000 | 40, 0]);
  expect(rig.cable.sent).toEqual([frameTo(BROADCAST, 100)]);
});

test('a checksum is put in from a place to the end', () => {
  const rig = started();
  rig.bytes.set(frameTo(BROADCAST, 100), TX_DATA);
  rig.transmit([TX_DATA, 0, 0x0d000000 | (40 << 16) | 100, 30 << 8]);
  const expected = frameTo(BROADCAST, 100);
  const sum = internetChecksum([...expected.subarray(30)]);
  expected.set([sum >> 8, sum & 0xff], 40);
  expect(rig.cable.sent).toEqual([expected]);
});

test('checksums of IP and TCP by a context', () => {
  const rig = started();
  const frame = packetFrame({ protocol: 'tcp', data: bytes(101) });
  const bare = frame.slice();
  bare.set([0, 0], 24);
  // The guest leaves the sum of the pseudo header.
  const pseudo = 0xffff - internetChecksum([10, 0, 2, 15, 10, 0, 2, 2, 0, 6, 0, 121]);
  bare.set([pseudo >> 8, pseudo & 0xff], 50);
  rig.bytes.set(bare, TX_DATA);
  rig.transmit(context(), [TX_DATA, 0, (0x29000000 | 0x100000 | frame.length) >>> 0, 0x300]);
  expect(rig.cable.sent).toEqual([frame]);
});

test('a large packet becomes segments', () => {
  const rig = started();
  const data = bytes(3000);
  const large = packetFrame({ protocol: 'tcp', data, flags: 0x19 });
  const pseudo = 0xffff - internetChecksum([10, 0, 2, 15, 10, 0, 2, 2, 0, 6]);
  large.set([0, 0], 24);
  large.set([pseudo >> 8, pseudo & 0xff], 50);
  rig.bytes.set(large, TX_DATA);
  rig.transmit(context(54, 1400, 0x04000000), [TX_DATA, 0, (0x2d000000 | 0x100000 | large.length) >>> 0, 0x300]);
  expect(rig.cable.sent).toEqual([
    packetFrame({ protocol: 'tcp', data: data.slice(0, 1400), flags: 0x10 }),
    packetFrame({ protocol: 'tcp', data: data.slice(1400, 2800), flags: 0x10, sequence: 2400, identification: 8 }),
    packetFrame({ protocol: 'tcp', data: data.slice(2800), flags: 0x19, sequence: 3800, identification: 9 }),
  ]);
});

test('segments of a few bytes are refused', () => {
  const rig = started();
  rig.bytes.set(packetFrame({ protocol: 'tcp', data: bytes(100) }), TX_DATA);
  rig.transmit(context(54, 7, 0x04000000), [TX_DATA, 0, 0x2d100000 + 154, 0]);
  expect([rig.cable.sent, rig.mistakes]).toEqual([[], ['e1000: segments are too small, bytes 7']]);
  rig.transmit(context(54, 8, 0x04000000), [TX_DATA, 0, 0x2d100000 + 154, 0]);
  expect(rig.cable.sent.length).toBe(13);
});

test('a ring of packets in small segments is sent in bursts of so many frames', () => {
  const rig = started();
  rig.bytes.set(packetFrame({ protocol: 'tcp', data: bytes(2000) }), TX_DATA);
  const packet = [TX_DATA, 0, 0x2d100000 + 2054, 0];
  rig.advance(2_000_000);
  rig.give(context(54, 8, 0x04000000), packet, packet, packet, packet, packet, packet);
  // 250 segments a packet, and no packet is begun after 512 frames.
  expect(rig.cable.sent.length).toBe(750);
  rig.advance(100_000);
  expect(rig.cable.sent.length).toBe(1500);
});

test('segments without a header get no VLAN tag: they are lost, and told', () => {
  const rig = started();
  rig.write(Register.control, 0x40000240);
  rig.bytes.set(frameTo(BROADCAST, 100), TX_DATA);
  rig.transmit(context(0, 10, 0x04000000), [TX_DATA, 0, 0x6d100000 + 100, 0x0123 << 16]);
  expect(rig.cable.sent).toEqual([]);
  expect(rig.mistakes).toContain('e1000: a frame without a header, bytes a');
});

test('a frame comes into a buffer, with its check sequence unless that is stripped', () => {
  for (const [control, more] of [
    [0x8002, 4],
    [0x4008002, 0],
  ] as const) {
    const rig = started(control);
    const frame = frameTo(MAC, 101);
    rig.cable.arrive(frame);
    expect(rig.bytes.subarray(RX_DATA, RX_DATA + 101)).toEqual(frame);
    expect(rig.get(RX_DATA + 101)).toBe(more === 0 ? 0 : crc32(frame));
    expect([rig.get(RX_RING + 8), rig.get(RX_RING + 12)]).toEqual([101 + more, 0x07]);
    expect(rig.read(Register.rxHead)).toBe(1);
    expect(rig.read(Register.interruptCause)).toBe(Cause.rxTimer);
  }
});

test('a long frame goes into several buffers, and frames wait for them', () => {
  const rig = started(0x4038002);
  for (let n = 0; n < 3; n++) rig.cable.arrive(frameTo(MAC, 600));
  expect(rig.cable.waiting.length).toBe(1);
  expect([0, 1, 2].map((n) => [rig.get(RX_RING + 16 * n + 8), rig.get(RX_RING + 16 * n + 12) & 3])).toEqual([
    [256, 1],
    [256, 1],
    [88, 3],
  ]);
  rig.write(Register.rxTail, 5);
  expect(rig.cable.waiting.length).toBe(0);
  expect(rig.read(Register.interruptCause) & Cause.rxThreshold).toBe(Cause.rxThreshold);
});

test.each([
  ['this station', MAC, 2, 1],
  ['another one', [2, 0, 0, 0, 0, 1], 2, 0],
  ['another one, for who listens to all', [2, 0, 0, 0, 0, 1], 0x0a, 1],
  ['all', BROADCAST, 0x8002, 1],
  ['all, which is not asked for', BROADCAST, 2, 0],
  ['a group', [1, 0, 0x5e, 0, 0, 1], 2, 0],
  ['a group, for who listens to all', [1, 0, 0x5e, 0, 0, 1], 0x12, 1],
])('the filter: a frame for %s', (_, destination, control, count) => {
  const rig = started(control);
  rig.cable.arrive(frameTo(destination));
  expect(rig.read(Register.rxHead)).toBe(count);
});

test('the filter: groups by twelve bits of their address', () => {
  const rig = started(2);
  rig.write(Register.multicast + 4 * (0x010 >> 5), 1 << (0x010 & 31));
  rig.cable.arrive(frameTo([1, 0, 0x5e, 0, 0, 1]));
  expect(rig.read(Register.rxHead)).toBe(1);
  rig.cable.arrive(frameTo([1, 0, 0x5e, 0, 0, 2]));
  expect(rig.read(Register.rxHead)).toBe(1);
});

test.each([
  ['TCP', packetFrame({ protocol: 'tcp', data: bytes(99) }), 0x63],
  ['wrong TCP and IP', packetFrame({ protocol: 'tcp', data: bytes(99), checksum: 1 }), 0x6063],
  ['UDP', packetFrame({ protocol: 'udp', data: bytes(99) }), 0x73],
  ['no IP', frameTo(MAC), 0x07],
])('checksums are checked: %s', (_, frame, status) => {
  const rig = started();
  rig.write(Register.rxChecksum, 0x300);
  frame.set(MAC);
  rig.cable.arrive(frame);
  expect(rig.get(RX_RING + 12)).toBe(status);
});

test('VLAN: tags are put in, taken out and filtered', () => {
  const rig = started(0x4048002);
  rig.write(Register.control, 0x40000240);
  rig.bytes.set(frameTo(BROADCAST, 100), TX_DATA);
  rig.transmit([TX_DATA, 0, (0x49000000 | 100) >>> 0, 0x0123 << 16]);
  const tagged = withTag(frameTo(BROADCAST, 100), 0x0123);
  expect(rig.cable.sent).toEqual([tagged]);
  rig.cable.arrive(tagged);
  expect(rig.read(Register.rxHead)).toBe(0);
  rig.write(Register.vlanFilter + 4 * (0x123 >> 5), 1 << (0x123 & 31));
  rig.cable.arrive(tagged);
  expect(rig.get(RX_RING + 12)).toBe((0x0123 << 16) | 0x0f);
  expect(rig.bytes.subarray(RX_DATA, RX_DATA + 100)).toEqual(frameTo(BROADCAST, 100));
});

test('interrupts come no more often than the guest wants', () => {
  const rig = started();
  rig.write(Register.interruptThrottle, 1000);
  rig.cable.arrive(frameTo(MAC));
  expect(rig.irq.level).toBe(true);
  rig.read(Register.interruptCause);
  rig.cable.arrive(frameTo(MAC));
  expect(rig.irq.level).toBe(false);
  rig.advance(255_999);
  expect(rig.irq.level).toBe(false);
  rig.advance(1);
  expect(rig.irq.level).toBe(true);
});

test('statistics are cleared when they are read', () => {
  const rig = started();
  rig.cable.arrive(frameTo(BROADCAST, 100));
  expect(
    [Register.goodReceived, Register.broadcastReceived, Register.receivedOctets].map((at) => rig.read(at)),
  ).toEqual([1, 1, 104]);
  expect(rig.read(Register.goodReceived)).toBe(0);
});

test('a reset by the control register', () => {
  const rig = started();
  const registers = [Register.control, Register.maskSet, Register.rxControl, Register.vlanType];
  rig.write(Register.vlanType, 0x88a8);
  rig.write(Register.control, 0x04000000);
  expect(registers.map((at) => rig.read(at))).toEqual([0x140240, 0, 0, 0x8100]);
  expect(rig.read(Register.addresses)).toBe(0x12005452);
});

test('a ring that the guest fills all the time is sent in bursts', () => {
  const rig = started();
  rig.write(Register.txLength, 0xfff80);
  rig.write(Register.txBaseLow, 0xf0000000);
  rig.write(Register.txTail, 0xfff7);
  const first = rig.cable.sent.length;
  const head = rig.read(Register.txHead);
  expect(head).toBeLessThan(1024);
  rig.advance(100_000);
  expect(rig.read(Register.txHead)).toBe(2 * head);
  expect(rig.cable.sent.length).toBe(2 * first);
});
