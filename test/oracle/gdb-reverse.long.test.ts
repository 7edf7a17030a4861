import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Machine } from '../../src/index.ts';
import { program } from '../src/support/command-line.ts';
import { corruptingKernel } from '../support/corrupting-kernel.ts';
import { hasGdb, shownByGdb } from './gdb/run.ts';

/** Some 50 million instructions, and a million between two of its mistakes. */
const { bytes, at: addressOf } = corruptingKernel({ stores: 3_000_000, entries: 1 << 18 });
const at = (label: string): string => `0x${addressOf(label).toString(16)}`;

let folder: string;
let kernel: string;
let recording: string;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'gdb-reverse-'));
  kernel = join(folder, 'kernel');
  writeFileSync(kernel, bytes);
  recording = join(folder, 'recording');
  const options = { memory: 16, boot: { kernel }, debugExit: { iobase: 0xf4, iosize: 4 } };
  await using machine = await Machine.create({ ...options, icount: { shift: 3, record: recording } });
  await machine.start();
  expect(await machine.exited).toMatchObject({ reason: 'exit' });
});
afterAll(() => rmSync(folder, { recursive: true }));

/** The output of gdb at a machine that has not run yet. */
function transcript(icount: string, commands: readonly string[]): Promise<string> {
  const socket = join(folder, 'socket');
  const flags = ['-m', '16', '-kernel', kernel, '-display', 'none', '-serial', 'null', '-monitor', 'none'];
  const exit = ['-device', 'isa-debug-exit,iobase=0xf4,iosize=4'];
  const args = [program, ...flags, ...exit, '-icount', icount, '-S', '-gdb', `unix:${socket},server=on,wait=off`];
  return shownByGdb({ command: process.execPath, args }, socket, commands);
}

describe.skipIf(!hasGdb()).each([
  ['a replay', () => `shift=3,rr=replay,rrfile=${recording}`],
  ['a machine that nothing enters', () => 'shift=3'],
])("Debian's gdb (npm run install-oracles gets it) at %s", (_, icount) => {
  test('goes from the crash back to the write that has caused it', async () => {
    const value = `p/x *(int *)${at('handler')}`;
    const text = await transcript(icount(), [
      ...[`hbreak *${at('panic')}`, 'continue', value, 'delete', `watch *(int *)${at('handler')}`],
      ...[
        'reverse-continue',
        'x/i $eip',
        'p/x $eax',
        value,
        'stepi',
        'delete',
        'reverse-stepi',
        'x/i $eip',
        value,
        'kill',
      ],
    ]);
    const [atCrash, written, ...before] = [...text.matchAll(/^\$\d = (.*)$/gm)].map(([, shown]) => shown);
    expect(written).toBe(atCrash);
    expect(new Set(before).size).toBe(1);
    expect(before).not.toContain(atCrash);
    expect(text.match(new RegExp(`=> ${at('store')}:\\s+mov +%eax,`, 'g'))).toHaveLength(2);
    expect(text.match(/Hardware watchpoint 2: .*\n\nOld value = .*\nNew value = .*\n/g)).toHaveLength(2);
  });

  test('goes back over breakpoints to the beginning', async () => {
    const text = await transcript(icount(), [
      ...[`hbreak *${at('timer')}`, 'continue', 'continue', `p *(int *)${at('ticks')}`],
      ...['reverse-continue', `p *(int *)${at('ticks')}`, 'reverse-continue', 'p/x $eip', 'kill'],
    ]);
    expect([...text.matchAll(/^\$\d = (.*)$/gm)].map(([, shown]) => shown)).toEqual(['1', '0', at('start')]);
    expect(text.match(new RegExp(`Breakpoint 1, ${at('timer').replace('0x', '0x00')}`, 'g'))).toHaveLength(3);
    expect(text).toContain('No more reverse-execution history.');
  });
});
