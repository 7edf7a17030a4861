import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { program } from '../src/support/command-line.ts';
import { CHIP_BYTES, command, flashRom, load, type Step, store } from './pflash/rom.ts';
import { qemuVersion } from './qemu-guest.ts';

const TIMEOUT = 60_000;

/** Loads after each command. */
const reads: readonly Step[] = [
  ...[load(0), load(0x10, 2), load(0x13, 4)],
  ...[...command(0, 0x70), load(0), load(0x122, 2), load(0x200, 4)],
  ...[...command(0x55, 0x98), ...Array.from({ length: 0x60 }, (_, n) => load(n)), load(0x110), load(0x10, 4)],
  ...[...command(0, 0xff), load(0, 4)],
  ...[...command(0, 0x90), ...[0, 1, 2, 3].map((n) => load(n)), load(0x1002), load(0, 4), ...command(0, 0xff), load(4)],
  // The status is 0 after it was cleared.
  ...[...command(0, 0x50), load(0), ...command(0, 0x70), load(0), ...command(0, 0xff), load(0)],
  // Unknown commands, and those of AMD's set.
  ...[...command(0, 0x00), load(0), ...command(0, 0xf0), load(0), ...command(0, 0xaa), load(0)],
];

/** Programs of erased bytes, and erased blocks: where QEMU does as the data sheet says. */
const writes: readonly Step[] = [
  ...[...command(0x1000, 0x20, 0xd0), load(0x1000), ...command(0x1000, 0xff), load(0xfff), load(0x1000), load(0x1fff)],
  ...[load(0x2000), ...command(0x1004, 0x40, 0x12), load(0x1004), ...command(0x1005, 0x10, 0x34), load(0), load(0, 4)],
  ...[...command(0x1008, 0x40), store(0x1008, 0x12345678, 4), ...command(0x100c, 0x40), store(0x100c, 0x9abc, 2)],
  ...[...command(0, 0xff), load(0x1004, 4), load(0x1008, 4), load(0x100c, 4)],
  // A buffer of five bytes, and one of four words.
  ...[...command(0x1020, 0xe8), load(0x1020), ...command(0x1020, 4), load(0x1020)],
  ...[1, 2, 3, 4, 5].map((value, n) => store(0x1020 + n, value)),
  ...[load(0x1020), ...command(0x1020, 0xd0), load(0x1020), ...command(0x1020, 0xff), load(0x1020, 4), load(0x1024, 4)],
  ...[...command(0x1100, 0xe8, 3), ...[0, 4, 8, 12].map((n) => store(0x1100 + n, 0x01020304 * (n + 1), 4))],
  ...[...command(0x1100, 0xd0, 0xff), ...[0, 4, 8, 12].map((n) => load(0x1100 + n, 4))],
  // Locks: told to be done, and taken back.
  ...[...command(0x1000, 0x60, 0x01), load(0), ...command(0x1000, 0x60, 0xd0), load(0)],
  ...[...command(0, 0x50, 0x40), store(0x1200, 0), load(0), ...command(0, 0xff), load(0x1200)],
  // Given up.
  ...[...command(0x3000, 0x60, 0xff), load(0x3000), ...command(0, 0x98, 0xff), load(0x3000)],
];

/** Both tried on a chip that can only be read. Not a buffer: QEMU shows the array then, without an error. */
const refused: readonly Step[] = [
  ...[...command(0x1000, 0x40, 0x00), load(0), ...command(0, 0x50, 0x20, 0xd0), load(0)],
  ...[...command(0, 0x50), load(0), ...command(0, 0xff), load(0x1000)],
];

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'pflash-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Run {
  readonly text: string;
  /** The contents of the two images afterwards. */
  readonly images: readonly Buffer[];
}

const ports = ['-debugcon', 'stdio', '-device', 'isa-debug-exit,iobase=0xf4,iosize=4', '-display', 'none'];

/** Runs a ROM from two chips with one of the emulators. */
function runOn(name: string, [executable, ...args]: readonly string[], rom: Uint8Array, option = ''): Run {
  const images = ['first', 'second'].map((chip) => join(folder, `${name}-${chip}`));
  writeFileSync(images[0]!, rom);
  writeFileSync(
    images[1]!,
    Uint8Array.from({ length: CHIP_BYTES }, (_, n) => (n * 5 + (n >> 8)) & 0xff),
  );
  const drives = images.flatMap((image, n) => [
    '-drive',
    `if=pflash,format=raw,unit=${n},file=${image}${n === 1 ? option : ''}`,
  ]);
  const { stdout } = spawnSync(executable!, [...args, '-m', '16', '-serial', 'null', ...drives, ...ports], {
    timeout: TIMEOUT,
  });
  return { text: stdout.toString(), images: images.map((image) => readFileSync(image)) };
}

const [ours, theirs] = [
  ['ours', [process.execPath, program]],
  ['theirs', ['qemu-system-i386', '-nodefaults']],
] as const;

describe.skipIf(qemuVersion() === undefined)("beside QEMU's flash chips (npm run install-oracles gets it)", () => {
  test.each([
    ['read', reads, reads, ''],
    ['written', writes, writes, ''],
    ['refused', [], refused, ',readonly=on'],
  ] as const)(
    'what loads see when chips are %s, and what is in the images then',
    { timeout: 2 * TIMEOUT },
    (...row) => {
      const [, first, second, option] = row;
      const rom = flashRom({ first, second });
      const [here, there] = [runOn(...ours, rom, option), runOn(...theirs, rom, option)];
      const loads = [...second, ...first].filter(([kind]) => kind === 'load').length;
      expect(there.text.split('\n').length).toBe(loads + 1);
      expect(here.text).toBe(there.text);
      expect(here.images.map((image, n) => image.equals(there.images[n]!))).toEqual([true, true]);
    },
  );
});
