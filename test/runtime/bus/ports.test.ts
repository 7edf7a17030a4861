import { expect, test } from 'vitest';
import { PortBus, type PortRegion } from '../../../runtime/bus/ports.ts';

/** A region that logs its accesses and reads as the low byte of the port. */
function logging(first: number, count: number, more: Partial<PortRegion> = {}): { region: PortRegion; log: string[] } {
  const log: string[] = [];
  const region: PortRegion = {
    name: `at ${first.toString(16)}`,
    first,
    count,
    read: (port, size) => {
      log.push(`read ${port.toString(16)} ${size}`);
      return port & 0xff;
    },
    write: (port, size, value) => log.push(`write ${port.toString(16)} ${size} ${value.toString(16)}`),
    ...more,
  };
  return { region, log };
}

test('unclaimed ports read as all ones and swallow writes', () => {
  const bus = new PortBus();
  expect([bus.read(0x100, 1), bus.read(0x100, 2), bus.read(0xffff, 4)]).toEqual([0xff, 0xffff, 0xffffffff]);
  expect(() => bus.write(0x100, 4, 1)).not.toThrow();
});

test('wide accesses to a byte-wide device are split, low to high', () => {
  const bus = new PortBus();
  const { region, log } = logging(0x3f8, 8);
  bus.register(region);
  expect(bus.read(0x3f8, 4)).toBe(0xfbfaf9f8);
  bus.write(0x3fa, 2, 0xabcd);
  bus.write(0x3fe, 4, 0x11223344);
  expect(log).toEqual([
    'read 3f8 1',
    'read 3f9 1',
    'read 3fa 1',
    'read 3fb 1',
    'write 3fa 1 cd',
    'write 3fb 1 ab',
    'write 3fe 1 44',
    'write 3ff 1 33',
  ]);
  expect(bus.read(0x3ff, 2)).toBe(0xffff);
});

test('a device gets the sizes it takes whole, and 32 bits as two 16-bit accesses', () => {
  const bus = new PortBus();
  const { region, log } = logging(0x1f0, 1, { sizes: [2] });
  bus.register(region);
  expect(bus.read(0x1f0, 2)).toBe(0xf0);
  expect(bus.read(0x1f0, 4)).toBe(0xffff00f0);
  expect(bus.read(0x1f0, 1)).toBe(0xff);
  bus.write(0x1f0, 2, -1);
  expect(log).toEqual(['read 1f0 2', 'read 1f0 2', 'write 1f0 2 ffff']);
});

test('one port can have different owners for different sizes', () => {
  const bus = new PortBus();
  const address = logging(0xcf8, 1, { sizes: [4] });
  const reset = logging(0xcf9, 1);
  bus.register(address.region);
  bus.register(reset.region);
  bus.write(0xcf8, 4, 0x80000000);
  bus.write(0xcf9, 1, 6);
  expect(address.log).toEqual(['write cf8 4 80000000']);
  expect(reset.log).toEqual(['write cf9 1 6']);
});

test('an overlap is an error that names both owners', () => {
  const bus = new PortBus();
  bus.register({ name: 'com1', first: 0x3f8, count: 8 });
  expect(() => bus.register({ name: 'floppy', first: 0x3f0, count: 9 })).toThrow(
    "ports of 'floppy' (0x3f0-0x3f8) overlap 'com1' (0x3f8-0x3ff)",
  );
  expect(() => bus.register({ name: 'beyond', first: 0xffff, count: 2 })).toThrow('are no I/O ports');
});

test('ports that were given back can be claimed again', () => {
  const bus = new PortBus();
  const { region, log } = logging(0xc000, 4);
  bus.register(region);
  bus.remove(region);
  expect(bus.read(0xc000, 1)).toBe(0xff);
  bus.register({ name: 'other', first: 0xc000, count: 4, read: () => 7 });
  expect(bus.read(0xc000, 1)).toBe(7);
  expect(log).toEqual([]);
  expect(() => bus.remove(region)).toThrow('not registered');
});

test('what is offered over taken ports waits until they are free', () => {
  const bus = new PortBus();
  const at = (name: string, first: number, value: number) => [{ name, first, count: 16, read: () => value }];
  const [first, second, third] = [at('first', 0xc000, 1), at('second', 0xc008, 2), at('third', 0xc010, 3)];
  for (const regions of [first, second, third]) bus.offer(regions);
  const values = () => [0xc000, 0xc008, 0xc010, 0xc018].map((port) => bus.read(port, 1));
  expect(values()).toEqual([1, 1, 3, 3]);
  bus.withdraw(first);
  expect(values()).toEqual([0xff, 0xff, 3, 3]);
  bus.withdraw(third);
  expect(values()).toEqual([0xff, 2, 2, 0xff]);
  bus.offer(first);
  bus.withdraw(first);
  expect(values()).toEqual([0xff, 2, 2, 0xff]);
});

test('ports may change hands any number of times', () => {
  const bus = new PortBus();
  bus.register({ name: 'fixed', first: 0x60, count: 1, read: () => 1 });
  const moving = [{ name: 'moving', first: 0xc000, count: 4, read: () => 2 }];
  for (let n = 0; n < 70_000; n++) {
    bus.offer(moving);
    bus.withdraw(moving);
  }
  bus.offer(moving);
  expect([bus.read(0x60, 1), bus.read(0xc000, 1), bus.regions().length]).toEqual([1, 2, 2]);
});

test('a region without a read side reads as all ones', () => {
  const bus = new PortBus();
  bus.register({ name: 'write only', first: 0x80, count: 1, sizes: [1, 2] });
  expect([bus.read(0x80, 1), bus.read(0x80, 2)]).toEqual([0xff, 0xffff]);
});
