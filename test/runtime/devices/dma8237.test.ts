import { describe, expect, test } from 'vitest';
import { Dma8237 } from '../../../runtime/devices/dma8237/index.ts';
import { Rig } from './rig.ts';

class DmaRig extends Rig {
  readonly bytes = new Uint8Array(0x100000);
  readonly dma: Dma8237 = new Dma8237({
    ports: this.ports,
    memory: {
      has: () => true,
      read: (address, target) => target.set(this.bytes.subarray(address, address + target.length)),
      write: (address, bytes) => this.bytes.set(bytes, address),
    },
  });

  /** Programs channel 2 as a floppy driver does: mode, address, page, count, unmask. */
  program(mode: number, address: number, count: number): void {
    this.out8(0x0a, 0x06);
    this.out8(0x0c, 0x00);
    this.out8(0x0b, mode);
    this.out8(0x04, address & 0xff, (address >> 8) & 0xff);
    this.out8(0x81, address >> 16);
    this.out8(0x05, (count - 1) & 0xff, (count - 1) >> 8);
    this.out8(0x0a, 0x02);
  }

  read16(port: number): number {
    this.out8(0x0c, 0);
    const low = this.in8(port);
    return low | (this.in8(port) << 8);
  }
}

test('a device gives bytes to memory until terminal count', () => {
  const rig = new DmaRig();
  rig.program(0x46, 0x12345, 4);
  const channel = rig.dma.channel(2);
  expect(channel.give(Uint8Array.of(1, 2, 3)).done).toBe(3);
  expect([rig.in8(0x08), rig.read16(0x04), rig.read16(0x05)]).toEqual([0x00, 0x2348, 0]);
  expect(channel.give(Uint8Array.of(4, 5)).done).toBe(1);
  expect([...rig.bytes.subarray(0x12344, 0x1234b)]).toEqual([0, 1, 2, 3, 4, 0, 0]);
  expect([channel.enabled, rig.read16(0x05)]).toEqual([false, 0xffff]);
  expect([rig.in8(0x08), rig.in8(0x08)]).toEqual([0x04, 0x00]);
});

test('a device takes bytes from memory', () => {
  const rig = new DmaRig();
  rig.bytes.set([9, 8, 7], 0x20000);
  rig.program(0x4a, 0x20000, 3);
  const target = new Uint8Array(5);
  expect(rig.dma.channel(2).take(target)).toEqual({ done: 3, ended: true });
  expect([...target]).toEqual([9, 8, 7, 0, 0]);
});

test('terminal count is told also if nothing is left over', () => {
  const rig = new DmaRig();
  rig.program(0x46, 0x20000, 3);
  const channel = rig.dma.channel(2);
  expect(channel.give(Uint8Array.of(1, 2))).toEqual({ done: 2, ended: false });
  expect(channel.give(Uint8Array.of(3))).toEqual({ done: 1, ended: true });
  expect(channel.give(Uint8Array.of(4))).toEqual({ done: 0, ended: false });
});

test('verify counts without touching memory', () => {
  const rig = new DmaRig();
  rig.program(0x42, 0x20000, 2);
  expect(rig.dma.channel(2).give(Uint8Array.of(1, 2, 3)).done).toBe(2);
  expect(rig.bytes[0x20000]).toBe(0);
});

test('auto-initialisation begins again, each give or take ends at terminal count', () => {
  const rig = new DmaRig();
  rig.program(0x56, 0x30000, 2);
  const channel = rig.dma.channel(2);
  expect(channel.give(Uint8Array.of(1, 2, 3)).done).toBe(2);
  expect([channel.enabled, rig.read16(0x04), rig.read16(0x05)]).toEqual([true, 0x0000, 1]);
});

test('decrement, and the address wraps within its page', () => {
  const rig = new DmaRig();
  rig.program(0x66, 0x10001, 3);
  rig.dma.channel(2).give(Uint8Array.of(1, 2, 3));
  expect([rig.bytes[0x10001], rig.bytes[0x10000], rig.bytes[0x1ffff]]).toEqual([1, 2, 3]);
});

test('channels 5-7 count words, of an address that is shifted', () => {
  const rig = new DmaRig();
  rig.out8(0xd4, 0x05);
  rig.out8(0xd8, 0);
  rig.out8(0xd6, 0x45);
  rig.out8(0xc4, 0x00, 0x80);
  rig.out8(0x8b, 0x03);
  rig.out8(0xc6, 0x01, 0x00);
  rig.out8(0xd4, 0x01);
  expect(rig.dma.channel(5).give(Uint8Array.of(1, 2, 3, 4, 5, 6)).done).toBe(4);
  expect([...rig.bytes.subarray(0x30000, 0x30005)]).toEqual([1, 2, 3, 4, 0]);
  expect(rig.in8(0xd0)).toBe(0x02);
});

test('a masked channel and a disabled controller transfer nothing', () => {
  const rig = new DmaRig();
  rig.program(0x46, 0x10000, 4);
  rig.out8(0x08, 0x04);
  expect(rig.dma.channel(2).give(Uint8Array.of(1)).done).toBe(0);
  rig.out8(0x08, 0x00);
  rig.out8(0x0f, 0x04);
  expect([rig.dma.channel(2).give(Uint8Array.of(1)).done, rig.in8(0x0f)]).toEqual([0, 0xf4]);
  rig.out8(0x0e, 0x00);
  expect(rig.dma.channel(2).give(Uint8Array.of(1)).done).toBe(1);
});

test('a master clear masks all channels; a software request that waits shows in the status', () => {
  const rig = new DmaRig();
  rig.program(0x46, 0x10000, 4);
  rig.out8(0x08, 0x04);
  rig.out8(0x09, 0x06);
  expect(rig.in8(0x08)).toBe(0x40);
  rig.out8(0x0d, 0x00);
  expect([rig.in8(0x08), rig.in8(0x0f), rig.dma.channel(2).enabled]).toEqual([0x00, 0xff, false]);
});

test('page registers without a channel keep what is written: port 0x80', () => {
  const rig = new DmaRig();
  rig.out8(0x80, 0x5a);
  expect([rig.in8(0x80), rig.dma.postCode]).toEqual([0x5a, 0x5a]);
  expect(() => rig.dma.channel(4)).toThrow('there is no DMA channel 4');
});

describe('a software request', () => {
  const request = (rig: DmaRig, channel: number): void => rig.out8(0x09, 4 | channel);

  test('runs to terminal count, masked or not, and ends then', () => {
    const rig = new DmaRig();
    rig.program(0x8a, 0x20000, 4);
    rig.out8(0x0a, 0x06);
    request(rig, 2);
    expect([rig.in8(0x08), rig.in8(0x08)]).toEqual([0x04, 0x00]);
    expect([rig.read16(0x04), rig.read16(0x05)]).toEqual([4, 0xffff]);
  });

  test('in the other modes, too, as it is not cleared before', () => {
    for (const mode of [0x0a, 0x4a]) {
      const rig = new DmaRig();
      rig.program(mode, 0x20000, 300);
      request(rig, 2);
      expect([rig.in8(0x08), rig.read16(0x05)]).toEqual([0x04, 0xffff]);
    }
  });

  test('starts again by itself for the next request', () => {
    const rig = new DmaRig();
    rig.program(0x9a, 0x20000, 4);
    for (let n = 0; n < 2; n++) {
      request(rig, 2);
      expect([rig.in8(0x08), rig.read16(0x04), rig.read16(0x05)]).toEqual([0x04, 0, 3]);
    }
    expect(rig.dma.channel(2).enabled).toBe(true);
  });

  test('writes what a bus has that nobody drives, downwards', () => {
    const rig = new DmaRig();
    rig.program(0xa6, 0x20010, 3);
    request(rig, 2);
    expect([...rig.bytes.subarray(0x2000d, 0x20012)]).toEqual([0, 0xff, 0xff, 0xff, 0]);
  });

  test('waits while the controller is disabled, and for ever in cascade mode', () => {
    const rig = new DmaRig();
    rig.program(0x8a, 0x20000, 4);
    rig.out8(0x08, 0x04);
    request(rig, 2);
    expect([rig.in8(0x08), rig.read16(0x05)]).toEqual([0x40, 3]);
    rig.out8(0x08, 0x00);
    expect([rig.in8(0x08), rig.read16(0x05)]).toEqual([0x04, 0xffff]);
    rig.out8(0xd6, 0xc0);
    rig.out8(0xd2, 0x04);
    expect(rig.in8(0xd0)).toBe(0x10);
  });

  test('of a channel of words moves words', () => {
    const rig = new DmaRig();
    rig.out8(0xd8, 0);
    rig.out8(0xd6, 0x85);
    rig.out8(0xc4, 0x00, 0x10);
    rig.out8(0x8b, 0x02);
    rig.out8(0xc6, 1, 0);
    rig.out8(0xd2, 0x05);
    expect([...rig.bytes.subarray(0x21fff, 0x22005)]).toEqual([0, 0xff, 0xff, 0xff, 0xff, 0]);
    expect(rig.in8(0xd0)).toBe(0x02);
  });
});
