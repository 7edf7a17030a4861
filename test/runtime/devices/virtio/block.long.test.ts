import { expect, test } from 'vitest';
import { VirtioBlock } from '../../../../runtime/devices/virtio/block/index.ts';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { MemoryBlock } from '../../../support/memory-block.ts';
import { CardRig } from '../network/card-rig.ts';
import { Bit, Driver, type Interface, interfaces, type Part } from './driver.ts';

const SECTORS = 4096;
const [FLUSH, CONFIGURABLE] = [9, 11];
const [OK, ERROR, UNSUPPORTED] = [0, 1, 2];

/** Bytes of a disk, no two sectors alike. */
const contents = (): Uint8Array => Uint8Array.from({ length: SECTORS * 512 }, (_, n) => (n >> 9) * 7 + n);

interface Options {
  readonly kind?: Interface;
  readonly features?: readonly number[];
  readonly isReadOnly?: boolean;
}

class BlockRig extends CardRig {
  readonly disk = new MemoryBlock('disk', contents(), this);
  readonly device: VirtioBlock;
  readonly driver: Driver;

  constructor({ kind = 'modern', features = [FLUSH], isReadOnly = false }: Options = {}) {
    super();
    this.disk.isReadOnly = isReadOnly;
    this.device = new VirtioBlock({ ...this.board, name: 'virtio0', device: 3, serial: 'abc', port: this.disk });
    this.driver = new Driver(this, this.device.pciFunction, kind).start([...features, Bit.indirect], 1);
  }

  /** Puts a request into the queue; what is read of its parts, later. */
  ask(type: number, sector: number, ...parts: Part[]) {
    const { head, places } = this.driver.queue(0).add([requestHeader(type, sector), ...parts, 1], parts.length > 1);
    this.driver.kick(0);
    const part = (n: number) => this.bytes.slice(places[n]!.address, places[n]!.address + places[n]!.length);
    return { head, status: () => part(places.length - 1)[0], part: (n: number) => part(n + 1) };
  }

  /** Asks, and waits. */
  request(type: number, sector: number, ...parts: Part[]) {
    const asked = this.ask(type, sector, ...parts);
    this.advance(1_000_000);
    return asked;
  }
}

function requestHeader(type: number, sector: number): Uint8Array {
  const header = new DataView(new ArrayBuffer(16));
  header.setUint32(0, type, true);
  header.setUint32(8, sector, true);
  return new Uint8Array(header.buffer);
}

function range(sector: number, count: number, flags = 0): Uint8Array {
  const view = new DataView(new ArrayBuffer(16));
  view.setUint32(0, sector, true);
  view.setUint32(8, count, true);
  view.setUint32(12, flags, true);
  return new Uint8Array(view.buffer);
}

test.each(interfaces)('sectors are read and written: %s', (kind) => {
  const rig = new BlockRig({ kind });
  const read = rig.request(0, 5, 512, 1024);
  expect(read.status()).toBe(OK);
  expect(Buffer.concat([read.part(0), read.part(1)]).equals(contents().slice(5 * 512, 8 * 512))).toBe(true);
  expect(rig.driver.queue(0).takeUsed()).toEqual([{ head: read.head, written: 1537 }]);
  expect(rig.driver.isr).toBe(1);
  const bytes = new Uint8Array(1024).fill(0xa5);
  expect(rig.request(1, 9, bytes).status()).toBe(OK);
  expect(rig.disk.bytes.slice(9 * 512, 11 * 512)).toEqual(bytes);
  expect(rig.request(4, 0).status()).toBe(OK);
  expect(rig.disk.requests).toEqual(['read 5+3', 'write 9+2', 'flush']);
});

test('the configuration', () => {
  const { driver } = new BlockRig();
  const words = [0, 4, 12, 16, 20, 36, 40, 48].map((at) => driver.config(at, 4));
  expect(words).toEqual([SECTORS, 0, 254, (63 << 24) | (16 << 16) | 4, 512, 1 << 22, 1, 1 << 15]);
  expect(driver.offers(5)).toBe(false);
  const { driver: other } = new BlockRig({ isReadOnly: true });
  expect([5, 13, 14].map((bit) => other.offers(bit))).toEqual([true, false, false]);
});

test('several requests are under way at once, each with its own end', () => {
  const rig = new BlockRig();
  const asked = [3, 1, 2].map((sector) => rig.ask(0, sector, 512));
  expect(rig.disk.requests).toHaveLength(3);
  expect(rig.driver.queue(0).takeUsed()).toEqual([]);
  rig.advance(10_000);
  expect(
    rig.driver
      .queue(0)
      .takeUsed()
      .map(({ head }) => head),
  ).toEqual(asked.map(({ head }) => head));
  expect(asked.map(({ part }) => part(0)[0])).toEqual([3, 1, 2].map((sector) => (sector * 7) & 0xff));
});

test('a large request is done part by part', () => {
  const rig = new BlockRig();
  const bytes = Uint8Array.from({ length: 0x28000 }, (_, n) => n >> 8);
  expect(rig.request(1, 100, bytes).status()).toBe(OK);
  expect(rig.disk.requests).toEqual(['write 100+256', 'write 356+64']);
  expect(rig.disk.bytes.slice(100 * 512, 100 * 512 + bytes.length)).toEqual(bytes);
});

test.each<[string, Options, string[]]>([
  ['a driver without flushes', { features: [] }, ['write 0+1', 'flush']],
  ['a driver with flushes', { features: [FLUSH] }, ['write 0+1']],
  ['a driver that may choose', { features: [FLUSH, CONFIGURABLE] }, ['write 0+1']],
])('%s: whether a write is flushed', (_, options, requests) => {
  const rig = new BlockRig(options);
  expect(rig.request(1, 0, new Uint8Array(512)).status()).toBe(OK);
  expect(rig.disk.requests).toEqual(requests);
});

test('a driver chooses that writes stay', () => {
  const rig = new BlockRig({ features: [FLUSH, CONFIGURABLE] });
  expect(rig.driver.config(32, 1)).toBe(1);
  rig.driver.config(32, 1, 0);
  rig.request(1, 0, new Uint8Array(512));
  expect(rig.disk.requests).toEqual(['write 0+1', 'flush']);
});

test('sectors are discarded, and filled with zeros', () => {
  const rig = new BlockRig();
  expect(rig.request(11, 0, range(8, 16)).status()).toBe(OK);
  expect(rig.request(13, 0, range(32, 300, 1)).status()).toBe(OK);
  expect(rig.disk.requests).toEqual(['discard 8+16', 'write 32+256', 'write 288+44']);
  expect(
    rig.disk.bytes.slice(31 * 512, 333 * 512).every((byte, n) => (n < 512 || n >= 301 * 512 ? true : byte === 0)),
  ).toBe(true);
  expect(rig.disk.bytes[31 * 512 + 1]).not.toBe(0);
  expect(rig.disk.bytes[332 * 512 + 1]).not.toBe(0);
});

test('the serial number', () => {
  const answer = new BlockRig().request(8, 0, 20);
  expect(answer.status()).toBe(OK);
  expect(Buffer.from(answer.part(0)).toString()).toBe(`abc${'\0'.repeat(17)}`);
});

test.each<[string, number, number, Part[], number]>([
  ['beyond the disk', 0, SECTORS - 1, [1024], ERROR],
  ['not whole sectors', 0, 0, [100], ERROR],
  ['an unknown type', 99, 0, [], UNSUPPORTED],
  ['discard with a flag', 11, 0, [range(0, 1, 1)], UNSUPPORTED],
  ['discard without a range', 11, 0, [], ERROR],
  ['two ranges', 11, 0, [range(0, 1), range(1, 1)], ERROR],
  ['zeros beyond the disk', 13, 0, [range(SECTORS, 1)], ERROR],
  ['too many zeros', 13, 0, [range(0, 0x8001)], ERROR],
])('refused: %s', (_, type, sector, parts, status) => {
  const rig = new BlockRig();
  expect(rig.request(type, sector, ...parts).status()).toBe(status);
  expect(rig.disk.requests).toEqual([]);
  expect(rig.driver.status & 0x40).toBe(0);
});

test('writes to a disk that can only be read are refused', () => {
  expect(new BlockRig({ isReadOnly: true }).request(1, 0, new Uint8Array(512)).status()).toBe(ERROR);
});

test.each([
  [0, 0, 512],
  [1, 0, new Uint8Array(512)],
  [4, 0],
  [11, 0, range(0, 1)],
] as [number, number, ...Part[]][])('an error of the host: type %i', (type, sector, ...parts) => {
  const rig = new BlockRig();
  rig.disk.failure = 'io';
  expect(rig.request(type, sector, ...parts).status()).toBe(ERROR);
});

test.each<[string, Part[], RegExp]>([
  ['no header', [new Uint8Array(8), 1], /no header, bytes 8/],
  ['no room for the status', [requestHeader(0, 0)], /no room for its status/],
])('%s stops the device', (_, parts, message) => {
  const rig = new BlockRig();
  rig.driver.queue(0).add(parts);
  rig.driver.kick(0);
  expect(rig.mistakes.join()).toMatch(message);
  expect(rig.driver.status & 0x40).toBe(0x40);
});

test('a request that is made twice stops the device', () => {
  const rig = new BlockRig();
  const { head } = rig.ask(0, 0, 512);
  rig.driver.queue(0).offer(head);
  rig.driver.kick(0);
  expect(rig.mistakes.join()).toMatch(/under way already/);
  rig.advance(10_000);
  expect(rig.driver.queue(0).takeUsed()).toEqual([]);
});

test('a reset forgets requests that are under way', () => {
  const rig = new BlockRig();
  const asked = rig.ask(0, 1, 512);
  rig.driver.start([FLUSH], 1);
  rig.advance(10_000);
  expect(rig.driver.queue(0).takeUsed()).toEqual([]);
  expect(asked.part(0)[1]).toBe(0);
  expect(rig.request(0, 1, 512).status()).toBe(OK);
});

test('a loaded state begins its requests anew', () => {
  const rig = new BlockRig();
  const asked = rig.ask(0, 1, 512);
  const write = rig.ask(1, 7, new Uint8Array(512).fill(3));
  const saved = saveComponents([rig.device.component, rig.device.pciFunction.component]);
  const copy = new BlockRig();
  copy.bytes.set(rig.bytes);
  loadComponents([copy.device.component, copy.device.pciFunction.component], saved);
  copy.advance(10_000);
  expect(copy.disk.requests).toEqual(['read 1+1', 'write 7+1']);
  expect(
    copy.driver
      .queue(0)
      .takeUsed()
      .map(({ head }) => head),
  ).toEqual([asked.head, write.head]);
  expect(copy.disk.bytes[7 * 512]).toBe(3);
});

test.each(interfaces)('%s: a driver is told that its disk has another size', (kind) => {
  const rig = new BlockRig({ kind });
  expect([rig.driver.config(0, 4), rig.driver.isr]).toEqual([SECTORS, 0]);
  rig.disk.insert(true, new Uint8Array(512 * 5000));
  expect([rig.driver.config(0, 4), rig.driver.isr]).toEqual([5000, 2]);
  expect(rig.request(0, 4999, 512).status()).toBe(OK);
});
