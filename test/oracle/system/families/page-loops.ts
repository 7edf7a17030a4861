import type { Random } from '../../../support/random.ts';
import { loop, type Piece } from '../loops.ts';
import type { Paging } from '../paging.ts';
import type { Family } from '../snippet.ts';

/** Linear addresses: a page of 4 MB or 2 MB from the physical address 0 on, and one page of it by a table. */
const LARGE = 0x400000;

/** Accesses: ESI is an offset in the free memory, that also the large page has. */
const accesses: readonly Piece[] = [
  `mov eax, [esi + ${LARGE}]\n add [esi + 4], eax`,
  `add [esi + ${LARGE}], ecx\n add edx, [esi]`,
  `xchg [esi + ${LARGE + 0x1000}], edx\n add [esi + 0x1000], ecx`,
  `push dword [esi + ${LARGE + 8}]\n pop dword [esi + 8]`,
  `lea edi, [esi + ${LARGE + 0xffa}]\n mov eax, ecx\n stosd\n stosd\n stosd\n add edx, [esi + 0xffc]`,
  `mov dword [esi + 0x100], 0xc3404140\n lea eax, [esi + ${LARGE + 0x100}]\n call eax`,
  `lea ebx, [esi + ${LARGE + 0x100}]\n mov dword [ebx], 0xc3404241\n call ebx\n inc byte [esi + 0x100]\n call ebx\n mov byte [esi + 0x100], 0x90`,
  'add [HOLE + 0xffe], edx\n add ecx, [HOLE + 0x1002]',
  'mov byte [HOLE + 0x20], 0xc3\n mov eax, HOLE + 0x20\n call eax\n inc dword [HOLE + 0x24]',
  'mov [HOLE + 0x2000], ecx\n add edx, [HOLE + 0x2000]',
];

/**
 * Instructions that flush translations: some of them, or all. DIRECTORY_ENTRY maps the large page, SMALL_ENTRY the hole's first
 * one.
 */
const flushes: readonly Piece[] = [
  'mov eax, cr3\n mov cr3, eax',
  'mov eax, cr4\n xor eax, 0x80\n mov cr4, eax',
  'mov eax, cr4\n and eax, ~0x80\n mov cr4, eax\n or eax, 0x80\n mov cr4, eax',
  `invlpg [${LARGE + 0x234567}]`,
  'invlpg [HOLE]',
];

/** Changes of entries that are followed by what makes them count. */
const changes: readonly Piece[] = [
  `xor dword [DIRECTORY_ENTRY], 0x100\n invlpg [esi + ${LARGE}]`,
  `and dword [DIRECTORY_ENTRY], ~0x60\n invlpg [${LARGE}]\n mov eax, [esi + ${LARGE}]\n mov eax, [DIRECTORY_ENTRY]\n add [sum], eax`,
  `and dword [DIRECTORY_ENTRY], ~0x60\n mov eax, cr4\n xor eax, 0x80\n mov cr4, eax\n mov [esi + ${LARGE + 0x40}], ecx\n mov eax, [DIRECTORY_ENTRY]\n add [sum], eax`,
  'xor dword [SMALL_ENTRY], 0x100\n invlpg [HOLE]',
  'xor dword [SMALL_ENTRY], 0x1000\n invlpg [HOLE]',
  'and dword [SMALL_ENTRY], ~0x42\n invlpg [HOLE]\n mov [HOLE], ecx',
  'and dword [SMALL_ENTRY], ~0x21\n mov eax, cr4\n and al, 0x7f\n mov cr4, eax\n or al, 0x80\n mov cr4, eax\n add ecx, [HOLE]',
  'mov eax, cr0\n xor eax, 0x10000\n mov cr0, eax',
];

/** Changes that count at any later moment. */
const lateChanges: readonly Piece[] = [
  'xor dword [SMALL_ENTRY], 0x1000',
  'xor dword [SMALL_ENTRY], 2',
  'xor dword [SMALL_ENTRY], 0x101',
  'xor dword [DIRECTORY_ENTRY], 2',
  'xor dword [DIRECTORY_ENTRY], 0x100',
  'and dword [DIRECTORY_ENTRY], ~0x60',
  'mov eax, cr4\n xor eax, 0x10\n mov cr4, eax\n xor eax, 0x10\n mov cr4, eax',
];

function pageLoop(random: Random, { entry, nextDirectoryEntry }: Paging, pieces: readonly Piece[]): string {
  const values = { DIRECTORY_ENTRY: nextDirectoryEntry, SMALL_ENTRY: entry('HOLE') };
  return ` mov ecx, cr4
 or ecx, ${random.pick(['0x90', '0x10', '0x90'])}
 mov cr4, ecx
 mov dword [${nextDirectoryEntry}], ${random.pick(['0x87', '0x187', '0x183'])}
 mov dword [${entry('HOLE')}], HOLE + ${random.pick(['0x107', '0x103', '7'])}
 mov dword [${entry('HOLE + 0x2000')}], HOLE + 0x107
 invlpg [HOLE]
 invlpg [HOLE + 0x2000]
 invlpg [${LARGE}]
 mov esi, FREE + ${random.pick(['0', '0x2ffe', '0x80'])}
${loop(random, { pieces, counter: '[count]', values: () => values, most: 6 })}
 mov dword [${nextDirectoryEntry}], 0
 invlpg [${LARGE}]
 mov eax, cr4
 and al, 0x7f
 mov cr4, eax`;
}

/** Large and global pages, whose entries change and are flushed, in loops. */
export const pageLoops: Family = {
  'loops with large and global pages': (random, paging) =>
    pageLoop(random, paging, [...accesses, ...flushes, ...changes]),
};

/** Programs in which entries change, and the old ones may still be used later. */
export const stalePageLoops: Family = {
  'loops with large and global pages that are not flushed': (random, paging) =>
    pageLoop(random, paging, [...accesses, ...accesses, ...flushes, ...lateChanges]),
};
