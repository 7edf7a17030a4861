import { expect, test } from 'vitest';
import { VirtioBalloon } from '../../../../runtime/devices/virtio/balloon/index.ts';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { CardRig } from '../network/card-rig.ts';
import { recordedStream } from '../rig.ts';
import { Driver, type Interface, interfaces } from './driver.ts';

const words = (...values: number[]): Uint8Array => new Uint8Array(Uint32Array.from(values).buffer);

class BalloonRig extends CardRig {
  readonly stream = recordedStream();
  readonly released: number[][] = [];
  readonly device = new VirtioBalloon({
    ...{ ...this.board, name: 'balloon', device: 3, stream: this.stream },
    releasePages: (pages) => void this.released.push([...pages]),
  });
  readonly driver: Driver;

  constructor(kind: Interface = 'modern') {
    super();
    this.driver = new Driver(this, this.device.pciFunction, kind).start([], 2);
    this.stream.sent.length = 0;
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
