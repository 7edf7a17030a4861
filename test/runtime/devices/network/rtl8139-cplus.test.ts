import { expect, test } from 'vitest';
import { crc32 } from '../../../../runtime/crc32.ts';
import { CplusCommand, Interrupt, Register } from '../../../../runtime/devices/rtl8139/registers.ts';
import { withTag } from '../../../../runtime/ethernet/frame.ts';
import { BROADCAST, frameTo, MAC } from './card-rig.ts';
import { packetFrame } from './packets.ts';
import { END, OWNED, Rtl8139Rig, RX_RING, TX_RING, WHOLE } from './rtl8139-rig.ts';

const bytes = (length: number) => Array.from({ length }, (_, n) => (n * 13) & 0xff);

function cplus(more = 0): Rtl8139Rig {
  const rig = new Rtl8139Rig();
  rig.startCplus(more);
  return rig;
}

/** Two receive descriptors with buffers of so many bytes. */
function giveBuffers(rig: Rtl8139Rig, size = 1536): void {
  rig.put(RX_RING, (OWNED | size) >>> 0, 0, 0x30000, 0);
  rig.put(RX_RING + 16, (OWNED | END | size) >>> 0, 0, 0x31000, 0);
}

test('a packet in several parts is sent as one frame', () => {
  const rig = cplus();
  rig.transmit(frameTo(BROADCAST, 100), { parts: 3 });
  expect(rig.cable.sent).toEqual([frameTo(BROADCAST, 100)]);
  expect([0, 1, 2].map((n) => rig.get(TX_RING + 16 * n) >>> 28)).toEqual([2, 0, 1]);
  rig.advance(500_000);
  expect(rig.takeStatus()).toBe(Interrupt.txOk | Interrupt.noTxDescriptor);
});

test('frames that are sent soon after another share an interrupt, and their descriptors are back at once', () => {
  const rig = cplus();
  const sent = Interrupt.txOk | Interrupt.noTxDescriptor;
  const interruptAfter = (nanoseconds: number) => {
    rig.advance(nanoseconds - 1);
    expect(rig.takeStatus()).toBe(0);
    rig.advance(1);
    expect(rig.takeStatus()).toBe(sent);
  };
  for (const first of [0, 1, 2]) rig.transmit(frameTo(BROADCAST, 100), { first });
  expect(rig.cable.sent).toHaveLength(3);
  expect([0, 1, 2].map((n) => rig.get(TX_RING + 16 * n) >>> 31)).toEqual([0, 0, 0]);
  interruptAfter(500_000);
  rig.transmit(frameTo(BROADCAST, 100), { first: 3 });
  interruptAfter(1_000_000);
  rig.advance(1_000_000);
  expect(rig.takeStatus()).toBe(0);
});

test('an answer that comes in time shares the interrupt of what was sent', () => {
  const rig = cplus();
  rig.transmit(frameTo(BROADCAST, 100));
  rig.advance(100_000);
  expect(rig.takeStatus()).toBe(0);
  giveBuffers(rig);
  rig.cable.arrive(frameTo(BROADCAST, 100));
  expect(rig.takeStatus()).toBe(Interrupt.rxOk | Interrupt.txOk | Interrupt.noTxDescriptor);
  rig.advance(2_000_000);
  expect(rig.takeStatus()).toBe(0);
});

test('what the guest gives while it is busy is sent together', () => {
  const rig = cplus();
  const give = (first: number, length: number) => {
    rig.put(TX_RING + 16 * first, (OWNED | 0x30000000 | length) >>> 0, 0, 0x40000, 0);
    rig.write(Register.txPoll, 1, 0x40);
  };
  const lengths = () => rig.cable.sent.splice(0).map(({ length }) => length);
  give(0, 100);
  expect(lengths()).toEqual([100]);
  for (const n of [1, 2, 3]) give(n, 100 + n);
  rig.advance(1_999_999);
  expect(lengths()).toEqual([]);
  expect(rig.get(TX_RING + 16) >>> 31).toBe(1);
  rig.advance(1);
  expect(lengths()).toEqual([101, 102, 103]);
  give(4, 104);
  expect(lengths()).toEqual([]);
  rig.idle();
  expect(lengths()).toEqual([104]);
  give(5, 105);
  rig.write(Register.command, 1, 0x10);
  rig.advance(10_000_000);
  expect(lengths()).toEqual([]);
});

test('only the ring that the guest means is looked at', () => {
  const rig = cplus();
  // A ring of high priority that nobody has set up: what is at address 0 looks like a packet.
  rig.put(0, (OWNED | END | 0x30000000 | 100) >>> 0, 0, 0x40000, 0);
  rig.bytes.set(packetFrame({ protocol: 'tcp', data: bytes(1000) }), 0x40000);
  for (let n = 0; n < 16; n++) rig.put(TX_RING + 16 * n, 0xb8080000 + 1054, 0, 0x40000, 0);
  rig.write(Register.txPoll, 1, 0x40);
  rig.advance(10_000_000);
  expect(rig.cable.sent.length).toBe(16 * 125);
  expect(rig.get(0) >>> 31).toBe(1);
  rig.write(Register.txPoll, 1, 0x80);
  rig.idle();
  expect(rig.get(0) >>> 31).toBe(0);
});

test('a packet that is not given whole waits', () => {
  const rig = cplus();
  rig.bytes.set(frameTo(BROADCAST, 100), 0x40000);
  rig.put(TX_RING, (OWNED | 0x20000000 | 60) >>> 0, 0, 0x40000, 0);
  rig.write(Register.txPoll, 1, 0x40);
  expect(rig.cable.sent).toEqual([]);
  rig.put(TX_RING + 16, (OWNED | 0x10000000 | 40) >>> 0, 0, 0x4003c, 0);
  rig.write(Register.txPoll, 1, 0x40);
  rig.idle();
  expect(rig.cable.sent).toEqual([frameTo(BROADCAST, 100)]);
});

test('the ring goes on at its start', () => {
  const rig = cplus();
  rig.transmit(frameTo(BROADCAST, 100), { command: END });
  rig.transmit(frameTo(BROADCAST, 101), { command: END });
  expect(rig.cable.sent.map(({ length }) => length)).toEqual([100, 101]);
});

test.each(['tcp', 'udp'] as const)('checksums of IP and %s are put in', (protocol) => {
  const rig = cplus();
  for (const data of [bytes(100), bytes(101)]) {
    rig.transmit(packetFrame({ protocol, data, checksum: 0x1111 }), { command: 0x70000 | END });
    expect(rig.cable.sent.at(-1)).toEqual(packetFrame({ protocol, data }));
  }
});

test('a large send becomes segments', () => {
  const rig = cplus();
  const data = bytes(3000);
  rig.transmit(packetFrame({ protocol: 'tcp', data, flags: 0x19, sequence: 0xfffffc18 }), {
    command: 0x08000000 | (1400 << 16),
    parts: 2,
  });
  expect(rig.cable.sent).toEqual([
    packetFrame({ protocol: 'tcp', data: data.slice(0, 1400), flags: 0x10, sequence: 0xfffffc18 }),
    packetFrame({ protocol: 'tcp', data: data.slice(1400, 2800), flags: 0x10, sequence: 0x190, identification: 8 }),
    packetFrame({ protocol: 'tcp', data: data.slice(2800), flags: 0x19, sequence: 0x708, identification: 9 }),
  ]);
  // Sizes of segments are not to be taken for errors.
  expect([0, 1].map((n) => rig.get(TX_RING + 16 * n) >>> 16)).toEqual([0x2000, 0x1000]);
});

test('a large send without a size of segments is one frame', () => {
  const rig = cplus();
  const frame = packetFrame({ protocol: 'tcp', data: bytes(100) });
  rig.transmit(frame, { command: 0x08000000 });
  expect(rig.cable.sent).toEqual([frame]);
});

test('segments of a few bytes are refused', () => {
  const rig = cplus();
  rig.transmit(packetFrame({ protocol: 'tcp', data: bytes(100) }), { command: 0x08000000 | (7 << 16) });
  expect([rig.cable.sent, rig.mistakes]).toEqual([[], ['RTL8139: segments are too small, bytes 7']]);
  rig.transmit(packetFrame({ protocol: 'tcp', data: bytes(100) }), { command: 0x08000000 | (8 << 16), first: 1 });
  expect(rig.cable.sent.length).toBe(13);
});

test('a ring of packets in small segments is sent in bursts of so many frames', () => {
  const rig = cplus();
  rig.bytes.set(packetFrame({ protocol: 'tcp', data: bytes(1000) }), 0x40000);
  for (let n = 0; n < 16; n++) rig.put(TX_RING + 16 * n, 0xb8080000 + 1054, 0, 0x40000, 0);
  rig.write(Register.txPoll, 1, 0x40);
  // 125 segments a packet, and no packet is begun after 256 frames.
  expect(rig.cable.sent.length).toBe(375);
  rig.advance(100_000);
  expect(rig.cable.sent.length).toBe(750);
});

test('a VLAN tag is put in, and taken out', () => {
  const rig = cplus(CplusCommand.rxVlan);
  rig.transmit(frameTo(BROADCAST, 100), { vlan: 0x20000 | 0x2301 });
  const tagged = withTag(frameTo(BROADCAST, 100), 0x0123);
  expect(tagged.subarray(12, 18)).toEqual(Uint8Array.from([0x81, 0x00, 0x01, 0x23, 0x88, 0xb5]));
  expect(rig.cable.sent).toEqual([tagged]);
  giveBuffers(rig);
  rig.cable.arrive(tagged);
  expect(rig.get(RX_RING + 4)).toBe(0x10000 | 0x2301);
  expect(rig.bytes.subarray(0x30000, 0x30064)).toEqual(frameTo(BROADCAST, 100));
});

test('a frame is put where a descriptor says', () => {
  const rig = cplus();
  giveBuffers(rig);
  const frame = frameTo(MAC, 101);
  rig.cable.arrive(frame);
  expect(rig.get(RX_RING)).toBe((WHOLE | 0x02000000 | 105) >>> 0);
  expect(rig.bytes.subarray(0x30000, 0x30065)).toEqual(frame);
  expect(rig.get(0x30065)).toBe(crc32(frame));
  expect(rig.takeStatus()).toBe(Interrupt.rxOk);
  rig.cable.arrive(frameTo(BROADCAST, 102));
  expect(rig.get(RX_RING + 16)).toBe((END | WHOLE | 0x01000000 | 106) >>> 0);
});

test('a frame waits for a descriptor, and is lost where none comes', () => {
  const rig = cplus();
  rig.cable.arrive(frameTo(MAC, 100));
  expect(rig.cable.waiting.length).toBe(1);
  giveBuffers(rig);
  rig.advance(200_000);
  expect(rig.cable.waiting.length).toBe(0);
  expect(rig.get(RX_RING)).toBe((WHOLE | 0x02000000 | 104) >>> 0);
  rig.cable.arrive(frameTo(MAC, 100));
  rig.cable.arrive(frameTo(MAC, 100));
  expect(rig.takeStatus()).toBe(Interrupt.rxOk);
  rig.advance(600_000_000);
  expect(rig.cable.waiting.length).toBe(0);
  expect(rig.takeStatus()).toBe(Interrupt.rxOverflow);
  expect(rig.read(Register.missed, 4)).toBe(1);
});

test.each([
  ['TCP', packetFrame({ protocol: 'tcp', data: bytes(99) }), 0x10000],
  ['UDP', packetFrame({ protocol: 'udp', data: bytes(99) }), 0x20000],
  ['TCP and IP that are wrong', packetFrame({ protocol: 'tcp', data: bytes(99), checksum: 1 }), 0x1a000],
  ['UDP without a checksum', packetFrame({ protocol: 'udp', data: bytes(99), checksum: 0 }), 0x28000],
  ['no IP', frameTo(MAC), 0],
])('checksums are checked: %s', (_, frame, status) => {
  const rig = cplus(CplusCommand.rxChecksum);
  giveBuffers(rig);
  frame.set(MAC);
  rig.cable.arrive(frame);
  expect(rig.get(RX_RING) & 0x3e000).toBe(status);
});

test('the tally counters are dumped', () => {
  const rig = cplus();
  giveBuffers(rig);
  rig.transmit(frameTo(BROADCAST, 100));
  rig.cable.arrive(frameTo(MAC, 100));
  rig.cable.arrive(frameTo(BROADCAST, 100));
  rig.write(Register.txStatus, 4, 0x50000 | 0x08);
  expect(rig.read(Register.txStatus, 4)).toBe(0x50000);
  expect([0, 8, 40, 48].map((offset) => rig.get(0x50000 + offset))).toEqual([1, 2, 1, 1]);
});

test('a ring without an end stops nothing: work is done in bursts', () => {
  const rig = cplus();
  // Memory that isn't there reads as ones: a descriptor that always is the card's, with a whole packet.
  rig.write(Register.txAddress, 4, 0x80000000);
  rig.write(Register.txPoll, 1, 0x40);
  const sent = () => rig.cable.sent.reduce((bytes, frame) => bytes + frame.length, 0);
  const burst = sent();
  expect(burst).toBeGreaterThan(256 << 10);
  expect(burst).toBeLessThan(1 << 20);
  rig.advance(100_000);
  expect(sent()).toBe(2 * burst);
});
