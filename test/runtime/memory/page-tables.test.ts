import { beforeEach, expect, test } from 'vitest';
import type { GuestFault } from '../../../runtime/fault.ts';
import { Mmu } from '../../../runtime/memory/mmu.ts';
import { NestedMode } from '../../../runtime/memory/nested-paging.ts';
import { silentPaging } from '../../../runtime/memory/page-tables.ts';
import { Access } from '../../../runtime/memory/paging.ts';
import { PhysicalMap } from '../../../runtime/memory/physical-map.ts';
import { GuestRam } from '../../../runtime/memory/ram.ts';
import { Cr0, Cr4 } from '../../../translator/abi/control-registers.ts';
import { Exit } from '../../../translator/abi/exits.ts';
import { WORD_COUNT, Word } from '../../../translator/abi/state.ts';

/** A guest with PAE paging, under nested tables of 32-bit paging that map all but one page of the first 4 MB at their places. */
const [POINTERS, DIRECTORY, NESTED, NESTED_TABLE, MISSING] = [0x3000, 0x4000, 0x6000, 0x7000, 0x9000];
const PAGE_BYTES = 4096;
let state: Int32Array;
let mmu: Mmu;

beforeEach(() => {
  state = new Int32Array(WORD_COUNT);
  const map = new PhysicalMap(new GuestRam(1 << 20));
  mmu = new Mmu(state, map);
  put(POINTERS, DIRECTORY | 1);
  put(DIRECTORY, 0x87);
  put(NESTED, NESTED_TABLE | 7);
  for (let page = 0; page < 1024; page++) put(NESTED_TABLE + 4 * page, (page << 12) | 7);
  put(NESTED_TABLE + (MISSING >>> 12) * 4, 0);
  Object.assign(state, {
    [Word.cr0]: Cr0.pe | Cr0.pg,
    [Word.cr3]: POINTERS,
    [Word.cr4]: Cr4.pae,
    [Word.nestedMode]: NestedMode.on,
    [Word.nestedCr3]: NESTED,
  });
});

const put = (physical: number, value: number) => mmu.storePhysical32(physical, value);

function exitOf(run: () => void): Pick<GuestFault, 'exit' | 'information'> {
  try {
    run();
  } catch (error) {
    const { exit, information } = error as GuestFault;
    return { exit, information };
  }
  throw new Error('the guest was not left');
}

test('the page-directory pointers of a guest with nested paging are those in memory', () => {
  expect(mmu.paging.walk(0x5000, Access.read)).toBe(-1);
  expect(mmu.paging.walk(0x40005000, Access.read)).toBe(0);
  put(POINTERS + 8, DIRECTORY | 1);
  expect(mmu.paging.walk(0x40005000, Access.read)).toBe(-1);
  expect(mmu.paging.result.page).toBe(5);
  put(POINTERS + 8, DIRECTORY | 0x21);
  expect(mmu.paging.walk(0x40005000, Access.read)).toBe(9);
  expect(Array.from(state.subarray(Word.pagePointer, Word.pagePointer + 8))).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
});

test.each([
  ['the page', () => {}, 4, 1, MISSING + 0x10],
  ['the page directory', () => put(POINTERS, MISSING | 1), 6, 2, MISSING],
  [
    'the page-directory pointers',
    () => {
      state[Word.cr3] = MISSING;
    },
    6,
    2,
    MISSING,
  ],
])('an access leaves the guest where nested tables do not map %s', (_what, change, code, translated, address) => {
  change();
  const expected = { exit: Exit.nestedPageFault, information: [code, translated, address, 0] };
  expect(exitOf(() => mmu.current.load32(MISSING + 0x10))).toEqual(expected);
});

test('who only asks leaves no guest', () => {
  expect(mmu.paging.allows(0x5000, Access.read)).toBe(true);
  expect(mmu.paging.allows(MISSING, Access.read)).toBe(false);
  expect(mmu.memoryDevice(MISSING, 4)).toBeUndefined();
  expect(mmu.startStore(MISSING)).toBe(false);
  put(POINTERS, MISSING | 1);
  expect(mmu.paging.allows(0x5000, Access.read)).toBe(false);
});

test('a silent walk changes nothing', () => {
  const silent = silentPaging(state, mmu.map);
  const memory = () => Array.from(mmu.ram.words.subarray(POINTERS >>> 2, (NESTED_TABLE + PAGE_BYTES) >>> 2));
  const [before, stateBefore] = [memory(), Array.from(state)];
  expect(silent.walk(0x5000, Access.write)).toBe(-1);
  expect(silent.result.page).toBe(5);
  expect(silent.walk(MISSING, Access.read)).toBe(0);
  expect([memory(), Array.from(state)]).toEqual([before, stateBefore]);
});
