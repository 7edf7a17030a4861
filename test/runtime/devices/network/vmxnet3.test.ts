import { describe, expect, test } from 'vitest';
import { ipv4Of, isIpHeaderIntact, isPayloadIntact } from '../../../../runtime/ethernet/packet.ts';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { BROADCAST, CardRig, frameTo, MAC } from './card-rig.ts';
import { packetFrame, segments } from './packets.ts';
import { Command, Place, Reg, RING, Ring, Vmxnet3Driver } from './vmxnet3-rig.ts';

function started(options: Parameters<Vmxnet3Driver['start']>[0] = {}, hasMessages = false) {
  const rig = new CardRig();
  const driver = new Vmxnet3Driver(rig, hasMessages);
  expect(driver.start(options)).toBe(0);
  return { rig, driver };
}

describe('the card', () => {
  test('is that of QEMU', () => {
    const { driver } = started({}, true);
    const { pciFunction } = driver.device;
    expect([0, 8, 0x2c, 0x34, 0x84, 0x9c, 0xa0, 0xa4].map((at) => pciFunction.read(at, 4))).toEqual([
      ...[0x07b015ad, 0x02000001, 0x07b015ad, 0x9c, 0x00800005, 0x00188411, 0x2, 0x1002],
    ]);
  });

  test('tells its address and its link, and takes another address', () => {
    const { rig, driver } = started();
    expect([Command.macLow, Command.macHigh].map((code) => driver.command(code))).toEqual([0x12005452, 0x5634]);
    expect(driver.command(Command.link)).toBe(0x03e80001);
    rig.cable.setLink(false);
    expect([driver.command(Command.link), rig.get(Place.shared + 696), rig.irq.level]).toEqual([0, 4, true]);
    driver.access(1, Reg.events, 4);
    expect(rig.get(Place.shared + 696)).toBe(0);
    driver.access(1, Reg.macLow, 0x44332202);
    driver.access(1, Reg.macHigh, 0x6655);
    expect([driver.access(1, Reg.macLow), driver.access(1, Reg.macHigh)]).toEqual([0x44332202, 0x6655]);
    expect(driver.command(Command.macLow)).toBe(0x12005452);
  });

  test.each([
    ['another number in front', 0, 0],
    ['too many queues', 62, 0x0909],
  ])('a structure with %s is refused', (_name, at, value) => {
    const { rig, driver } = started();
    driver.command(Command.reset);
    rig.view.setUint16(Place.shared + at, value, true);
    driver.access(1, Reg.sharedLow, Place.shared);
    driver.access(1, Reg.sharedHigh, 0);
    expect(driver.command(Command.activate)).toBe(1);
  });

  test('the pin interrupts until the cause is read; a mask holds it back', () => {
    const { rig, driver } = started();
    driver.give(4);
    rig.cable.arrive(frameTo(MAC));
    expect([rig.irq.level, driver.access(1, Reg.cause), rig.irq.level]).toEqual([true, 1, false]);
    driver.access(0, Ring.mask, 1);
    rig.cable.arrive(frameTo(MAC));
    expect([rig.irq.level, driver.access(0, Ring.mask)]).toEqual([false, 1]);
    driver.access(0, Ring.mask, 0);
    expect(rig.irq.level).toBe(true);
  });

  test('each queue has its message', () => {
    const { rig, driver } = started({ vector: 3 }, true);
    for (const [n, word] of [0xfee00000, 0, 0x45, 0].entries()) driver.access(2, 3 * 16 + 4 * n, word);
    driver.device.pciFunction.write(0x9e, 2, 0x8000);
    driver.access(0, Ring.mask + 3 * 8, 0);
    driver.give(4);
    rig.cable.arrive(frameTo(MAC));
    expect([rig.irq.level, driver.messages.length]).toEqual([false, 1]);
  });
});

describe('sending', () => {
  const frame = frameTo(BROADCAST, 200);

  test('a frame in pieces is one frame; its last descriptor is told', () => {
    const { rig, driver } = started();
    driver.send([frame.slice(0, 20), frame.slice(20, 21), frame.slice(21)]);
    expect(rig.cable.sent).toEqual([frame]);
    rig.advance(10_000_000);
    expect([driver.completions(), rig.irq.level]).toEqual([[2], true]);
  });

  test('a frame without its end is not sent before that is there', () => {
    const { rig, driver } = started();
    driver.post([frame.slice(0, 20), frame.slice(20)]);
    const at = Place.send + 16 + 8;
    const word = rig.get(at);
    rig.put(at, 0);
    driver.kick();
    rig.put(at, word);
    rig.advance(10_000_000);
    expect(rig.cable.sent).toEqual([]);
    driver.kick();
    expect(rig.cable.sent).toEqual([frame]);
  });

  test('the ring goes round', () => {
    const { rig, driver } = started();
    for (let n = 0; n < 70; n++) {
      driver.send([frameTo(BROADCAST, 60 + n)]);
      rig.advance(10_000_000);
      expect(driver.completions()).toEqual([n % 32]);
    }
    expect(rig.cable.sent.map(({ length }) => length)).toEqual(Array.from({ length: 70 }, (_, n) => 60 + n));
  });

  test('the card puts the checksum in, and a tag', () => {
    const { rig, driver } = started();
    const packet = packetFrame({ protocol: 'udp', data: [1, 2, 3, 4] });
    const asked = packet.slice();
    // The sum of the pseudo header.
    asked.set([0, 0], 40);
    driver.send([asked], ((40 << 18) >>> 0) | 0, 34 | (2 << 10) | 0x8000 | (5 << 16));
    const [sent] = rig.cable.sent;
    expect([...sent!.subarray(12, 18)]).toEqual([0x81, 0, 0, 5, 8, 0]);
    expect([...sent!.subarray(44, 46)]).not.toEqual([0, 0]);
  });

  test('the card cuts a packet into segments', () => {
    const { rig, driver } = started();
    const packet = packetFrame({ protocol: 'tcp', data: Array.from({ length: 250 }, (_, n) => n) });
    driver.send([packet], (100 << 18) >>> 0, 54 | (3 << 10));
    expect(rig.cable.sent).toHaveLength(3);
    for (const segment of rig.cable.sent) expect(isPayloadIntact(segment, ipv4Of(segment)!)).toBe(true);
  });

  test('counters are told', () => {
    const { rig, driver } = started();
    driver.send([frame]);
    driver.command(Command.statistics);
    expect([rig.get(Place.queues + 88 + 6 * 8), rig.get(Place.queues + 88 + 7 * 8)]).toEqual([1, 200]);
  });
});

describe('receiving', () => {
  test('a long frame takes several buffers', () => {
    const { rig, driver } = started();
    driver.give(8);
    const frame = frameTo(MAC, 1200);
    rig.cable.arrive(frame);
    const [received] = driver.frames();
    expect(received!.bytes).toEqual(frame);
    expect(received!.words[0]! & 0x4000).toBe(0x4000);
  });

  test('without buffers a frame waits until there are some', () => {
    const { rig, driver } = started();
    rig.cable.arrive(frameTo(MAC, 100));
    expect([driver.frames(), rig.cable.waiting.length]).toEqual([[], 1]);
    driver.give(4);
    expect(driver.frames().map(({ bytes }) => bytes)).toEqual([frameTo(MAC, 100)]);
  });

  test('a frame that needs more pieces than the driver allows is lost', () => {
    const { rig, driver } = started({ pieces: 1 });
    driver.give(8);
    rig.cable.arrive(frameTo(MAC, 1200), frameTo(MAC, 100));
    expect(driver.frames().map(({ bytes }) => bytes.length)).toEqual([100]);
  });

  test('checksums that are right are told, and others are not', () => {
    const { rig, driver } = started({ features: 1 });
    driver.give(8);
    const right = packetFrame({ protocol: 'tcp', data: [1, 2, 3] });
    const wrong = right.slice();
    wrong[56]! ^= 1;
    right.set(MAC);
    wrong.set(MAC);
    rig.cable.arrive(right, wrong);
    const [one, other] = driver.frames().map(({ words }) => [words[0]! & 0x40000000, words[3]! & 0x2d0000]);
    expect([one, other]).toEqual([
      [0, 0x2d0000],
      [0x40000000, 0],
    ]);
  });
});

/** Segments that follow each other, for the card. */
const segmentsTo = (count: number): Uint8Array[] =>
  segments(count, (frame) => {
    frame.set(MAC);
  });

describe('segments that follow each other', () => {
  const [CHECKSUM, MERGE] = [1, 8];

  test('are one packet to whom wants that, counted apart', () => {
    const { rig, driver } = started({ features: CHECKSUM | MERGE });
    driver.give(8);
    const frames = segmentsTo(3);
    rig.cable.arrive(...frames);
    const [received, ...others] = driver.frames();
    expect([others, rig.cable.waiting]).toEqual([[], []]);
    const { bytes, words } = received!;
    expect(bytes.subarray(54)).toEqual(Uint8Array.from(frames.flatMap((frame) => [...frame.subarray(54)])));
    const whole = ipv4Of(bytes)!;
    expect([whole.end, isIpHeaderIntact(bytes, whole), isPayloadIntact(bytes, whole)]).toEqual([3054, true, true]);
    // Checksums are right, and the type of completions is as ever.
    expect([words[0]! & 0x40000000, words[3]! & 0x7f2d0000]).toEqual([0, 0x032d0000]);
    driver.command(Command.statistics);
    const counters = Place.queues + 256 + 88;
    expect([0, 8, 16].map((at) => rig.get(counters + at))).toEqual([1, 3054, 0]);
  });

  test('stay apart for others', () => {
    const { rig, driver } = started({ features: CHECKSUM });
    driver.give(10);
    const frames = segmentsTo(3);
    rig.cable.arrive(...frames);
    expect(driver.frames().map(({ bytes }) => bytes)).toEqual(frames);
  });

  test.each([
    ['buffers', { features: CHECKSUM | MERGE }, 4],
    ['pieces', { features: CHECKSUM | MERGE, pieces: 3 }, 10],
  ])('stay apart where one packet has not enough %s', (_, options, count) => {
    const { rig, driver } = started(options);
    driver.give(count);
    const frames = segmentsTo(8);
    rig.cable.arrive(...frames);
    driver.give(RING - count, count);
    expect(driver.frames()[0]!.bytes).toEqual(frames[0]);
  });
});

describe('the filter', () => {
  test.each([
    ['another station', 0x07, [0x52, 0x54, 0, 0, 0, 9], 0],
    ['another station, to whom hears all', 0x1f, [0x52, 0x54, 0, 0, 0, 9], 1],
    ['all', 0x04, BROADCAST, 1],
    ['all, to whom does not ask for it', 0x01, BROADCAST, 0],
    ['a group of the list', 0x02, [1, 0, 0x5e, 0, 0, 1], 1],
    ['another group', 0x02, [1, 0, 0x5e, 0, 0, 2], 0],
    ['any group', 0x08, [1, 0, 0x5e, 0, 0, 2], 1],
  ])('a frame for %s', (_name, mode, destination, count) => {
    const { rig, driver } = started({ mode });
    driver.give(8);
    rig.bytes.set([1, 0, 0x5e, 0, 0, 1], Place.multicast);
    rig.put(Place.shared + 124, 6, Place.multicast);
    driver.command(Command.multicast);
    rig.cable.arrive(frameTo(destination));
    expect(driver.frames()).toHaveLength(count);
  });

  test('frames of a VLAN come if it is listed, without their tag where the driver wants that', () => {
    const { rig, driver } = started({ features: 4 });
    driver.give(8);
    const tagged = Uint8Array.from([...MAC, ...MAC, 0x81, 0, 0x20, 35, 8, 0, ...new Uint8Array(60)]);
    rig.cable.arrive(tagged);
    expect(driver.frames()).toEqual([]);
    rig.put(Place.shared + 140, 8);
    driver.command(Command.vlans);
    rig.cable.arrive(tagged);
    const [{ words, bytes }] = driver.frames() as [{ words: readonly number[]; bytes: Uint8Array }];
    expect([bytes.length, (words[2]! >>> 15) & 1, words[2]! >>> 16]).toEqual([tagged.length - 4, 1, 0x2023]);
  });
});

test.each([
  ['without a tag', []],
  ['with a tag for its priority alone', [0x81, 0, 0x60, 0]],
  ['of the number that is reserved', [0x81, 0, 0x0f, 0xff]],
])('a frame %s passes an empty list of VLANs, as in QEMU', (_, tag) => {
  const { rig, driver } = started();
  driver.give(8);
  rig.cable.arrive(Uint8Array.from([...MAC, ...MAC, ...tag, 8, 0, ...new Uint8Array(60)]));
  expect(driver.frames()).toHaveLength(1);
});

test('the card does nothing while it may not reach memory', () => {
  const { rig, driver } = started();
  driver.give(4);
  const frame = frameTo(BROADCAST);
  driver.post([frame]);
  driver.device.pciFunction.write(4, 2, 2);
  driver.kick();
  rig.cable.arrive(frame);
  rig.advance(1_000_000);
  expect(rig.cable.sent).toEqual([]);
  driver.device.pciFunction.write(4, 2, 6);
  expect(driver.frames()).toEqual([]);
  driver.kick();
  rig.cable.arrive(frame);
  rig.advance(1_000_000);
  expect(rig.cable.sent).toEqual([frame]);
  expect(driver.frames()).toHaveLength(1);
});

test('a state that is saved with frames to be sent and told of goes on elsewhere', () => {
  const { rig, driver } = started();
  driver.give(8);
  driver.send([frameTo(BROADCAST, 100)]);
  driver.send([frameTo(BROADCAST, 101)]);
  const components = ({ device }: Vmxnet3Driver) => [device.component, device.pciFunction.component];
  const saved = saveComponents([...components(driver), rig.events.component]);
  const other = new CardRig();
  const copy = new Vmxnet3Driver(other);
  other.bytes.set(rig.bytes);
  loadComponents([...components(copy), other.events.component], saved);
  rig.advance(20_000_000);
  other.advance(20_000_000);
  expect(rig.cable.sent.map(({ length }) => length)).toEqual([100, 101]);
  expect(other.cable.sent.map(({ length }) => length)).toEqual([101]);
  expect(other.bytes).toEqual(rig.bytes);
  other.cable.arrive(frameTo(MAC));
  expect(copy.frames()).toHaveLength(1);
});
