import { expect, test } from 'vitest';
import { VirtioBalloon } from '../../../../runtime/devices/virtio/balloon/index.ts';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { CardRig } from '../network/card-rig.ts';
import { recordedStream } from '../rig.ts';
import { Driver, type Interface, interfaces } from './driver.ts';

const words = (...values: number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);

const STATISTICS = 1;

class BalloonRig extends CardRig {
  readonly stream = recordedStream();
  readonly statistics = recordedStream();
  readonly released: number[][] = [];
  readonly device = new VirtioBalloon({
    ...{ ...this.board, name: 'balloon', device: 3, stream: this.stream, statistics: this.statistics },
    config: { deflateOnOom: false, freePageReporting: true },
    releasePages: (pages) => void this.released.push([...pages]),
  });
  readonly driver: Driver;

  constructor(kind: Interface = 'modern', features: readonly number[] = []) {
    super();
    this.driver = new Driver(this, this.device.pciFunction, kind).start(features, 4);
    this.stream.sent.length = 0;
  }

  /** The driver tells statistics. */
  tell(...bytes: number[]): void {
    this.driver.queue(2).add([Uint8Array.from(bytes)]);
    this.driver.queue(2).kick();
  }

  give(queue: number, ...pages: number[]): void {
    this.driver.queue(queue).add([words(...pages)]);
    this.driver.queue(queue).kick();
  }
}

test.each(interfaces)('the driver hears how many pages are wanted, and tells how many there are: %s', (kind) => {
  const rig = new BalloonRig(kind);
  rig.stream.onInput(words(0x1234));
  expect(rig.stream.takenBytes).toBe(4);
  expect(rig.driver.isr).toBe(2);
  expect(rig.driver.config(0, 4)).toBe(0x1234);
  rig.driver.config(4, 4, 0x1000);
  expect(rig.driver.config(4, 4)).toBe(0x1000);
  expect(rig.stream.sent).toEqual([0, 0x10, 0, 0]);
});

test('the last of several wishes counts', () => {
  const rig = new BalloonRig();
  rig.stream.onInput(words(1, 2, 3));
  expect(rig.driver.config(0, 4)).toBe(3);
});

test('pages that get into the balloon are released, those that come out are not', () => {
  const rig = new BalloonRig();
  rig.give(0, 3, 4, 0xfffff);
  expect(rig.released).toEqual([[3, 4, 0xfffff]]);
  expect(rig.driver.queue(0).takeUsed()).toHaveLength(1);
  rig.give(1, 3);
  expect(rig.released).toHaveLength(1);
  expect(rig.driver.queue(1).takeUsed()).toHaveLength(1);
});

test('a reset leaves what is wanted; nothing is in the balloon then', () => {
  const rig = new BalloonRig();
  rig.stream.onInput(words(7));
  rig.driver.config(4, 4, 7);
  rig.driver.start([], 2);
  expect([rig.driver.config(0, 4), rig.driver.config(4, 4)]).toEqual([7, 0]);
  expect(rig.stream.sent.slice(-4)).toEqual([0, 0, 0, 0]);
});

test('a loaded state is told to the host', () => {
  const rig = new BalloonRig();
  rig.driver.config(4, 4, 9);
  const copy = new BalloonRig();
  loadComponents([copy.device.component], saveComponents([rig.device.component]));
  expect(copy.stream.sent).toEqual([9, 0, 0, 0]);
});

test('too many pages at once stop the device', () => {
  const rig = new BalloonRig();
  rig.give(0, ...new Array<number>(1025).fill(3));
  expect(rig.mistakes.join()).toMatch(/too many pages at once, bytes 1004/);
});

test('what the guest may do by itself is offered as the options say', () => {
  const { driver } = new BalloonRig();
  expect([1, 2, 3, 4, 5].map((bit) => driver.offers(bit))).toEqual([true, false, false, false, true]);
});

test('statistics come when the host asks: the driver gets its buffer back, and fills it again', () => {
  const rig = new BalloonRig('modern', [STATISTICS]);
  rig.tell(4, 0, 1);
  expect(rig.driver.queue(2).takeUsed()).toHaveLength(0);
  rig.statistics.onInput(Uint8Array.of(1));
  expect(rig.driver.queue(2).takeUsed()).toHaveLength(1);
  expect(rig.statistics.sent).toEqual([]);
  rig.tell(4, 0, 2);
  expect(rig.statistics.sent).toEqual([3, 0, 4, 0, 2]);
  expect(rig.driver.queue(2).takeUsed()).toHaveLength(0);
});

test('who asks before the driver has begun to tell hears the first statistics', () => {
  const rig = new BalloonRig('modern', [STATISTICS]);
  rig.statistics.onInput(Uint8Array.of(1));
  rig.tell(4, 0, 1);
  expect(rig.statistics.sent).toEqual([3, 0, 4, 0, 1]);
});

test('a driver without statistics, and a reset, leave nobody waiting', () => {
  const without = new BalloonRig();
  without.statistics.onInput(Uint8Array.of(1));
  expect(without.statistics.sent).toEqual([0, 0]);
  const rig = new BalloonRig('modern', [STATISTICS]);
  rig.tell(4, 0, 1);
  rig.statistics.onInput(Uint8Array.of(1));
  rig.driver.start([STATISTICS], 4);
  expect(rig.statistics.sent).toEqual([0, 0]);
});

test('a buffer of statistics is kept in a saved state', () => {
  const rig = new BalloonRig('modern', [STATISTICS]);
  rig.tell(4, 0, 1);
  loadComponents([rig.device.component], saveComponents([rig.device.component]));
  rig.statistics.onInput(Uint8Array.of(1));
  expect(rig.driver.queue(2).takeUsed()).toHaveLength(1);
});

test('a second buffer of statistics stops the device', () => {
  const rig = new BalloonRig('modern', [STATISTICS]);
  rig.tell(4, 0, 1);
  rig.tell(4, 0, 1);
  expect(rig.mistakes.join()).toMatch(/a second buffer of statistics/);
});

test('pages that are reported as free are released, as far as they are whole', () => {
  const rig = new BalloonRig('modern', [5]);
  const queue = rig.driver.queue(3);
  queue.add([3 * 4096]);
  queue.kick();
  expect(queue.takeUsed()).toHaveLength(1);
  // Where the driver has put the buffer, and how many bytes of it.
  const [first] = rig.released[0]!;
  expect(rig.released).toEqual([[first, first! + 1, first! + 2]]);
  queue.add([100]);
  queue.add([3 * 4096]);
  queue.kick();
  expect(rig.released.slice(1)).toEqual([[], [first! + 4, first! + 5]]);
});
