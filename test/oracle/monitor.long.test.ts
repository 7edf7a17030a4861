import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CoreFile, readCoreFile } from '../support/core-file.ts';
import { classicTables, extendedTables, pagingRom } from '../support/paging-rom.ts';
import { haltingRom, shownByOurs, shownByQemu } from './monitor/run.ts';
import { qemuVersion } from './qemu-guest.ts';

const TIMEOUT = 120_000;

/** Lines whose echo and answer are the same, byte by byte but for blanks at the ends of lines. */
const lines = [
  ...['info registers', 'info status', 'info kvm', 'info name'],
  ...['x/8xb 0xf0100', 'xp/4xw 0xf0100', 'x/2xg 0xf0100', 'x/4dh 0xf0100', 'x/3uw 0xf0100', 'x'],
  ...['x/9ob 0xf0100', 'x/5c 0xf0010', 'x 0xf0010', 'x/h 0xf0010', 'x/20xb 0xf0100', 'xp/2dw 0xfffffff0'],
  ...['xp/4xw 0x20000000', 'xp/2xw 0', 'xp/3dg 0', 'xp/zz 0', 'xp/4', 'x/4xw 0 foo'],
  ...['p $eax', 'p/x $eip', 'p/x $esp + 4', 'p/d -1', 'p/u -1', 'p/o 8', 'p/c 65', 'p 10', "p 'a'", 'p/x $ss.limit'],
  ...['p 1+2*3', 'p (1+2)*3', 'p 7&3|8', 'p 1+2&3', 'p 6*2^3', 'p ~0', 'p/x 0x7fffffffffffffff+1', 'p 010', 'p 1/0'],
  ...['p 09', 'p 12z', 'p $foo', 'p (1', 'p', 'p "a', 'p 99999999999999999999999'],
  ...['foo', 'info foo', 'foo bar', 'INFO', '', '  ', 'help foo', 'help stop', 'help info pic', '? x', 'help sendkey'],
  ...['stop foo', 'info status foo', 'stop', 'info status', 'cont', 'info status', 's', 'c'],
  ...['sendkey', 'sendkey a b', 'sendkey a-foo', 'sendkey a--b', 'sendkey -', 'sendkey ctrl-alt-f1 1'],
  ...['mouse_move 1', 'mouse_move 1 2', 'mouse_button', 'mouse_button 1', 'mouse_button 0'],
  ...['screendump', 'change', 'change foo', 'change foo bar', 'eject', 'eject foo', 'eject -x foo'],
  ...['pmemsave', 'pmemsave 0', 'memsave 0 16 /tmp/x', 'nmi foo', 'i', 'o /b 0x80', 'i/h 0xeeee', 'o/b 0x80 5'],
  ...[
    'sum 0xf0000 0x10000',
    'sum 0 0',
    'sum',
    'gva2gpa 0x7c05',
    'gva2gpa',
    'info usb',
    'help gva2gpa',
    'help info usb',
  ],
  ...['boot_set', 'boot_set c', 'boot_set dn', 'boot_set cc', 'boot_set xyz', 'boot_set abcd', 'boot_set e'],
  ...['block_resize', 'block_resize foo 3M', 'block_resize foo -3', 'block_resize foo', 'help block_resize'],
  ...['commit', 'commit all', 'commit foo', 'help commit', 'wavcapture', 'wavcapture /tmp/x', 'stopcapture'],
  ...['info capture', 'stopcapture 0', 'help wavcapture', 'help stopcapture', 'help info lapic', 'help boot_set'],
  ...['cpu', 'cpu 0', 'cpu 1', 'cpu -1', 'cpu 0x100000000', 'cpu x', 'mouse_set 2', 'mouse_set 9', 'mouse_set -1'],
  ...['info mice', 'mouse_button -1', 'i/b -1', 'i/b 0x80.-1', 'i/b 0x80.', 'o/b 0x80 0x100000000', 'sum -1 4'],
  ...['pmemsave 0 0x100000000 "x"', 'stopcapture -1', 'info lapic -1', 'sendkey a -1', 'sendkey <-a 1', 'sendkey <<'],
  ...['balloon', 'balloon x', 'balloon -1', 'balloon 64M', 'balloon 1+1', 'set_link foo', 'set_link foo bar'],
  ...['set_link foo on', 'screendump x vga', 'screendump x vga y', 'block_resize foo 0x10', 'block_resize foo 1+1'],
  ...['block_resize foo 10x', 'set_password foo x', 'set_password spice x', 'expire_password foo x'],
  ...['dump-guest-memory', 'dump-guest-memory /nonexistent/x', 'dump-guest-memory x 0x1000', 'info dump'],
  ...['dump-guest-memory -l x', 'dump-guest-memory -p -w x', 'dump-guest-memory -l -z x', 'dump-guest-memory -x y'],
  ...[
    'x\x1b[D',
    'infox\x7f status',
    'xinfo kvm\x01\x04',
    'nfo kvm\x01i\x05',
    'info\x1b[D\x1b[D\x1b[C\x05 kvm',
    '\x1b[A',
  ],
];

/** The bytes of each page of a dump, by its linear and its physical address. */
function pagesOf({ segments }: CoreFile): ReadonlyMap<string, string> {
  const pages = new Map<string, string>();
  for (const { virtual, physical, bytes } of segments) {
    for (let at = 0; at < bytes.length; at += 4096)
      pages.set(
        `${(virtual + at).toString(16)} ${(physical + at).toString(16)}`,
        Buffer.from(bytes.subarray(at, at + 4096)).toString('latin1'),
      );
  }
  return pages;
}

/** EBP has the signature that CPUID told the ROM; CS after a reset is a data segment in one, a code segment in the other. */
const different: Readonly<Record<string, readonly number[]>> = { CORE: [20], QEMU: [8, 40] };

function wordsOf({ notes }: CoreFile, name: string): number[] {
  const words = new Uint32Array(Uint8Array.from(notes.get(name)!).buffer);
  return [...words].filter((_, n) => !different[name]!.includes(n));
}

let folder: string;
let rom: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'monitor-'));
  rom = join(folder, 'rom');
  writeFileSync(rom, haltingRom());
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.skipIf(qemuVersion() === undefined)("beside QEMU's monitor (npm run install-oracles gets it)", () => {
  test('every line has the same echo and the same answer', { timeout: TIMEOUT }, async () => {
    const [ours, theirs] = [await shownByOurs(rom, lines), await shownByQemu(rom, lines)];
    for (const [n, line] of lines.entries()) expect.soft(ours[n], line).toBe(theirs[n]);
  });

  test.each([
    ['32-bit', classicTables],
    ['PAE', extendedTables],
  ])('page tables of %s paging', { timeout: TIMEOUT }, async (kind, tables) => {
    const path = join(folder, kind);
    writeFileSync(path, pagingRom(tables));
    const asked = ['info tlb', 'info mem'];
    const [ours, theirs] = [await shownByOurs(path, asked), await shownByQemu(path, asked, ['-cpu', 'max'])];
    expect(ours[0]).toMatch(/ 0{16} -{7}UW\r\n/);
    // QEMU shows the bit that forbids execution as one of the address, too.
    expect(ours).toEqual(theirs.map((text) => text.replaceAll(': 8000000', ': 0000000')));
  });

  test.each([
    ['all memory', ''],
    ['what page tables map', '-p '],
  ])('a dump of %s', { timeout: TIMEOUT }, async (_, flags) => {
    const path = join(folder, 'paging');
    writeFileSync(path, pagingRom(classicTables));
    const dumps: CoreFile[] = [];
    for (const shown of [shownByOurs, shownByQemu]) {
      const dump = join(folder, 'dump');
      const [answer] = await shown(path, [`dump-guest-memory ${flags}${dump}`]);
      expect(answer).not.toContain('Error');
      dumps.push(readCoreFile(readFileSync(dump)));
      rmSync(dump);
    }
    const [ours, theirs] = dumps as [CoreFile, CoreFile];
    // QEMU leaves a large page out that begins where nothing is, and has an empty ROM from C0000h on.
    const isRom = (page: string) => / ([cdef]|ffff)[0-9a-f]{4}$/.test(page);
    const [own, other] = [pagesOf(ours), pagesOf(theirs)];
    for (const page of new Set([...own.keys(), ...other.keys()]))
      if (!isRom(page)) expect(own.get(page), page).toBe(other.get(page));
    for (const name of ['CORE', 'QEMU']) expect(wordsOf(ours, name), name).toEqual(wordsOf(theirs, name));
  });
});
