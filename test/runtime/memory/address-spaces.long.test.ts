import { describe, expect, test } from 'vitest';
import { Mmu } from '../../../runtime/memory/mmu.ts';
import { Access } from '../../../runtime/memory/paging.ts';
import { Layer, PhysicalMap } from '../../../runtime/memory/physical-map.ts';
import { GuestRam } from '../../../runtime/memory/ram.ts';
import { Cr0, Cr4 } from '../../../translator/abi/control-registers.ts';
import { WORD_COUNT, Word } from '../../../translator/abi/state.ts';
import { Random } from '../../support/random.ts';

const FRAMES = 2048;
/** So many frames hold page tables of all levels. */
const TABLE_FRAMES = 24;
/** Values of CR3: with PCD and PWT, and with PAE paging a table in the midst of a page. */
const SPACES = [0x3000, 0x5018, 0x7e60];
const pointersOf = (space: number): number => (space & -32) / 4;
const PRESENT = 1;
const LARGE = 1 << 7;
/** Bit of an entry that maps a large page: no part of the address. */
const PAT = 1 << 12;

interface Kind {
  readonly name: string;
  readonly cr4: number;
  /** Entries of a directory that map pages of 2 or 4 MB, of eight. */
  readonly large: number;
}

const kinds: readonly Kind[] = [
  { name: '32-bit paging, where no page is large', cr4: 0, large: 3 },
  { name: '32-bit paging with large pages', cr4: Cr4.pse, large: 3 },
  { name: 'PAE paging', cr4: Cr4.pae, large: 3 },
];

/** The lower word of an entry: a table, or a page of either size, some where no memory is, some not present. */
function randomEntry({ cr4, large }: Kind, random: Random): number {
  const [largeShift, largePages] = cr4 & Cr4.pae ? [21, 5] : [22, 3];
  const isTable = random.below(2) === 0;
  const page = random.below(isTable ? TABLE_FRAMES : FRAMES + 16);
  const isLarge = random.below(8) < large;
  const pat = random.below(2) * PAT;
  const base = isLarge ? (random.below(largePages) << largeShift) | LARGE | pat : page << 12;
  return base | (random.below(4) > 0 ? PRESENT : 0);
}

/** Tables of nonsense, which lead to one another and to frames. */
function fillTables({ words }: GuestRam, kind: Kind, random: Random): void {
  const isExtended = (kind.cr4 & Cr4.pae) !== 0;
  for (let word = 0; word < TABLE_FRAMES * 1024; word += isExtended ? 2 : 1) {
    words[word] = randomEntry(kind, random);
    if (isExtended) words[word + 1] = random.below(64) === 0 ? 1 : 0;
  }
  if (!isExtended) return;
  // Pointers have no page size.
  for (const space of SPACES) for (let n = 0; n < 8; n += 2) words[pointersOf(space) + n] &= ~LARGE;
}

describe.each(kinds)('$name', (kind) => {
  const state = new Int32Array(WORD_COUNT);
  const map = new PhysicalMap(new GuestRam(FRAMES * 4096));
  let reads = 0;
  const read = () => {
    reads++;
    return 0;
  };
  map.bus(Layer.chipset).add({ name: 'registers', base: FRAMES * 4096, length: 0x8000, read, write: () => undefined });
  const { paging, spaces } = new Mmu(state, map);
  const random = new Random(7);
  fillTables(map.ram, kind, random);
  state[Word.cr0] = Cr0.pe | Cr0.pg;
  state[Word.cr4] = kind.cr4;

  /** The frame that the processor finds at a linear page of an address space; -1 if it finds no memory. */
  function walked(space: number, linearPage: number): number {
    state[Word.cr3] = space;
    state.set(map.ram.words.subarray(pointersOf(space), pointersOf(space) + 8), Word.pagePointer);
    return paging.walk(linearPage << 12, Access.read) === -1 ? map.frameAt(paging.result.page) : -1;
  }

  test('any address space leads where the processor goes while it is the current one', () => {
    let mapped = 0;
    for (let n = 0; n < 20_000; n++) {
      if (n === 10_000) map.setA20(false);
      const space = SPACES[random.below(SPACES.length)]!;
      const linearPage = random.below(1 << 20);
      const frame = walked(space, linearPage);
      state[Word.cr3] = SPACES[random.below(SPACES.length)]!;
      if (frame >= 0) mapped++;
      const others = [random.below(FRAMES), random.below(FRAMES)].filter((other) => other !== frame);
      const leads = [frame, ...others].filter((one) => one >= 0 && spaces.maps(space, linearPage, one));
      expect(leads).toEqual(frame < 0 ? [] : [frame]);
    }
    map.setA20(true);
    expect(mapped).toBeGreaterThan(1000);
    expect(mapped).toBeLessThan(18_000);
  });

  test('looking sets no accessed bits, and reads no device', () => {
    const before = map.ram.words.slice();
    reads = 0;
    for (const space of SPACES) {
      for (let linearPage = 0; linearPage < 1 << 20; linearPage += 77) spaces.maps(space, linearPage, 9);
    }
    expect(map.ram.words).toEqual(before);
    expect(reads).toBe(0);
    for (const space of SPACES)
      for (let linearPage = 0; linearPage < 1 << 20; linearPage += 77) walked(space, linearPage);
    expect(reads).toBeGreaterThan(0);
  });
});
