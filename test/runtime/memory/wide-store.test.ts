import { expect, test } from 'vitest';
import { Layer, PhysicalMap } from '../../../runtime/memory/physical-map.ts';
import { GuestRam } from '../../../runtime/memory/ram.ts';
import { WideStore } from '../../../runtime/memory/wide-store.ts';
import { EXIT_PORT, endValue, type GuestProgram, onEveryEngineBy } from '../../support/guest.ts';

/** Where nothing else of the machine is. */
const BASE = 0xd0000000;

/** Registers of 64 bits, and what they were written with: offset, then the halves, or one doubleword. */
function device(stores: string[]) {
  const text = (...values: number[]): number =>
    stores.push(values.map((value) => (value >>> 0).toString(16)).join(' '));
  return {
    name: 'device',
    base: BASE,
    length: 0x1000,
    read: () => 0x11,
    write: (offset: number, size: number, value: number) => void text(offset, value, size),
    writeWide: (offset: number, low: number, high: number) => void text(offset, low, high),
  };
}

/** Each instruction several times, so that it is translated too. */
const program: GuestProgram = {
  mode: 'flat32',
  origin: 0x100000,
  source: `
        mov     eax, cr4
        or      eax, 0x200
        mov     cr4, eax
        fninit
        mov     ebp, 40
.again: movq    mm0, [value]
        movq    [${BASE}], mm0
        emms
        movups  xmm0, [value]
        movlps  [${BASE + 8}], xmm0
        movups  [${BASE + 16}], xmm0
        fild    qword [value]
        fistp   qword [${BASE + 32}]
        fld     qword [real]
        fstp    qword [${BASE + 40}]
        mov     eax, 0x11
        mov     edx, 0x11
        mov     ebx, 1
        mov     ecx, 2
        cmpxchg8b [${BASE + 48}]
        mov     dword [${BASE + 56}], 3
        mov     dword [${BASE + 60}], 4
        movq    mm0, [value]
        movq    [${BASE + 68}], mm0
        emms
        dec     ebp
        jnz     .again
        mov     eax, 1
        mov     edx, ${EXIT_PORT}
        out     dx, eax
        align   16
value:  dd      0x12345678, 0x00ABCDEF, 5, 6
real:   dd      0, 0x3FF80000
`,
};

const stores: string[] = [];
onEveryEngineBy('a store of 64 bits comes to a device at once', program, (guest) => {
  stores.length = 0;
  guest.core.mmu.map.bus(Layer.processor).add(device(stores));
  endValue(guest);
  const round = [
    ...['0 12345678 abcdef', '8 12345678 abcdef', '10 12345678 abcdef', '18 5 6', '20 12345678 abcdef'],
    ...['28 0 3ff80000', '30 1 2', '38 3 4', '3c 4 4'],
    // Not at a multiple of eight: processors too do it in two.
    ...['44 12345678 4', '48 abcdef 4'],
  ];
  expect(stores).toEqual(Array.from({ length: 40 }, () => round).flat());
});

test('an operand that is not stored to its end is written as far as it came', () => {
  const map = new PhysicalMap(new GuestRam(4096));
  const written: string[] = [];
  map.bus(Layer.processor).add(device(written));
  const wide = new WideStore(map);
  wide.probed(0x1000, 8);
  wide.store(0x1000, BASE, 1);
  wide.store(0x2000, BASE + 0x20, 2);
  wide.store(0x1004, BASE + 4, 3);
  expect(written).toEqual(['0 1 4', '20 2 4', '4 3 4']);
  wide.probed(0x1000, 8);
  wide.store(0x1000, BASE, 5);
  wide.probed(0x3000, 8);
  expect(written.at(-1)).toBe('0 5 4');
});

test('a device without registers of 64 bits gets two of 32, the low one first', () => {
  const map = new PhysicalMap(new GuestRam(4096));
  const written: string[] = [];
  const { writeWide: _, ...narrow } = device(written);
  map.bus(Layer.processor).add(narrow);
  map.writeWide(BASE + 8, 1, 2);
  expect(written).toEqual(['8 1 4', 'c 2 4']);
});
