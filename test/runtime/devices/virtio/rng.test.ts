import { expect, test } from 'vitest';
import { VirtioRng } from '../../../../runtime/devices/virtio/rng/index.ts';
import { CardRig } from '../network/card-rig.ts';
import { Bit, Driver, type Interface, interfaces } from './driver.ts';

/** Numbers that count up. */
function counting(): (target: Uint8Array) => void {
  let last = 0;
  return (target) => target.set(Uint8Array.from(target, () => ++last));
}

function started(kind: Interface, features: readonly number[] = []) {
  const rig = new CardRig();
  const rng = new VirtioRng({ ...rig.board, name: 'rng', device: 3, random: counting() });
  return { rig, rng, driver: new Driver(rig, rng.pciFunction, kind).start(features, 1) };
}

const bytesAt = ({ bytes }: CardRig, { address, length }: { address: number; length: number }) =>
  Array.from(bytes.subarray(address, address + length));

test.each(interfaces)('requests are filled with random bytes: %s', (kind) => {
  const { rig, driver } = started(kind);
  const queue = driver.queue(0);
  const { head, places } = queue.add([3, 2]);
  queue.kick();
  expect(queue.takeUsed()).toEqual([{ head, written: 5 }]);
  expect(places.flatMap((place) => bytesAt(rig, place))).toEqual([1, 2, 3, 4, 5]);
  expect(rig.irq.level).toBe(true);
  expect(driver.isr).toBe(1);
  expect(rig.irq.level).toBe(false);
});

test('a large request gets a part', () => {
  const { driver } = started('modern');
  const queue = driver.queue(0);
  queue.add([0x8000]);
  queue.kick();
  expect(queue.takeUsed().map(({ written }) => written)).toEqual([4096]);
});

test('by an indirect table', () => {
  const { rig, driver } = started('modern', [Bit.indirect]);
  const queue = driver.queue(0);
  const { places } = queue.add([1, 1, 2], true);
  queue.kick();
  expect(places.flatMap((place) => bytesAt(rig, place))).toEqual([1, 2, 3, 4]);
});
