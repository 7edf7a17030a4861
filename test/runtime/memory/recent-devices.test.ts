import { beforeEach, describe, expect, test } from 'vitest';
import { GuestFault } from '../../../runtime/fault.ts';
import { Mmu } from '../../../runtime/memory/mmu.ts';
import { Layer, PhysicalMap } from '../../../runtime/memory/physical-map.ts';
import { GuestRam } from '../../../runtime/memory/ram.ts';
import { Cr0 } from '../../../translator/abi/control-registers.ts';
import { Key } from '../../../translator/abi/key.ts';
import { WORD_COUNT, Word } from '../../../translator/abi/state.ts';

const DEVICE = 0xf000_0000;
const MEMORY = 0x9000;
/** A linear page, and the entry of the page table that says where it is. */
const LINEAR = 0x5000;
const TABLE = 0x2000;
const ENTRY = TABLE + 4 * (LINEAR >>> 12);
const PRESENT_WRITABLE = 3;

let mmu: Mmu;
let map: PhysicalMap;
let state: Int32Array;
let accesses: string[];

beforeEach(() => {
  map = new PhysicalMap(new GuestRam(64 * 4096));
  state = new Int32Array(WORD_COUNT);
  mmu = new Mmu(state, map);
  accesses = [];
  map.bus(Layer.chipset).add({
    name: 'device',
    base: DEVICE,
    length: 0x3000,
    read: (offset) => {
      accesses.push(`load ${offset.toString(16)}`);
      return 0x11;
    },
    write: (offset, _size, value) => void accesses.push(`store ${offset.toString(16)} ${value}`),
  });
  const { words } = map.ram;
  words[0x1000 >>> 2] = TABLE | PRESENT_WRITABLE;
  state[Word.cr3] = 0x1000;
  state[Word.cr0] = Cr0.pg | 1;
  lead(DEVICE);
});

/** Has the linear page lead elsewhere, of which the TLB is not told. */
function lead(physical: number): void {
  map.ram.words[ENTRY >>> 2] = physical | PRESENT_WRITABLE;
}

function walks(act: () => void): number {
  const before = mmu.walks;
  act();
  return mmu.walks - before;
}

describe('accesses to a device', () => {
  test('take one walk for all loads of a page, and one for all stores', () => {
    const count = walks(() => {
      for (let n = 0; n < 4; n++) mmu.current.store8(LINEAR + n, mmu.current.load8(LINEAR + 16 + n));
    });
    expect(count).toBe(2);
    expect(accesses).toEqual([
      'load 10',
      'store 0 17',
      'load 11',
      'store 1 17',
      'load 12',
      'store 2 17',
      'load 13',
      'store 3 17',
    ]);
  });

  test('of another page are that page’s', () => {
    map.ram.words[(ENTRY >>> 2) + 1] = (DEVICE + 0x2000) | PRESENT_WRITABLE;
    for (const page of [LINEAR, LINEAR + 0x1000, LINEAR]) mmu.current.load8(page + 1);
    expect(accesses).toEqual(['load 1', 'load 2001', 'load 1']);
  });

  test.each([
    ['INVLPG', () => mmu.flushPage(LINEAR)],
    ['a load of CR3', () => mmu.flushNonGlobal()],
    ['a flush of all', () => mmu.flushAll()],
  ])('go to memory that is mapped there instead, after %s', (_name, flush) => {
    mmu.current.store8(LINEAR, 1);
    mmu.current.load8(LINEAR);
    lead(MEMORY);
    flush();
    mmu.current.store8(LINEAR, 7);
    expect([mmu.current.load8(LINEAR), map.ram.bytes[MEMORY]]).toEqual([7, 7]);
    expect(accesses).toHaveLength(2);
  });

  test('fault where the level has no right to the page, though another one has just had it', () => {
    mmu.current.load8(LINEAR);
    mmu.current.store8(LINEAR, 1);
    state[Word.key] |= Key.user;
    expect(() => mmu.current.load8(LINEAR)).toThrow(GuestFault);
    expect(() => mmu.current.store8(LINEAR, 1)).toThrow(GuestFault);
    expect(accesses).toHaveLength(2);
  });

  test('go to memory that the chipset puts there', () => {
    mmu.current.load8(LINEAR);
    const [base, length] = [DEVICE, 0x1000];
    const frame = MEMORY >>> 12;
    map.add({ name: 'memory', layer: Layer.chipset, base, length, reads: frame, writes: frame });
    map.ram.bytes[MEMORY] = 9;
    expect(mmu.current.load8(LINEAR)).toBe(9);
  });

  test('are seen by who watches the page, each', () => {
    const seen: number[] = [];
    mmu.current.load8(LINEAR);
    mmu.watch('debugger', [{ page: LINEAR >>> 12, reads: true, writes: true, fetches: false }], (linear) => {
      seen.push(linear);
    });
    mmu.current.load8(LINEAR + 1);
    mmu.current.store8(LINEAR + 2, 0);
    mmu.current.load8(LINEAR + 3);
    expect(seen).toEqual([LINEAR + 1, LINEAR + 2, LINEAR + 3]);
  });
});
