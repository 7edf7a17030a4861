import { describe, expect, test } from 'vitest';
import type { Saved } from '../../../../runtime/snapshot/describe.ts';
import { restore } from '../../../support/restore.ts';
import { FRAME_BUFFER, ROM, VgaRig } from './rig.ts';

describe('registers', () => {
  test('are read back as far as they can be written', () => {
    const rig = new VgaRig();
    rig.sequencer(2, 0xff);
    rig.graphics(5, 0xff);
    rig.crtc(0x0c, 0x12);
    expect([rig.in8(0x3c5), rig.in8(0x3cf), rig.in8(0x3d5), rig.in8(0x3cc)]).toEqual([0x0f, 0x7b, 0x12, 0x67]);
  });

  test('the attribute port takes index and data by turns, and begins anew after a read of the status', () => {
    const rig = new VgaRig();
    rig.attribute(0x31, 0x77);
    rig.out8(0x3c0, 0x05);
    rig.attribute(0x33, 0x02);
    rig.in8(0x3da);
    rig.out8(0x3c0, 0x31);
    expect([rig.in8(0x3c1), rig.in8(0x3c0)]).toEqual([0x77, 0]);
    rig.in8(0x3da);
    expect(rig.in8(0x3c0)).toBe(0x31);
  });

  test('those of the CRT controller that are protected keep their value, but for a bit of line compare', () => {
    const rig = new VgaRig();
    rig.crtc(0, 0x5f);
    rig.crtc(7, 0x0f);
    rig.crtc(0x11, 0x80);
    rig.crtc(0, 0x11);
    rig.crtc(7, 0xf0);
    const read = [0, 7].map((index) => {
      rig.out8(0x3d4, index);
      return rig.in8(0x3d5);
    });
    expect(read).toEqual([0x5f, 0x1f]);
  });

  test('of a monochrome card are at 3Bxh, and then nowhere else', () => {
    const rig = new VgaRig();
    rig.out8(0x3c2, 0x66);
    rig.out8(0x3b4, 0x0e);
    rig.out8(0x3b5, 0x55);
    expect([rig.in8(0x3b5), rig.in8(0x3d5), rig.in8(0x3ba)]).toEqual([0x55, 0xff, expect.any(Number)]);
    rig.out8(0x3c2, 0x67);
    expect([rig.in8(0x3b5), rig.in8(0x3d5)]).toEqual([0xff, 0x55]);
  });

  test('a color of the DAC changes with its third component, and indices go on by themselves', () => {
    const rig = new VgaRig();
    rig.out8(0x3c8, 0xff);
    rig.out8(0x3c9, 1, 2, 0xff, 4, 5);
    rig.out8(0x3c7, 0xff);
    const read = Array.from({ length: 6 }, () => rig.in8(0x3c9));
    expect(read).toEqual([1, 2, 0x3f, 0, 0, 0]);
    expect([rig.in8(0x3c7), rig.in8(0x3c8)]).toEqual([3, 0]);
  });
});

describe('the beam', () => {
  /** The timing that the BIOS gives mode 13h: 449 lines of 100 characters at 25.175 MHz. */
  function mode13(): VgaRig {
    const rig = new VgaRig();
    rig.out8(0x3c2, 0x63);
    rig.sequencer(1, 0x01);
    const timing = { 0: 0x5f, 1: 0x4f, 6: 0xbf, 7: 0x1f, 9: 0x41, 16: 0x9c, 17: 0x8e, 18: 0x8f };
    for (const [index, value] of Object.entries(timing)) rig.crtc(Number(index), value);
    return rig;
  }
  const LINE = (100 * 8 * 1e9) / 25_175_000;

  test('passes 70 times a second, and is dark at the end of each line', () => {
    const rig = mode13();
    let [retraces, was] = [0, 0];
    for (let time = 0; time < 1e9; time += LINE) {
      const is = rig.in8(0x3da) & 8;
      if (is !== 0 && was === 0) retraces++;
      was = is;
      rig.advance(LINE);
    }
    expect(retraces).toBe(70);
  });

  test('is dark after 640 of 800 dots, below line 400, and in retrace from line 412 on for two lines', () => {
    const statusAt = (line: number, part: number) => {
      const rig = mode13();
      rig.advance((line + part) * LINE);
      return rig.in8(0x3da) & 9;
    };
    expect([statusAt(10, 0.5), statusAt(10, 0.79), statusAt(10, 0.81), statusAt(399, 0.5)]).toEqual([0, 0, 1, 0]);
    expect([statusAt(400, 0.5), statusAt(412, 0.5), statusAt(413, 0.5), statusAt(414, 0.5)]).toEqual([1, 9, 9, 1]);
  });
});

describe('memory at A0000h', () => {
  test('chained is the frame buffer, byte by byte', () => {
    const rig = new VgaRig();
    rig.setChained();
    rig.mmu.current.store32(0xa0000 + 1001, 0x44332211);
    expect(rig.mmu.current.load32(FRAME_BUFFER + 1001)).toBe(0x44332211);
    expect(rig.mmu.current.load16(0xa0000 + 1002)).toBe(0x3322);
  });

  test('planar has a byte of each plane at an address, written where the map mask says and read by the map select', () => {
    const rig = new VgaRig();
    rig.setPlanar();
    rig.setPlanes(5, 0x44332211);
    rig.sequencer(2, 0b0101);
    rig.mmu.current.store8(0xa0005, 0xee);
    rig.graphics(4, 2);
    expect([rig.planes(5), rig.mmu.current.load8(0xa0005)]).toEqual([0x44ee22ee, 0xee]);
  });

  test('odd and even addresses reach planes 0 and 1 in text modes', () => {
    const rig = new VgaRig();
    rig.sequencer(2, 3);
    rig.graphics(5, 0x10);
    rig.graphics(6, 0x0e);
    rig.graphics(8, 0xff);
    rig.setPlanes(2, 0x44330000);
    rig.mmu.current.store16(0xb8004, 0x0741);
    expect([rig.planes(2), rig.mmu.current.load16(0xb8004), rig.mmu.current.load8(0xa0000)]).toEqual([
      0x44330741, 0x0741, 0xff,
    ]);
  });

  test.each([
    ['0 passes the byte, rotated', { 3: 0x04 }, 0x12, 0x21212121],
    ['0 with set/reset', { 0: 0b0110, 1: 0b0011 }, 0x12, 0x1212ff00],
    ['0 with a bit mask takes other bits from the latches', { 8: 0x0f }, 0xa5, 0x45352515],
    ['0 and', { 3: 0x08 }, 0xf0, 0x40302010],
    ['0 or', { 3: 0x10 }, 0x0f, 0x4f3f2f1f],
    ['0 xor', { 3: 0x18 }, 0xff, 0xbbccddee],
    ['1 copies the latches', { 5: 1 }, 0, 0x44332211],
    ['2 fills planes by color', { 5: 2, 8: 0xf0 }, 0b1001, 0xf40302f1],
    ['3 has the byte as a mask for set/reset', { 5: 3, 0: 0b1100, 8: 0x3c }, 0xff, 0x7c3f0201],
  ])('write mode %s', (_, registers, value, expected) => {
    const rig = new VgaRig();
    rig.setPlanar();
    rig.setPlanes(0, 0x44332211);
    rig.mmu.current.load8(0xa0000);
    for (const [index, content] of Object.entries(registers)) rig.graphics(Number(index), content);
    rig.mmu.current.store8(0xa0000, value);
    expect(rig.planes(0).toString(16)).toBe(expected.toString(16));
  });

  test('read mode 1 compares the planes that count with a color', () => {
    const rig = new VgaRig();
    rig.setPlanar();
    rig.setPlanes(0, 0xf0_cc_aa_00);
    rig.graphics(5, 8);
    rig.graphics(2, 0b1010);
    rig.graphics(7, 0b1111);
    expect(rig.mmu.current.load8(0xa0000)).toBe(0xf0 & ~0xcc & 0xaa);
    rig.graphics(7, 0b1000);
    expect(rig.mmu.current.load8(0xa0000)).toBe(0xf0);
  });
});

test.each([
  ['the sequencer says which planes are written', { sequencer: 0, mode: 0, miscellaneous: 0 }, [0, 0x4100, 0x41]],
  ['the graphics mode which one is read', { sequencer: 4, mode: 0x10, miscellaneous: 0 }, [0, 0x4141, 0x41]],
  [
    'its other register whether the address has a bit less',
    { sequencer: 4, mode: 0, miscellaneous: 2 },
    [0x4141, 0, 0x41],
  ],
])('of odd and even addresses %s', (_, { sequencer, mode, miscellaneous }, expected) => {
  const rig = new VgaRig();
  rig.sequencer(2, 3);
  rig.sequencer(4, 2 | sequencer);
  rig.graphics(4, sequencer === 0 ? 1 : 0);
  rig.graphics(5, mode);
  rig.graphics(6, 0x04 | miscellaneous);
  rig.graphics(8, 0xff);
  rig.mmu.current.store8(0xa0001, 0x41);
  expect([rig.planes(0), rig.planes(1), rig.mmu.current.load8(0xa0001)]).toEqual(expected);
});

test('memory answers with RAM enable unset, as in QEMU', () => {
  const rig = new VgaRig();
  rig.setPlanar();
  rig.out8(0x3c2, 0x65);
  rig.mmu.current.store8(0xa0000, 0x5a);
  expect([rig.mmu.current.load8(0xa0000), rig.in8(0x3cc)]).toEqual([0x5a, 0x65]);
});

describe('memory that is linear', () => {
  test('stands at A0000h itself after some accesses, and the device as soon as it is not', () => {
    const rig = new VgaRig();
    rig.setChained();
    expect(rig.isDirect(0xa0000)).toBe(false);
    for (let n = 0; n < 300; n++) rig.mmu.current.store8(0xa0000 + n, n);
    expect([rig.isDirect(0xa0000), rig.isDirect(0xaf000), rig.isDirect(0xb0000)]).toEqual([true, true, false]);
    rig.mmu.current.store8(0xa0400, 0x77);
    rig.sequencer(2, 1);
    expect([rig.isDirect(0xa0000), rig.mmu.current.load8(0xa0400), rig.mmu.current.load8(0xa0010)]).toEqual([
      false,
      0x77,
      0x10,
    ]);
  });

  test('that changes with each pixel stays with the device', () => {
    const rig = new VgaRig();
    rig.setChained();
    for (let n = 0; n < 2000; n++) {
      rig.sequencer(2, 1 << (n & 3));
      rig.sequencer(2, 15);
      rig.mmu.current.store8(0xa0000 + n, n);
      expect(rig.isDirect(0xa0000)).toBe(false);
    }
  });
});

describe('VBE', () => {
  test('a mode clears what it shows, and its bank is at A0000h', () => {
    const rig = new VgaRig();
    rig.setPlanes(100, 0x01020304);
    rig.setVbeMode(800, 600, 16);
    expect(rig.planes(100)).toBe(0);
    rig.vbe(5, 3);
    for (let n = 0; n < 300; n++) rig.mmu.current.store8(0xa0000 + n, n);
    expect([rig.mmu.current.load8(FRAME_BUFFER + 0x30000 + 5), rig.isDirect(0xa0000)]).toEqual([5, true]);
    rig.vbe(5, 4);
    rig.mmu.current.store8(0xa0005, 0x99);
    expect(rig.mmu.current.load32(FRAME_BUFFER + 0x40004)).toBe(0x9900);
    rig.vbe(4, 0xc1);
    expect(rig.mmu.current.load32(FRAME_BUFFER + 0x40004)).toBe(0x9900);
  });

  test('sizes that do not fit become ones that do', () => {
    const rig = new VgaRig();
    rig.setVbeMode(1027, 9000, 17);
    expect([1, 2, 3, 6, 7].map((index) => rig.vbe(index))).toEqual([1024, 9000, 8, 1024, 16384]);
    rig.setVbeMode(4096, 9000, 32);
    expect([1, 2, 7].map((index) => rig.vbe(index))).toEqual([4096, 1024, 1024]);
    rig.vbe(9, 100);
    expect(rig.vbe(9)).toBe(0);
  });

  test('tells its version, its memory and its limits', () => {
    const rig = new VgaRig();
    expect([rig.vbe(0), rig.vbe(0, 0xb0c2), rig.vbe(0, 0x1234), rig.vbe(10)]).toEqual([0xb0c5, 0xb0c2, 0xb0c2, 256]);
    rig.vbe(4, 2);
    expect([1, 2, 3].map((index) => rig.vbe(index))).toEqual([16000, 12000, 32]);
  });
});

describe('on PCI', () => {
  test('it is what QEMU has', () => {
    const rig = new VgaRig();
    expect([0x00, 0x08, 0x10, 0x2c].map((register) => rig.configuration(register).toString(16))).toEqual([
      '11111234',
      '3000002',
      'e0000008',
      '11001af4',
    ]);
  });

  test('the ROM is where its register says, once it is enabled there', () => {
    const rig = new VgaRig();
    rig.configure(0x30, 0xffffffff);
    expect(rig.configuration(0x30)).toBe(0xffffe001);
    rig.configure(0x30, 0xd0000000);
    expect(rig.isDirect(0xd0000000)).toBe(false);
    rig.configure(0x30, 0xd0000001);
    rig.mmu.current.store8(0xd0000000 + 4999, 0x11);
    expect(rig.mmu.current.load8(0xd0000000 + 4999)).toBe(ROM[4999]);
  });

  test('the registers are in memory too, and what the monitor tells of itself', () => {
    const rig = new VgaRig();
    rig.configure(0x18, 0xd1000000);
    rig.mmu.current.store8(0xd1000400 + 0x14, 0x0f);
    rig.mmu.current.store8(0xd1000400 + 0x15, 0x5a);
    rig.mmu.current.store16(0xd1000502, 1280);
    rig.mmu.current.store32(0xd1000504, (32 << 16) | 800);
    rig.out8(0x3d4, 0x0f);
    expect([rig.in8(0x3d5), rig.vbe(1), rig.vbe(2), rig.vbe(3)]).toEqual([0x5a, 1280, 800, 32]);
    expect([rig.mmu.current.load16(0xd1000514), rig.mmu.current.load32(0xd1000604)]).toEqual([256, 0x1e1e1e1e]);
    const bytes = Array.from({ length: 128 }, (_, n) => rig.mmu.current.load8(0xd1000000 + n));
    expect(bytes.reduce((sum, byte) => sum + byte) % 256).toBe(0);
    expect([bytes[54 + 2], bytes[54 + 4] >> 4, bytes[54 + 5]]).toEqual([1280 & 0xff, 1280 >> 8, 800 & 0xff]);
  });
});

describe('a screen', () => {
  test('gets pages once, and again after they were written by any way', () => {
    const rig = new VgaRig();
    rig.setPlanar();
    expect(rig.vga.pictures.update().pages).toHaveLength(64);
    expect(rig.vga.pictures.update().pages).toEqual([]);
    rig.mmu.current.store8(0xa0000 + 1024 * 3, 0xff);
    rig.mmu.current.store8(FRAME_BUFFER + 0x9004, 0x12);
    rig.mmu.current.store8(FRAME_BUFFER + 0x9005, 0x34);
    const { pages, bytes } = rig.vga.pictures.update();
    expect([pages, bytes.length, bytes[0], bytes[0x1004]]).toEqual([[3, 9], 0x2000, 0xff, 0x12]);
  });

  test('of a VBE mode gets what it shows', () => {
    const rig = new VgaRig();
    rig.setVbeMode(640, 480, 32);
    rig.vbe(6, 1024);
    rig.vbe(9, 1);
    expect(rig.vga.pictures.update().pages).toEqual(Array.from({ length: 480 }, (_, n) => n + 1));
  });

  test('of memory that stands at A0000h sees the first store after each update', () => {
    const rig = new VgaRig();
    rig.setChained();
    for (let n = 0; n < 300; n++) rig.mmu.current.store8(0xa0000, n);
    rig.vga.pictures.update();
    rig.mmu.current.store8(0xa2345, 1);
    rig.mmu.current.store8(0xa2346, 1);
    expect(rig.vga.pictures.update().pages).toEqual([2]);
  });
});

test('its state is restored, with what stands at A0000h', () => {
  const rig = new VgaRig();
  rig.setVbeMode(640, 480, 8);
  rig.vbe(5, 2);
  const other = new VgaRig();
  restore(other.vga.component, rig.vga.component.save());
  other.mmu.current.store8(0xa0001, 0x42);
  expect([other.vbe(1), other.mmu.current.load8(FRAME_BUFFER + 0x20001)]).toEqual([640, 0x42]);
});

test.each([
  ['sequencerIndex', 8],
  ['graphicsIndex', 16],
  ['dacComponent', 3],
])('a saved %s that no register has is refused', (name, value) => {
  const { vga } = new VgaRig();
  const saved = { ...(vga.component.save() as Record<string, Saved>), [name]: value };
  expect(() => vga.component.load(saved)).toThrow(`vga.${name}: expected 0-${value - 1}, found ${value}`);
});
