import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { at, countingRom } from './gdb/rom.ts';
import { type DebuggedProgram, hasGdb, ours, qemu, shownByGdb } from './gdb/run.ts';
import { qemuVersion } from './qemu-guest.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gdb-'));
  writeFileSync(join(folder, 'rom'), countingRom);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The output of gdb at a program that it attaches to. */
function transcript(
  program: (rom: string, socket: string) => DebuggedProgram,
  commands: readonly string[],
): Promise<string> {
  const socket = join(folder, 'socket');
  return shownByGdb(program(join(folder, 'rom'), socket), socket, commands);
}

const sessions: readonly (readonly [string, readonly string[]])[] = [
  [
    'registers and memory',
    ['info registers eax esp eip eflags cs ds cr0 mxcsr', 'x/2i 0xffff0', 'x/4xb 0xffff0', 'p/x $cs', 'detach'],
  ],
  [
    'registers in protected mode',
    [`hbreak *${at('bump')}`, 'continue', 'info registers', 'p $xmm1', 'p $mxcsr', 'x/5i $eip', 'detach'],
  ],
  [
    'breakpoints, some of them conditional',
    [
      `break *${at('back')} if $esi == 1000`,
      'continue',
      'p $esi',
      'x/wd 0x5010',
      'delete',
      `tbreak *${at('count')}`,
      'continue',
      'info breakpoints',
      'detach',
    ],
  ],
  [
    'watchpoints',
    [
      ...[`hbreak *${at('count')}`, 'continue', 'delete'],
      ...['watch *(int *)0x5010', 'continue', 'continue', 'p $esi', 'x/i $eip', 'delete'],
      ...[
        'rwatch *(int *)0x5000',
        'continue',
        'x/i $eip',
        'delete',
        'awatch *(int *)0x5010',
        'continue',
        'x/i $eip',
        'detach',
      ],
    ],
  ],
  [
    'steps and changes',
    [
      ...[`hbreak *${at('bump')}`, 'continue', 'stepi', 'x/i $eip', 'stepi 3', 'x/i $eip', 'nexti', 'x/i $eip'],
      ...['set var *(int *)0x5000 = 0x1233', 'continue', 'stepi', 'x/wx 0x5000', 'set $eax = 0x12345678', 'p/x $eax'],
      ...['p $eflags', 'set $eflags = $eflags | 1', 'p $eflags', 'set $xmm1.v4_int32[0] = 5', 'p $xmm1.v4_int32'],
      ...['set $st0 = 2.5', 'p $st0', `jump *${at('count')}`, 'p/x $eip', 'detach'],
    ],
  ],
];

describe.skipIf(!hasGdb())("Debian's gdb (npm run install-oracles gets it)", () => {
  describe.skipIf(qemuVersion() === undefined)('shows the same as at QEMU', () => {
    test.each(sessions)('%s', async (_, commands) => {
      const [here, there] = [await transcript(ours, commands), await transcript(qemu, commands)];
      expect(there).toContain('0x');
      expect(here).toBe(there);
    });
  });

  test('shows the stack of the FPU from its top (QEMU 7.2 shows it by physical registers)', async () => {
    const text = await transcript(ours, [
      `hbreak *${at('bump')}`,
      'continue',
      'p $st0',
      'p $st1',
      'info float',
      'kill',
    ]);
    expect(text).toMatch(/\$1 = 3\.14159265358979323851\n\$2 = 1\n/);
    expect(text).toMatch(/=>R6: Valid {3}0x4000c90fdaa22168c235/);
  });

  test('attaches again after a detach', async () => {
    const first = [`hbreak *${at('bump')}`, 'continue', 'delete', 'detach'];
    const socket = join(folder, 'socket');
    const again = [`target remote ${socket}`, `hbreak *${at('count')}`, 'continue', 'x/i $eip', 'detach'];
    const text = await transcript(ours, [...first, ...again]);
    expect(text).toMatch(new RegExp(`=> ${at('count')}:\\s+call`));
    expect(text.match(/detached/g)).toHaveLength(2);
  });

  test("its monitor command is the machine's monitor", async () => {
    const text = await transcript(ours, ['monitor info status', 'monitor xp /1xb 0xffff0', 'kill']);
    expect(text).toContain('VM status: paused (prelaunch)\n00000000000ffff0: 0xe9\n');
  });
});
