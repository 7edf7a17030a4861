import { expect, test } from 'vitest';
import { loadComponents, saveComponents } from '../../../runtime/snapshot/components.ts';
import { segments } from '../devices/network/packets.ts';
import { PAGE, Place, XenRig } from './xen-rig.ts';

const DOMAIN = 0x7ff0;
const started = (): XenRig => {
  const rig = new XenRig();
  rig.start();
  return rig;
};

test('frames are sent, in segments where they are asked for, and received', () => {
  const rig = started();
  const [send, receive] = [rig.grant(Place.sendRing), rig.grant(Place.receiveRing)];
  const channel = rig.allocateChannel();
  const front: Readonly<Record<string, number>> = {
    'tx-ring-ref': send,
    'rx-ring-ref': receive,
    'event-channel': channel,
    state: 4,
  };
  for (const [name, value] of Object.entries(front)) rig.ask(11, `device/vif/0/${name}\0${value}`);
  const page = rig.grant(Place.data);
  const frame = Uint8Array.from({ length: 100 }, (_, n) => n);
  rig.bytes.set(frame, Place.data * PAGE + 16);
  const ring = Place.sendRing * PAGE;
  rig.view.setUint32(ring + 64, page, true);
  rig.view.setUint16(ring + 68, 16, true);
  rig.view.setUint16(ring + 72, 9, true);
  rig.view.setUint16(ring + 74, 100, true);
  rig.view.setUint32(ring, 1, true);
  const got = Place.receiveRing * PAGE;
  rig.view.setUint16(got + 64, 3, true);
  rig.view.setUint32(got + 68, rig.grant(Place.data + 1), true);
  rig.view.setUint32(got, 1, true);
  rig.callWith(32, 4, channel);
  rig.advance(10_000_000);
  expect(rig.cable.sent).toEqual([frame]);
  expect([rig.view.getUint16(ring + 64, true), rig.view.getInt16(ring + 66, true)]).toEqual([9, 0]);
  rig.cable.arrive(frame, frame);
  expect(rig.cable.waiting).toHaveLength(1);
  expect([rig.view.getUint16(got + 64, true), rig.view.getInt16(got + 70, true)]).toEqual([3, 100]);
  expect(rig.bytes.subarray((Place.data + 1) * PAGE, (Place.data + 1) * PAGE + 100)).toEqual(frame);
});

/** Connects the front end of the network interface with so many queues, each with rings in these pages; their channels. */
function connectQueues(rig: XenRig, ...rings: readonly (readonly [send: number, receive: number])[]): number[] {
  const write = (name: string, value: number) => rig.ask(11, `device/vif/0/${name}\0${value}`);
  write('multi-queue-num-queues', rings.length);
  const channels = rings.map(([send, receive], n) => {
    const channel = rig.allocateChannel();
    write(`queue-${n}/tx-ring-ref`, rig.grant(send));
    write(`queue-${n}/rx-ring-ref`, rig.grant(receive));
    write(`queue-${n}/event-channel`, channel);
    return channel;
  });
  write('state', 4);
  return channels;
}

const twoQueues = [
  [Place.sendRing, Place.receiveRing],
  [Place.data + 8, Place.data + 9],
] as const;

/** A packet of UDP from a port to 80. */
function packet(port: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(60));
  view.setUint16(12, 0x0800);
  view.setUint8(14, 0x45);
  view.setUint16(16, 40);
  view.setUint8(23, 17);
  view.setUint32(26, 0x0a000202);
  view.setUint32(30, 0x0a00020f);
  view.setUint16(34, port);
  view.setUint16(36, 80);
  return new Uint8Array(view.buffer);
}

test('a network interface may have a queue for each processor: what is sent comes from all, a connection stays in one', () => {
  const rig = started();
  expect(rig.ask(2, '/local/domain/0/backend/vif/1/0/multi-queue-max-queues\0')).toBe('2');
  const channels = connectQueues(rig, ...twoQueues);
  expect(rig.ask(2, '/local/domain/0/backend/vif/1/0/state')).toBe('4');
  const page = rig.grant(Place.data);
  for (const [n, [send, receive]] of twoQueues.entries()) {
    rig.bytes[Place.data * PAGE] = 0x50;
    rig.view.setUint32(send * PAGE + 64, page, true);
    rig.view.setUint16(send * PAGE + 74, 60 + n, true);
    rig.view.setUint32(send * PAGE, 1, true);
    for (let entry = 0; entry < 8; entry++)
      rig.view.setUint32(receive * PAGE + 68 + 8 * entry, rig.grant(Place.data + 1), true);
    rig.view.setUint32(receive * PAGE, 8, true);
    rig.callWith(32, 4, channels[n]!);
  }
  rig.advance(100_000_000);
  expect(rig.cable.sent.map(({ length }) => length).sort()).toEqual([60, 61]);
  const counts = () => twoQueues.map(([, receive]) => rig.view.getUint32(receive * PAGE + 8, true));
  rig.cable.arrive(packet(1000), packet(1000), packet(1000));
  expect(counts().sort()).toEqual([0, 3]);
  const first = counts().indexOf(3);
  // The number of the port's lowest bit makes the other queue.
  rig.cable.arrive(packet(1001));
  expect(counts()[1 - first]).toBe(1);
});

/** A network interface whose front end takes packets in parts, and gives this many pages, one after the other. */
function receiving(count: number, features: readonly string[]): XenRig {
  const rig = started();
  const channel = rig.allocateChannel();
  const front: Readonly<Record<string, number>> = {
    ...Object.fromEntries(features.map((feature) => [feature, 1])),
    'tx-ring-ref': rig.grant(Place.sendRing),
    'rx-ring-ref': rig.grant(Place.receiveRing),
    'event-channel': channel,
    state: 4,
  };
  for (const [name, value] of Object.entries(front)) rig.ask(11, `device/vif/0/${name}\0${value}`);
  const ring = Place.receiveRing * PAGE;
  for (let n = 0; n < count; n++) {
    rig.view.setUint16(ring + 64 + 8 * n, 100 + n, true);
    rig.view.setUint32(ring + 68 + 8 * n, rig.grant(Place.data + n), true);
  }
  rig.view.setUint32(ring, count, true);
  rig.callWith(32, 4, channel);
  return rig;
}

/** Answers of the ring for receiving: number, flags, and bytes or an error. */
function received(rig: XenRig): number[][] {
  const ring = Place.receiveRing * PAGE;
  return Array.from({ length: rig.view.getUint32(ring + 8, true) }, (_, n) => {
    const at = ring + 64 + 8 * n;
    return [rig.view.getUint16(at, true), rig.view.getUint16(at + 4, true), rig.view.getInt16(at + 6, true)];
  });
}

const [SCATTERED, SEGMENTED] = ['feature-sg', 'feature-gso-tcpv4'];

test('segments that follow each other are one packet, in several pages, with an entry that tells of them', () => {
  const rig = receiving(8, [SCATTERED, SEGMENTED]);
  const frames = segments(5);
  rig.cable.arrive(...frames);
  const [first, extra, last] = received(rig);
  // A checksum that is not there yet (1), is to be trusted (2), more parts (4), an entry with more (8).
  expect([first, last]).toEqual([
    [100, 15, 4096],
    [102, 0, 5054 - 4096],
  ]);
  const at = Place.receiveRing * PAGE + 72;
  // Of segments, without more; their size, and their kind.
  expect([rig.view.getUint16(at, true), rig.view.getUint16(at + 2, true), extra![1]]).toEqual([1, 1000, 1]);
  const bytes = [...rig.bytes.subarray(Place.data * PAGE, (Place.data + 1) * PAGE)];
  bytes.push(...rig.bytes.subarray((Place.data + 2) * PAGE, (Place.data + 2) * PAGE + 958));
  expect(bytes.slice(54)).toEqual(frames.flatMap((frame) => [...frame.subarray(54)]));
});

test.each([
  ['without parts', [SEGMENTED], 8],
  ['without segments', [SCATTERED], 8],
  ['without pages for one packet', [SCATTERED, SEGMENTED], 2],
])('segments stay apart: %s', (_, features, pages) => {
  const rig = receiving(pages, features);
  rig.cable.arrive(...segments(5));
  expect(received(rig)).toEqual(Array.from({ length: Math.min(5, pages) }, (_, n) => [100 + n, 2, 1054]));
});

test('a large frame is in several pages, and is lost where the front end does not take that', () => {
  const large = Uint8Array.from({ length: 9000 }, (_, n) => n * 7);
  const rig = receiving(2, [SCATTERED]);
  rig.cable.arrive(large);
  expect([received(rig), rig.cable.waiting.length]).toEqual([[], 1]);
  // The front end is to tell when there are three pages.
  expect(rig.view.getUint32(Place.receiveRing * PAGE + 4, true)).toBe(3);
  const other = receiving(8, []);
  other.cable.arrive(large, large.subarray(0, 100));
  expect(received(other)).toEqual([[100, 0, 100]]);
  const fitting = receiving(8, [SCATTERED]);
  fitting.cable.arrive(large);
  expect(received(fitting)).toEqual([
    [100, 4, 4096],
    [101, 4, 4096],
    [102, 0, 808],
  ]);
});

test.each([0, 3, 2 ** 32, 'x', -1])('%s queues are none that can be', (count) => {
  const rig = started();
  rig.ask(11, `device/vif/0/multi-queue-num-queues\0${count}`);
  rig.ask(11, 'device/vif/0/state\x004');
  expect(rig.ask(2, '/local/domain/0/backend/vif/1/0/state')).toBe('2');
  expect(rig.mistakes.join()).toContain('xen vif: the front end has given no rings');
});

test('a queue whose rings are not granted connects none, and leaves the channels of the others', () => {
  const rig = started();
  rig.ask(11, 'device/vif/0/queue-1/event-channel\x0099');
  const [channel] = connectQueues(rig, [Place.sendRing, Place.receiveRing]);
  rig.xen.reset();
  rig.start();
  connectQueues(rig, twoQueues[0], [Place.data + 8, 5000]);
  expect(rig.ask(2, '/local/domain/0/backend/vif/1/0/state')).toBe('2');
  const { words } = rig.callWith(32, 5, DOMAIN, channel!, 0, 0, 0, 0);
  expect(words[2]).toBe(1);
});

test('the guest does not notice that a state was loaded while its network interface has packets that it has not told of', () => {
  const rig = started();
  connectQueues(rig, ...twoQueues);
  rig.advance(100_000_000);
  rig.view.setUint32(Place.sendRing * PAGE + 64, rig.grant(Place.data), true);
  rig.view.setUint16(Place.sendRing * PAGE + 74, 60, true);
  rig.view.setUint32(Place.sendRing * PAGE, 1, true);
  const bytes = rig.bytes.slice();
  loadComponents([rig.xen.component], saveComponents([rig.xen.component]));
  rig.advance(100_000_000);
  expect(rig.bytes).toEqual(bytes);
  expect(rig.cable.sent).toEqual([]);
});
