import { expect, test } from 'vitest';
import { Command, Header } from '../../../../runtime/devices/pci/registers.ts';
import type { VirtioDevice } from '../../../../runtime/devices/virtio/device.ts';
import { VirtioFunction } from '../../../../runtime/devices/virtio/index.ts';
import { CardRig } from '../network/card-rig.ts';
import { Bit, Driver, type Interface, interfaces } from './driver.ts';

const FEATURE = 7;

/** A device that gives back what it reads, and keeps its configuration. */
function echo(kind: Interface, more: Partial<VirtioDevice> = {}) {
  const rig = new CardRig();
  const config = Uint8Array.of(1, 2, 3, 4, 5);
  const resets: string[] = [];
  const device: VirtioDevice = {
    kind: { type: 42, deviceId: 0x103f, classCode: 0xff0000 },
    features: [FEATURE, 33],
    queues: [16, 8],
    config: {
      length: config.length,
      bytes: () => config,
      write: (offset, value) => {
        config[offset] = value;
      },
    },
    notified: (n) => {
      const queue = virtio.queues[n]!;
      queue.drain((chain) => {
        const bytes = new Uint8Array(chain.readable);
        chain.read(0, bytes);
        queue.push(chain.head, chain.write(0, bytes));
      });
      queue.tell();
    },
    reset: () => void resets.push('reset'),
    ...more,
  };
  const virtio = new VirtioFunction({ ...rig.board, name: 'echo', device: 4 }, device);
  return { rig, virtio, config, resets, driver: new Driver(rig, virtio.pciFunction, kind) };
}

const hello = new TextEncoder().encode('hello');

test.each(interfaces)('a request is done, and told of: %s', (kind) => {
  const { rig, driver } = echo(kind);
  const queue = driver.start([], 2).queue(1);
  const { head, places } = queue.add([hello.subarray(0, 2), hello.subarray(2), 3, 1, 4]);
  queue.kick();
  expect(queue.takeUsed()).toEqual([{ head, written: 5 }]);
  const room = places.slice(2).map(({ address, length }) => rig.bytes.slice(address, address + length));
  expect(Buffer.concat(room).toString()).toBe('hello\0\0\0');
  expect(driver.isr).toBe(1);
  expect(driver.isr).toBe(0);
  expect(rig.mistakes).toEqual([]);
});

test.each(interfaces)('features: what is offered: %s', (kind) => {
  const { driver } = echo(kind);
  expect([FEATURE, 8, Bit.indirect, Bit.eventIndex].map((bit) => driver.offers(bit))).toEqual([
    true,
    false,
    true,
    true,
  ]);
  expect(driver.offers(Bit.version1)).toBe(kind === 'modern');
});

test.each(interfaces)('nothing is done before the driver is ready; what waits then is: %s', (kind) => {
  const { driver } = echo(kind);
  driver.start([], 1);
  const queue = driver.queue(0);
  driver.status = driver.status & ~4;
  queue.add([hello, 5]);
  queue.kick();
  expect(queue.takeUsed()).toEqual([]);
  driver.status |= 4;
  expect(queue.takeUsed()).toHaveLength(1);
});

test.each(interfaces)('nothing is done while it may not be a bus master: %s', (kind) => {
  const { rig, driver, virtio } = echo(kind);
  const queue = driver.start([], 1).queue(0);
  virtio.pciFunction.write(Header.command, 2, Command.io | Command.memory);
  queue.add([hello, 5]);
  queue.kick();
  expect(queue.takeUsed()).toEqual([]);
  expect(rig.mistakes).toEqual([]);
});

test.each(interfaces)('a driver of the legacy interface need not let it be a bus master: %s', (kind) => {
  const { driver, virtio } = echo(kind);
  virtio.pciFunction.write(Header.command, 2, Command.io | Command.memory);
  const queue = driver.start([], 1).queue(0);
  queue.add([hello, 5]);
  queue.kick();
  expect(queue.takeUsed()).toHaveLength(kind === 'legacy' ? 1 : 0);
});

test.each(interfaces)('a reset by the driver forgets all: %s', (kind) => {
  const { rig, driver, resets } = echo(kind);
  const queue = driver.start([FEATURE], 1).queue(0);
  queue.add([hello, 5]);
  queue.kick();
  resets.length = 0;
  driver.status = 0;
  expect([driver.status, rig.irq.level, driver.isr, resets]).toEqual([0, false, 0, ['reset']]);
  queue.add([hello, 5]);
  queue.kick();
  expect(queue.takeUsed()).toHaveLength(1);
});

test.each(interfaces)('many requests go round the rings: %s', (kind) => {
  const { driver } = echo(kind);
  const queue = driver.start([Bit.indirect], 2).queue(1);
  let done = 0;
  for (let n = 0; n < 1000; n++) {
    for (let m = 0; m < n % 5; m++) queue.add([Uint8Array.of(n), 1], m % 2 === 1);
    queue.kick();
    done += queue.takeUsed().length;
  }
  expect(done).toBe(2000);
});

test.each(interfaces)('an interrupt that is not wanted does not come: %s', (kind) => {
  const { rig, driver } = echo(kind);
  const queue = driver.start([], 1).queue(0);
  queue.flags = 1;
  queue.add([hello, 5]);
  queue.kick();
  expect(rig.irq.level).toBe(false);
  queue.flags = 0;
  queue.add([hello, 5]);
  queue.kick();
  expect(rig.irq.level).toBe(true);
});

test.each(interfaces)('event indices: an interrupt comes at the request that the driver names: %s', (kind) => {
  const { rig, driver } = echo(kind);
  const queue = driver.start([Bit.eventIndex], 1).queue(0);
  queue.usedEvent = 2;
  const levels = [1, 2, 3, 4].map(() => {
    queue.add([hello, 5]);
    queue.kick();
    const { level } = rig.irq;
    void driver.isr;
    return level;
  });
  expect(levels).toEqual([false, false, true, false]);
  expect(queue.availableEvent).toBe(4);
});

test.each(interfaces)('event indices: one of several that are done at once: %s', (kind) => {
  const { rig, driver } = echo(kind);
  const queue = driver.start([Bit.eventIndex], 1).queue(0);
  queue.usedEvent = 1;
  for (let n = 0; n < 3; n++) queue.add([hello, 5]);
  queue.kick();
  expect(rig.irq.level).toBe(true);
});

test.each(interfaces)('the configuration is read and written by bytes and words: %s', (kind) => {
  const { driver, config } = echo(kind);
  expect([driver.config(0, 4), driver.config(3, 2), driver.config(4, 4)]).toEqual([0x04030201, 0x0504, 5]);
  driver.config(1, 2, 0xbbaa);
  driver.config(4, 4, 0xdddddddd);
  expect(Array.from(config)).toEqual([1, 0xaa, 0xbb, 4, 0xdd]);
});

test.each(interfaces)('a change of the configuration interrupts: %s', (kind) => {
  const { rig, driver, virtio } = echo(kind);
  driver.start([], 1);
  const before = driver.modern(0x15, 1);
  virtio.configChanged();
  expect(driver.modern(0x15, 1)).toBe(before + 1);
  expect(rig.irq.level).toBe(true);
  expect(driver.isr).toBe(2);
});

const mistakes: readonly (readonly [string, (parts: ReturnType<typeof started>) => void, RegExp])[] = [
  ['a loop', ({ queue }) => queue.descriptor(queue.descriptors, 0x60000, 1, 1, 0), /loop, at number 0/],
  [
    'a descriptor beyond its table',
    ({ queue }) => queue.descriptor(queue.descriptors, 0x60000, 1, 1, 16),
    /beyond its table, number 10/,
  ],
  [
    'bytes beyond memory',
    ({ queue }) => queue.descriptor(queue.descriptors, 0xfff00, 0x101, 0),
    /beyond memory, at fff00/,
  ],
  ['no bytes', ({ queue }) => queue.descriptor(queue.descriptors, 0x60000, 0, 0), /no bytes, number 0/],
  [
    'reads after writes',
    ({ queue }) => {
      queue.descriptor(queue.descriptors, 0x60000, 1, 3, 1);
      queue.descriptor(queue.descriptors + 16, 0x60000, 1, 0);
    },
    /after those to write, number 1/,
  ],
  [
    'an indirect table of a wrong length',
    ({ queue }) => queue.descriptor(queue.descriptors, 0x60000, 17, 4),
    /wrong length, bytes 11/,
  ],
  [
    'an indirect table in an indirect table',
    ({ queue }) => {
      queue.descriptor(queue.descriptors, 0x60000, 16, 4);
      queue.descriptor(0x60000, 0x60000, 16, 4);
    },
    /must not be indirect, at 60000/,
  ],
  [
    'an indirect descriptor that is not alone',
    ({ queue }) => queue.descriptor(queue.descriptors, 0x60000, 16, 5, 1),
    /not alone, at 60000/,
  ],
  ['an index that is too far', ({ rig, queue }) => rig.view.setUint16(queue.available + 2, 17, true), /index 11/],
  ['a head beyond the table', ({ queue }) => queue.offer(99), /beyond its table, number 63/],
];

test.each(mistakes.flatMap((mistake) => interfaces.map((kind) => [kind, ...mistake] as const)))(
  '%s: %s stops the device, with a message, until it is reset',
  (kind, _, spoil, message) => {
    const parts = started(kind);
    const { rig, driver, queue } = parts;
    spoil(parts);
    if (rig.view.getUint16(queue.available + 2, true) === 0) queue.offer(0);
    queue.kick();
    expect(rig.mistakes.join()).toMatch(message);
    expect(driver.status & 0x40).toBe(0x40);
    expect(driver.isr).toBe(2);
    expect(queue.takeUsed()).toEqual([]);
    const again = driver.start([Bit.indirect], 1).queue(0);
    again.add([hello, 5]);
    again.kick();
    expect(again.takeUsed()).toHaveLength(1);
    expect(driver.status & 0x40).toBe(0);
  },
);

function started(kind: Interface) {
  const parts = echo(kind);
  return { ...parts, queue: parts.driver.start([Bit.indirect], 1).queue(0) };
}

test('features that were not offered, or an old driver at the present interface, are not agreed on', () => {
  const { driver } = echo('modern');
  driver.agree([9]);
  expect(driver.status & 8).toBe(0);
  driver.modern(8, 4, 0);
  driver.modern(12, 4, 0);
  driver.modern(8, 4, 1);
  driver.modern(12, 4, 0);
  driver.status |= 8;
  expect(driver.status & 8).toBe(0);
  driver.agree([FEATURE]);
  expect(driver.status & 8).toBe(8);
});

test('a queue that is beyond memory, or has a wrong size, stops the device', () => {
  const { rig, driver } = echo('modern');
  driver.modern(0x16, 2, 0);
  driver.modern(0x20, 4, 0xfffffff0);
  driver.modern(0x1c, 2, 1);
  driver.modern(0x20, 4, 0x1000);
  driver.modern(0x28, 4, 0x2000);
  driver.modern(0x30, 4, 0x3000);
  driver.modern(0x18, 2, 12);
  driver.modern(0x1c, 2, 1);
  expect(rig.mistakes).toEqual([
    'echo stops: a queue is beyond memory, at fffffff0',
    'echo stops: a queue has a wrong size c',
  ]);
  expect(driver.modern(0x1c, 2)).toBe(0);
});

test('a queue whose rings are one place ends', () => {
  const { rig, driver } = echo('modern');
  driver.status = 3;
  driver.agree([]);
  driver.modern(0x16, 2, 0);
  for (const at of [0x20, 0x28, 0x30]) driver.modern(at, 4, 0x1000);
  driver.modern(0x1c, 2, 1);
  driver.status |= 4;
  rig.view.setUint16(0x1002, 5, true);
  driver.kick(0);
  expect(driver.status & 0x40).toBe(0x40);
});

test('capabilities tell where the structures are', () => {
  const { virtio } = echo('modern');
  const read = (at: number, size: 1 | 2 | 4) => virtio.pciFunction.read(at, size);
  expect(read(Header.status, 2) & 0x10).toBe(0x10);
  const found = [];
  for (let at = read(0x34, 1); at !== 0; at = read(at + 1, 1)) {
    found.push([read(at, 1), read(at + 3, 1), read(at + 4, 1), read(at + 8, 4), read(at + 12, 4)]);
  }
  expect(found).toEqual([
    [9, 1, 4, 0x0000, 0x38],
    [9, 3, 4, 0x1000, 1],
    [9, 4, 4, 0x2000, 0x1000],
    [9, 2, 4, 0x3000, 0x1000],
    [9, 5, 0, 0, 0],
  ]);
});

test('configuration space reaches the structures', () => {
  const { virtio, driver, rig } = echo('modern');
  const at = 0x40 + 3 * 16 + 20;
  const access = (offset: number, size: number, value?: number): number => {
    virtio.pciFunction.write(at + 4, 1, 4);
    virtio.pciFunction.write(at + 8, 4, offset);
    virtio.pciFunction.write(at + 12, 4, size);
    if (value === undefined) return virtio.pciFunction.read(at + 16, size as 1);
    virtio.pciFunction.write(at + 16, size as 1, value);
    return 0;
  };
  access(0x14, 1, 3);
  expect(driver.status).toBe(3);
  expect(access(0x14, 1)).toBe(3);
  expect(access(0x2001, 1)).toBe(2);
  expect([access(0x2001, 2), access(0x4000, 1), access(0x2000, 8)]).toEqual([0, 0, 0]);
  access(0x3fff, 1, 1);
  expect(rig.mistakes).toEqual([]);
});

test('only as many bits are written as an access has', () => {
  const { driver, virtio } = echo('modern');
  driver.modern(0x14, 1, 0x12345603);
  driver.modern(8, 4, -1);
  expect([driver.status, driver.modern(8, 4)]).toEqual([3, 0xffffffff]);
  expect(() => virtio.component.check(virtio.component.save())).not.toThrow();
});

test('registers that are not there', () => {
  const { driver, rig } = echo('modern');
  driver.modern(0x14, 4, 0);
  driver.modern(0x1001, 1, 0);
  expect(rig.mistakes).toEqual(['echo: write of no register, at 14', 'echo: write of no register, at 1001']);
  driver.modern(0x16, 2, 7);
  driver.modern(0x18, 2, 4);
  expect([driver.modern(0x18, 2), driver.modern(0x1c, 2), driver.modern(0x38, 4)]).toEqual([0, 0, 0]);
});
