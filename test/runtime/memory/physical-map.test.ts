import { describe, expect, test } from 'vitest';
import { busMemory } from '../../../runtime/memory/bus-memory.ts';
import type { MmioRegion } from '../../../runtime/memory/mmio.ts';
import { Mmu } from '../../../runtime/memory/mmu.ts';
import { type AddressWindow, Layer, NO_FRAME, PhysicalMap } from '../../../runtime/memory/physical-map.ts';
import { GuestRam } from '../../../runtime/memory/ram.ts';
import { WORD_COUNT } from '../../../translator/abi/state.ts';

const MEGABYTE = 1 << 20;

/** 2 MB of RAM, of which 1 MB is above 4 GB, and 8 KB that are no RAM. */
function makeMap(): PhysicalMap {
  return new PhysicalMap(new GuestRam(2 * MEGABYTE, 0x2000), MEGABYTE);
}

function region(name: string, base: number, length: number, value: number): MmioRegion {
  return { name, base, length, read: () => value, write: () => undefined };
}

function rom(map: PhysicalMap, base: number): AddressWindow {
  return { name: 'ROM', layer: Layer.chipset, base, length: 0x2000, reads: map.ram.reserve(0x2000), writes: NO_FRAME };
}

describe('what stands at a physical page', () => {
  test('RAM ends where it was said to end, and goes on at 4 GB', () => {
    const map = makeMap();
    expect([0, 255, 256, 0xfffff, 0x100000, 0x1000ff, 0x100100].map((page) => map.frameAt(page))).toEqual([
      0,
      255,
      NO_FRAME,
      NO_FRAME,
      256,
      511,
      NO_FRAME,
    ]);
  });

  test('a window shows one frame to loads and another to stores, until it is removed', () => {
    const map = makeMap();
    const window = rom(map, 0x8000);
    map.add(window);
    expect([7, 8, 9, 10].map((page) => map.frameAt(page))).toEqual([7, 512, 513, 10]);
    expect([7, 8, 9, 10].map((page) => map.storedFrameAt(page))).toEqual([7, NO_FRAME, NO_FRAME, 10]);
    map.remove(window);
    expect([8, 9].map((page) => [map.frameAt(page), map.storedFrameAt(page)])).toEqual([
      [8, 8],
      [9, 9],
    ]);
  });

  test('RAM hides a PCI device and is hidden by a chip, in whatever order they come', () => {
    const map = makeMap();
    map.bus(Layer.processor).add(region('local apic', 0x3000, 0x1000, 1));
    map.bus(Layer.chipset).add(region('chip', 0x2000, 0x2000, 2));
    map.bus(Layer.pci).add(region('card', 0x1000, 0x200000, 3));
    expect([1, 2, 3].map((page) => map.frameAt(page))).toEqual([1, NO_FRAME, NO_FRAME]);
    expect([0x2000, 0x3000, 0x100000, 0x201000].map((address) => map.readDevice(address, 4))).toEqual([2, 1, 3, 0]);
  });

  test('devices in one page answer each at its addresses', () => {
    const map = makeMap();
    const bus = map.bus(Layer.pci);
    const first = region('first', 0xe0000000, 0x100, 1);
    bus.add(first);
    bus.add(region('second', 0xe0000100, 0x100, 2));
    bus.remove(first);
    expect([0xe0000000, 0xe0000100].map((address) => map.readDevice(address, 1))).toEqual([0, 2]);
    expect(() => bus.remove(first)).toThrow('first');
  });

  test('each change is told, so that nobody uses what was translated before', () => {
    const map = makeMap();
    let changes = 0;
    map.onChanged = () => changes++;
    const window = rom(map, 0x8000);
    map.add(window);
    map.remove(window);
    map.setA20(false);
    expect(changes).toBe(3);
  });
});

test('stores to memory that a chip only shows go to the chip, and those to ROM nowhere', () => {
  const map = makeMap();
  const stored: number[] = [];
  const device = { ...region('chip', 0x8000, 0x2000, 7), write: (offset: number) => void stored.push(offset) };
  const shown = { ...rom(map, 0x8000), device };
  map.add(shown);
  map.writeDevice(0x9004, 1, 1);
  expect([map.frameAt(8), stored]).toEqual([512, [0x1004]]);
  const hidden = { ...shown, reads: NO_FRAME };
  map.replace(shown, hidden);
  expect([map.frameAt(8), map.frameAt(9), map.readDevice(0x8000, 1)]).toEqual([NO_FRAME, NO_FRAME, 7]);
  map.replace(hidden, shown);
  // What hides it has its stores.
  map.add({ name: 'shadow', layer: Layer.chipset, base: 0x8000, length: 0x1000, reads: 8, writes: NO_FRAME });
  map.writeDevice(0x8004, 1, 1);
  expect(stored).toEqual([0x1004]);
});

describe('where nothing is', () => {
  test('loads see ones below 1 MB, where cards of the ISA bus could be, and zeros above', () => {
    const map = makeMap();
    map.add({ name: 'hole', layer: Layer.chipset, base: 0xc0000, length: 0x40000, reads: NO_FRAME, writes: NO_FRAME });
    expect([0xc0000, 0xffffc, 0x100000, 0xfffffffc].map((address) => map.readDevice(address, 4))).toEqual([
      0xffffffff, 0xffffffff, 0, 0,
    ]);
    expect([map.readDevice(0xc0000, 1), map.readDevice(0xc0000, 2)]).toEqual([0xff, 0xffff]);
    const target = new Uint8Array(0x2000).fill(1);
    busMemory(map).read(0xff000, target);
    expect(target).toEqual(new Uint8Array(0x2000).fill(0xff, 0, 0x1000));
  });
});

describe('a bus master', () => {
  test('reads zeros and writes nothing where there is no memory, and goes on after it', () => {
    const map = makeMap();
    const memory = busMemory(map);
    const bytes = new Uint8Array(0x2000).map((_, n) => n);
    memory.write(0xff000, bytes);
    memory.write(0xfffffff0, bytes);
    const target = new Uint8Array(0x2000);
    memory.read(0xff000, target);
    expect(target).toEqual(new Uint8Array(0x2000).map((_, n) => (n < 0x1000 ? n : 0)));
    memory.read(0xfffffff0, target);
    expect(target).toEqual(new Uint8Array(0x2000).map((_, n) => (n < 0x10 ? 0 : n)));
  });

  test.each([2 ** 36, 2 ** 40 - 1, 2 ** 52])('may be given any address: %d', (address) => {
    const memory = busMemory(makeMap());
    const target = new Uint8Array(16);
    memory.write(address, target);
    memory.read(address, target);
    expect(target).toEqual(new Uint8Array(16));
  });

  test('sees ROM and cannot change it', () => {
    const map = makeMap();
    const window = rom(map, 0x8000);
    map.add(window);
    map.ram.bytes[window.reads * 4096] = 7;
    const memory = busMemory(map);
    memory.write(0x7ffe, Uint8Array.of(1, 2, 3, 4));
    const target = new Uint8Array(4);
    memory.read(0x7ffe, target);
    expect(target).toEqual(Uint8Array.of(1, 2, 7, 0));
  });

  test('is not stopped by the gate of A20', () => {
    const map = new PhysicalMap(new GuestRam(2 * MEGABYTE));
    map.setA20(false);
    busMemory(map).write(MEGABYTE, Uint8Array.of(1));
    expect([map.ram.bytes[0], map.ram.bytes[MEGABYTE]]).toEqual([0, 1]);
  });

  test('tells of code that it hits', () => {
    const map = makeMap();
    const told: number[][] = [];
    map.ram.frames.codeListener = { codeWritten: (offset, bytes) => void told.push([offset, bytes]) };
    map.ram.frames.markCode(1);
    busMemory(map).write(0xff0, new Uint8Array(0x1020));
    expect(told).toEqual([[0x1000, 0x1000]]);
  });
});

test('a store to ROM reaches no device below it, and is not one to where nothing is', () => {
  const map = makeMap();
  const told: number[] = [];
  map.onUnassigned = (address) => void told.push(address);
  map.bus(Layer.pci).add({
    ...region('card', 0x8000, 0x1000, 3),
    write: () => {
      throw new Error('hidden');
    },
  });
  map.add(rom(map, 0x8000));
  map.writeDevice(0x8000, 4, 1);
  map.writeDevice(0x200000, 4, 1);
  expect(told).toEqual([0x200000]);
});

test('the gate of A20 masks the address that a device gets where the processor loads a page-directory pointer', () => {
  const map = makeMap();
  map.bus(Layer.chipset).add({ ...region('chip', 0xfec00000, 0x1000, 0), read: (offset) => offset });
  const mmu = new Mmu(new Int32Array(WORD_COUNT), map);
  map.setA20(false);
  expect(mmu.loadPhysical32(0xfed00010)).toBe(0x10);
});
