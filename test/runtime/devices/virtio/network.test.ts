import { expect, test } from 'vitest';
import { VirtioNetwork } from '../../../../runtime/devices/virtio/network/index.ts';
import { checksumOf, sumBytes } from '../../../../runtime/ethernet/checksum.ts';
import { ipv4Of, isIpHeaderIntact, isPayloadIntact, setPayloadChecksum } from '../../../../runtime/ethernet/packet.ts';
import { BROADCAST, CardRig, frameTo, MAC } from '../network/card-rig.ts';
import { packetFrame, segments } from '../network/packets.ts';
import { Bit, Driver, type Interface, interfaces } from './driver.ts';

const [CHECKSUM, GUEST_CHECKSUM, GUEST_SEGMENTS, SEGMENTS, MERGED, STATUS] = [0, 1, 7, 11, 15, 16];
const [RECEIVE, TRANSMIT] = [0, 1];

class NetworkRig extends CardRig {
  readonly device = new VirtioNetwork({ ...this.board, name: 'net', device: 3 });
  readonly driver: Driver;
  readonly headerBytes: number;

  constructor(kind: Interface, features: readonly number[] = []) {
    super();
    this.driver = new Driver(this, this.device.pciFunction, kind).start([...features, Bit.indirect], 2);
    this.headerBytes = kind === 'modern' || features.includes(MERGED) ? 12 : 10;
  }

  /** A header with 16-bit words from its second on. */
  header(flags = 0, segmentation = 0, ...words: number[]): Uint8Array {
    const view = new DataView(new ArrayBuffer(this.headerBytes));
    view.setUint8(0, flags);
    view.setUint8(1, segmentation);
    for (const [n, word] of words.entries()) view.setUint16(2 + 2 * n, word, true);
    return new Uint8Array(view.buffer);
  }

  send(header: Uint8Array, frame: Uint8Array): void {
    const queue = this.driver.queue(TRANSMIT);
    queue.add([header, frame.subarray(0, 10), frame.subarray(10)], true);
    queue.kick();
  }

  /** Gives buffers for frames; what comes into them. */
  give(...sizes: number[]): () => Uint8Array[] {
    const queue = this.driver.queue(RECEIVE);
    const places = sizes.map((size) => {
      const { head, places } = queue.add([size]);
      return { head, address: places[0]!.address };
    });
    queue.kick();
    return () =>
      queue.takeUsed().map(({ head, written }) => {
        const { address } = places.find((place) => place.head === head)!;
        return this.bytes.slice(address, address + written);
      });
  }
}

test.each(interfaces)('frames are sent: %s', (kind) => {
  const rig = new NetworkRig(kind);
  rig.send(rig.header(), frameTo(BROADCAST, 100));
  rig.send(rig.header(), frameTo(BROADCAST, 30));
  expect(rig.cable.sent.map(({ length }) => length)).toEqual([100, 60]);
  expect(rig.cable.sent[0]).toEqual(frameTo(BROADCAST, 100));
  expect(
    rig.driver
      .queue(TRANSMIT)
      .takeUsed()
      .map(({ written }) => written),
  ).toEqual([0, 0]);
  rig.advance(500_000);
  expect(rig.driver.isr).toBe(1);
});

test('frames that are sent soon after another share an interrupt', () => {
  const rig = new NetworkRig('modern');
  const send = () => rig.send(rig.header(), frameTo(BROADCAST, 100));
  for (let n = 0; n < 3; n++) send();
  expect(rig.driver.queue(TRANSMIT).takeUsed()).toHaveLength(3);
  expect(rig.driver.isr).toBe(0);
  rig.advance(500_000);
  expect(rig.driver.isr).toBe(1);
  rig.advance(1_000_000);
  expect(rig.driver.isr).toBe(0);
});

test('what the guest gives while it is busy is sent together, but for what a reset forgets', () => {
  const rig = new NetworkRig('modern');
  const queue = rig.driver.queue(TRANSMIT);
  rig.advance(2_000_000);
  const sentAfter = (nanoseconds: number) => {
    queue.add([rig.header(), frameTo(BROADCAST, 100)]);
    rig.driver.notify(TRANSMIT);
    rig.advance(nanoseconds);
    return rig.cable.sent.length;
  };
  expect([sentAfter(0), sentAfter(0), sentAfter(1_999_999)]).toEqual([1, 1, 1]);
  expect(queue.takeUsed()).toHaveLength(1);
  expect([sentAfter(1), sentAfter(0)]).toEqual([4, 4]);
  expect(queue.takeUsed()).toHaveLength(3);
  rig.driver.status = 0;
  rig.advance(10_000_000);
  expect(rig.cable.sent).toHaveLength(4);
});

test.each(interfaces)('frames are received, and wait for buffers: %s', (kind) => {
  const rig = new NetworkRig(kind);
  rig.cable.arrive(frameTo(MAC, 100));
  expect(rig.cable.waiting).toHaveLength(1);
  const received = rig.give(2000);
  expect(rig.cable.waiting).toHaveLength(0);
  const [bytes] = received();
  expect(bytes!.subarray(rig.headerBytes)).toEqual(frameTo(MAC, 100));
  expect(Array.from(bytes!.subarray(0, rig.headerBytes))).toEqual(
    [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0].slice(0, rig.headerBytes),
  );
  expect(rig.driver.isr).toBe(1);
});

test.each(interfaces)('a frame in several buffers: %s', (kind) => {
  const rig = new NetworkRig(kind, [MERGED]);
  const received = rig.give(50, 50);
  rig.cable.arrive(frameTo(MAC, 200));
  expect(received()).toEqual([]);
  const more = rig.give(50, 50, 80);
  const parts = [...rig.driver.queue(RECEIVE).takeUsed()];
  expect(parts.map(({ written }) => written)).toEqual([50, 50, 50, 50, 12]);
  expect(more()).toEqual([]);
  expect(rig.cable.waiting).toHaveLength(0);
});

test('what the first of several buffers says', () => {
  const rig = new NetworkRig('modern', [MERGED]);
  const received = rig.give(100, 100, 100);
  rig.cable.arrive(frameTo(MAC, 150));
  const parts = received();
  expect(parts.map(({ length }) => length)).toEqual([100, 62]);
  expect(parts[0]![10]).toBe(2);
  expect(Buffer.concat(parts).subarray(12).equals(frameTo(MAC, 150))).toBe(true);
});

test('without merged buffers a frame that does not fit is lost, and its buffer stays', () => {
  const rig = new NetworkRig('modern');
  const received = rig.give(100);
  rig.cable.arrive(frameTo(MAC, 150));
  expect(rig.cable.waiting).toHaveLength(0);
  rig.cable.arrive(frameTo(MAC, 60));
  expect(received().map(({ length }) => length)).toEqual([72]);
});

test.each(['tcp', 'udp'] as const)('the checksum of %s is put in', (protocol) => {
  const rig = new NetworkRig('modern', [CHECKSUM]);
  const frame = packetFrame({ protocol, data: [1, 2, 3, 4, 5] });
  const offset = protocol === 'tcp' ? 16 : 6;
  const view = new DataView(frame.buffer, frame.byteOffset);
  const right = view.getUint16(34 + offset);
  // Linux puts the sum of the pseudo header there.
  const length = frame.length - 34;
  let sum = (protocol === 'tcp' ? 6 : 17) + length;
  for (let n = 26; n < 34; n += 2) sum += view.getUint16(n);
  view.setUint16(34 + offset, (sum & 0xffff) + (sum >> 16));
  rig.send(rig.header(1, 0, 0, 0, 34, offset), frame);
  const sent = rig.cable.sent[0]!;
  expect(new DataView(sent.buffer, sent.byteOffset).getUint16(34 + offset)).toBe(right);
});

test('a packet is cut into segments', () => {
  const rig = new NetworkRig('modern', [CHECKSUM, SEGMENTS]);
  const data = Array.from({ length: 2500 }, (_, n) => n & 0xff);
  rig.send(rig.header(1, 1, 54, 1000, 34, 16), packetFrame({ protocol: 'tcp', data }));
  expect(rig.cable.sent.map(({ length }) => length)).toEqual([1054, 1054, 554]);
  expect(Buffer.concat(rig.cable.sent.map((frame) => frame.subarray(54))).equals(Buffer.from(data))).toBe(true);
  for (const frame of rig.cable.sent) {
    const packet = ipv4Of(frame)!;
    expect([isIpHeaderIntact(frame, packet), isPayloadIntact(frame, packet)]).toEqual([true, true]);
  }
});

test.each([
  ['right', 0, 2],
  ['wrong', 1, 0],
])('a checksum that comes is looked at: %s', (_, checksum, flags) => {
  const rig = new NetworkRig('modern', [GUEST_CHECKSUM]);
  const received = rig.give(2000);
  rig.cable.arrive(packetFrame({ protocol: 'tcp', data: [1, 2, 3], ...(checksum && { checksum }) }));
  expect(received()[0]![0]).toBe(flags);
});

test.each<[string, (rig: NetworkRig) => void, RegExp]>([
  [
    'small segments',
    (rig) => rig.send(rig.header(0, 1, 54, 7), packetFrame({ protocol: 'tcp', data: [1] })),
    /too small, bytes 7/,
  ],
  [
    'another kind of segments',
    (rig) => rig.send(rig.header(0, 4, 54, 100), frameTo(BROADCAST)),
    /kind of segmentation: 4/,
  ],
  [
    'a checksum beyond the frame',
    (rig) => rig.send(rig.header(1, 0, 0, 0, 99, 0), frameTo(BROADCAST)),
    /beyond its frame, at 63/,
  ],
  ['too short a frame', (rig) => rig.send(rig.header(), new Uint8Array(13).fill(1)), /so many bytes: d/],
])('%s is told of, and goes on', (_, act, message) => {
  const rig = new NetworkRig('modern', [CHECKSUM, SEGMENTS]);
  act(rig);
  expect(rig.mistakes.join()).toMatch(message);
  const before = rig.cable.sent.length;
  rig.send(rig.header(), frameTo(BROADCAST));
  expect(rig.cable.sent).toHaveLength(before + 1);
});

test('a buffer without room for a header stops the device', () => {
  const rig = new NetworkRig('modern', [MERGED]);
  rig.give(8);
  rig.cable.arrive(frameTo(MAC));
  expect(rig.driver.status & 0x40).toBe(0x40);
  expect(rig.mistakes.join()).toMatch(/no room for a header, bytes 8/);
});

test('address and link', () => {
  const { driver, cable } = new NetworkRig('modern', [STATUS]);
  const config = () => [0, 1, 2, 3, 4, 5, 6].map((at) => driver.config(at, 1));
  expect(config()).toEqual([...MAC, 1]);
  void driver.isr;
  cable.setLink(false);
  expect(driver.isr).toBe(2);
  expect(config()).toEqual([...MAC, 0]);
});

test('segments that follow each other become one packet', () => {
  const rig = new NetworkRig('modern', [GUEST_CHECKSUM, GUEST_SEGMENTS, MERGED]);
  const received = rig.give(1500, 1500, 1500);
  const frames = segments(3);
  rig.cable.arrive(...frames);
  const bytes = Buffer.concat(received());
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  // Flags, kind, then words: headers, segment, start and offset of the checksum, buffers.
  expect([bytes[0], bytes[1]]).toEqual([1, 1]);
  expect([2, 4, 6, 8, 10].map((at) => view.getUint16(at, true))).toEqual([54, 1000, 34, 16, 3]);
  const packet = bytes.subarray(12);
  expect(packet.subarray(54).equals(Buffer.concat(frames.map((frame) => frame.subarray(54))))).toBe(true);
  const whole = ipv4Of(packet)!;
  expect(whole.end).toBe(packet.length);
  expect(isIpHeaderIntact(packet, whole)).toBe(true);
  // The driver puts the sum of the segment there: then it is the checksum.
  const completed = checksumOf(sumBytes(packet, 34, packet.length));
  setPayloadChecksum(packet, whole);
  expect(view.getUint16(12 + 50)).toBe(completed);
});

test.each([
  ['another port', 35, 0x01],
  ['another acknowledgment', 45, 0x01],
  ['another place', 41, 0x01],
  ['an end', 47, 0x01],
  ['another window', 49, 0x01],
  ['a fragment', 20, 0x20],
])('segments stay apart: %s', (_, at, bits) => {
  const rig = new NetworkRig('modern', [GUEST_CHECKSUM, GUEST_SEGMENTS, MERGED]);
  const received = rig.give(1500, 1500);
  const frames = segments(2, (frame, n) => {
    if (n === 1) frame[at]! ^= bits;
  });
  rig.cable.arrive(...frames);
  expect(received().map((bytes) => bytes.subarray(12))).toEqual(frames);
});

test('a segment with a wrong checksum stays by itself', () => {
  const rig = new NetworkRig('modern', [GUEST_CHECKSUM, GUEST_SEGMENTS, MERGED]);
  const received = rig.give(1500, 1500);
  const frames = segments(2);
  frames[1]![60]! ^= 1;
  rig.cable.arrive(...frames);
  expect(received().map((bytes) => [bytes[0], bytes.length])).toEqual([
    [2, 1066],
    [0, 1066],
  ]);
});

test('what has no room in one piece comes segment by segment', () => {
  const rig = new NetworkRig('modern', [GUEST_CHECKSUM, GUEST_SEGMENTS, MERGED]);
  const received = rig.give(1100);
  rig.cable.arrive(...segments(3));
  expect(received().map(({ length }) => length)).toEqual([1066]);
  expect(rig.cable.waiting).toHaveLength(2);
});

test('without a driver frames are lost', () => {
  const rig = new NetworkRig('modern');
  rig.driver.status = 0;
  rig.cable.arrive(frameTo(MAC));
  expect(rig.cable.waiting).toHaveLength(0);
});

test('a ring that the guest fills all the time is sent in bursts', () => {
  const rig = new NetworkRig('modern', [SEGMENTS]);
  const queue = rig.driver.queue(TRANSMIT);
  const data = Array.from({ length: 16_000 }, () => 1);
  const parts = [rig.header(0, 1, 54, 8), packetFrame({ protocol: 'tcp', data })];
  const { head } = queue.add(parts);
  for (let n = 0; n < 3; n++) queue.offer(head);
  rig.advance(2_000_000);
  rig.driver.notify(TRANSMIT);
  expect(rig.cable.sent).toHaveLength(2000);
  rig.advance(99_999);
  expect(rig.cable.sent).toHaveLength(2000);
  rig.advance(1_000_000);
  expect(rig.cable.sent).toHaveLength(8000);
});
