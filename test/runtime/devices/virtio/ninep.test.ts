import { expect, test } from 'vitest';
import { VirtioNinep } from '../../../../runtime/devices/virtio/ninep/index.ts';
import { loadComponents, saveComponents } from '../../../../runtime/snapshot/components.ts';
import { CardRig } from '../network/card-rig.ts';
import { Driver, type Interface, interfaces } from './driver.ts';
import { TestFolderPort } from './folder-port.ts';

function started(kind: Interface = 'modern') {
  const rig = new CardRig();
  const port = new TestFolderPort();
  const ninep = new VirtioNinep({ ...rig.board, name: 'virtio-9p0', device: 3, tag: 'shared', port });
  const driver = new Driver(rig, ninep.pciFunction, kind).start([0], 1);
  return { rig, port, ninep, driver, queue: driver.queue(0) };
}

const MESSAGE = Uint8Array.from([8, 0, 0, 0, 100, 1, 0, 42]);

test.each(interfaces)('the tag is in the configuration: %s', (kind) => {
  const { driver, ninep } = started(kind);
  expect(driver.offers(0)).toBe(true);
  expect([0, 1, 2, 7, 8].map((offset) => driver.config(offset, 1))).toEqual([
    6,
    0,
    's'.charCodeAt(0),
    'd'.charCodeAt(0),
    0,
  ]);
  expect([ninep.pciFunction.read(0, 4), ninep.pciFunction.read(0x2c, 4)]).toEqual([0x10091af4, 0x00091af4]);
});

test.each(interfaces)('messages go to the host, and replies come back, in any order: %s', (kind) => {
  const { rig, port, driver, queue } = started(kind);
  const one = queue.add([MESSAGE, 20]);
  const two = queue.add([MESSAGE.subarray(0, 4), MESSAGE.subarray(4), 8, 30]);
  queue.kick();
  expect(port.waiting.map(({ message, room }) => [[...message], room])).toEqual([
    [[...MESSAGE], 20],
    [[...MESSAGE], 38],
  ]);
  expect(queue.takeUsed()).toEqual([]);
  port.waiting.reverse();
  port.answer((_message, room) => new Uint8Array(room === 20 ? 11 : 12).fill(room));
  expect(queue.takeUsed()).toEqual([
    { head: two.head, written: 12 },
    { head: one.head, written: 11 },
  ]);
  const [first, second] = [two.places[2]!.address, two.places[3]!.address];
  expect([...rig.bytes.subarray(first, first + 8)]).toEqual(new Array(8).fill(38));
  expect([...rig.bytes.subarray(second, second + 5)]).toEqual([38, 38, 38, 38, 0]);
  expect(driver.isr).toBe(1);
});

test.each([
  ['without a header', [new Uint8Array(6), 100]],
  ['without room for an error', [MESSAGE, 10]],
  ['without room', [MESSAGE]],
])('a request %s stops the device', (_name, parts) => {
  const { port, driver, queue } = started();
  queue.add(parts);
  queue.kick();
  expect(driver.status & 0x40).toBe(0x40);
  expect(port.waiting).toEqual([]);
  driver.start([0], 1).queue(0).add([MESSAGE, 11]);
  driver.queue(0).kick();
  expect(port.waiting.length).toBe(1);
});

test('a message is no longer than one can be', () => {
  const { port, queue } = started();
  queue.add([new Uint8Array(0x80000), 11]);
  queue.add([new Uint8Array(1), new Uint8Array(100), 11]);
  queue.kick();
  expect(port.waiting.map(({ message }) => message.length)).toEqual([0x80000, 101]);
});

test('a reset forgets what is under way, and tells the host', () => {
  const { port, driver, queue } = started();
  queue.add([MESSAGE, 20]);
  queue.kick();
  const { done } = port.waiting[0]!;
  const before = port.resets;
  driver.status = 0;
  expect([port.waiting.length, port.resets]).toEqual([0, before + 1]);
  done(new Uint8Array(11));
  expect(queue.takeUsed()).toEqual([]);
});

test('a loaded state asks again for what was under way', () => {
  const { rig, port, ninep, queue } = started();
  const { head } = queue.add([MESSAGE, 20]);
  queue.kick();
  const saved = saveComponents([ninep.component]);
  const { number } = port.waiting[0]!;
  port.answer(() => new Uint8Array(11));
  expect(queue.takeUsed().length).toBe(1);
  const memory = rig.bytes.slice();
  loadComponents([ninep.component], saved);
  rig.bytes.set(memory);
  expect(port.waiting.map(({ message, number }) => [[...message], number])).toEqual([[[...MESSAGE], number]]);
  port.answer(() => new Uint8Array(11));
  expect(rig.view.getUint32(queue.used + 4, true)).toBe(head);
});

test('what a loaded state asks for again comes in the order of the requests, whatever their descriptors', () => {
  const { rig, port, ninep, queue } = started();
  const heads: number[] = [];
  for (let n = 0; n < 3; n++) heads.push(queue.add([MESSAGE, 20]).head);
  queue.kick();
  port.answer(() => new Uint8Array(11));
  queue.takeUsed();
  // Descriptors are used in another order the second time.
  const numbers: number[] = [];
  for (const head of [heads[2]!, heads[0]!, heads[1]!]) {
    queue.offer(head);
    queue.kick();
    numbers.push(port.waiting.at(-1)!.number);
  }
  const saved = saveComponents([ninep.component]);
  const memory = rig.bytes.slice();
  loadComponents([ninep.component], saved);
  rig.bytes.set(memory);
  expect(port.waiting.map(({ number }) => number)).toEqual(numbers);
  expect(numbers).toEqual([4, 5, 6]);
});
