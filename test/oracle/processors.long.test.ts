import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type CoreFile, readCoreFile } from '../support/core-file.ts';
import { countingPair, haltingPair, labelAt, OWN_LINEAR } from '../support/two-processors.ts';
import { hasGdb, ours, qemu, shownByGdb } from './gdb/run.ts';
import { shownByOurs, shownByQemu } from './monitor/run.ts';
import { qemuVersion } from './qemu-guest.ts';

const TIMEOUT = 120_000;
const pair = ['-smp', '2', '-cpu', 'max'];
const own = `0x${OWN_LINEAR.toString(16)}`;

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'processors-'));
  writeFileSync(join(folder, 'halting'), haltingPair.bytes);
  writeFileSync(join(folder, 'counting'), countingPair.bytes);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Texts that are the same, but for the numbers of threads. */
const lines = [
  ...['info cpus', 'info registers -a', 'info registers', 'info registers 1', 'info registers 2', 'info registers -1'],
  ...['info lapic', 'info lapic 1', 'info lapic 2', 'cpu 2', 'cpu 1', 'info cpus', 'info registers', 'info lapic'],
  ...['p/x $ebx', `x/1xw ${own}`, `gva2gpa ${own}`, 'info mem', 'info tlb', 'info hotpluggable-cpus', 'cpu 0'],
  ...['p/x $ebx', `x/1xw ${own}`, `gva2gpa ${own}`, 'info tlb', 'info cpus', 'help info registers', 'help cpu'],
];

describe.skipIf(qemuVersion() === undefined)('two processors, as at QEMU (npm run install-oracles gets it)', () => {
  test('every line of the monitor has the same answer', { timeout: TIMEOUT }, async () => {
    const rom = join(folder, 'halting');
    const [here, there] = [await shownByOurs(rom, lines, pair), await shownByQemu(rom, lines, pair)];
    // LINT0 of the first one is as firmware leaves it, where QEMU has it masked.
    const alike = (text: string | undefined) =>
      text?.replaceAll(/thread_id=\d+/g, 'thread_id=').replace(/(CPU 0[\s\S]*)^LVT0.*/m, '$1');
    for (const [n, line] of lines.entries()) expect.soft(alike(here[n]), line).toBe(alike(there[n]));
  });

  test('places of four', { timeout: TIMEOUT }, async () => {
    const rom = join(folder, 'halting');
    const four = ['-smp', '4,sockets=2,cores=1,threads=2', '-cpu', 'max'];
    const asked = ['info hotpluggable-cpus', 'info lapic 3'];
    expect(await shownByOurs(rom, asked, four)).toEqual(await shownByQemu(rom, asked, four));
  });

  test('a dump has the same notes', { timeout: TIMEOUT }, async () => {
    const dumps: CoreFile[] = [];
    for (const shown of [shownByOurs, shownByQemu]) {
      const dump = join(folder, 'dump');
      await shown(join(folder, 'halting'), [`dump-guest-memory ${dump}`], pair);
      dumps.push(readCoreFile(readFileSync(dump)));
      rmSync(dump);
    }
    const [here, there] = dumps as [CoreFile, CoreFile];
    for (const name of ['CORE', 'QEMU']) {
      expect(there.notes.get(name)!.length, name).toBeGreaterThan(0);
      expect(Buffer.from(here.notes.get(name)!).toString('hex'), name).toBe(
        Buffer.from(there.notes.get(name)!).toString('hex'),
      );
    }
  });

  test.skipIf(!hasGdb())("Debian's gdb shows the same", { timeout: TIMEOUT }, async () => {
    const at = (label: string) => `*0x${labelAt(countingPair, label).toString(16)}`;
    const about = ['p/x $ebx', `x/wx ${own}`, 'p/x $cr3'];
    const commands = [
      ...[`hbreak ${at('rise')}`, 'continue', ...about, 'thread 1', ...about.slice(0, 2), 'thread 2', 'bt 1'],
      ...['stepi', 'x/i $eip', 'stepi 2', 'x/i $eip', 'delete', `hbreak ${at('bump')}`, 'continue', ...about],
      ...['thread 2', 'set $edi = 5', 'p $edi', 'thread 1', 'p $edi', 'delete', 'watch *(int *)0x5100', 'continue'],
      ...['thread', 'x/i $eip', 'detach'],
    ];
    const shown = async (program: typeof ours) => {
      const socket = join(folder, 'socket');
      const text = await shownByGdb(program(join(folder, 'counting'), socket, ['-smp', '2']), socket, commands);
      // How far the other one has come, and what is counted, are different each time.
      return text.replaceAll(/^(#0 {2})?0x000f\w{4} in .*\n/gm, '').replaceAll(/^(Old|New) value = \d+/gm, '');
    };
    const there = await shown(qemu);
    expect(there).toContain('Thread 2 hit Hardware watchpoint');
    expect(await shown(ours)).toBe(there);
  });
});
