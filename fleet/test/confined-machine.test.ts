import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Machine } from 'rawiron';
import { afterAll, describe, expect, test, vi } from 'vitest';
import { openByTenant } from '../src/confined/confined-machine.ts';
import { ConfinedProcess } from '../src/confined/confined-process.ts';
import { recordOf } from '../src/machines/record.ts';
import type { SnapshotStore } from '../src/pieces.ts';

/** Folders that nobody can remove, for as long as there are some. */
const stuck = vi.hoisted(() => ({ is: false }));
vi.mock('node:fs/promises', async (original) => {
  const files = await original<typeof import('node:fs/promises')>();
  const rm: typeof files.rm = async (...words) => {
    if (stuck.is) throw new Error('EACCES: permission denied');
    await files.rm(...words);
  };
  return { ...files, rm };
});

// Such processes have the library's sources, too, and nothing of the test's own.
process.execArgv = ['--conditions=rawiron-source'];
const folder = mkdtempSync(join(tmpdir(), 'fleet-confined-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('a process that is confined', () => {
  test('ends in the eyes of others also where its folder cannot be removed, which is told', async () => {
    const said: string[] = [];
    const owner = { name: 'stuck', memory: 0, log: (message: string) => void said.push(message) };
    const child = await ConfinedProcess.start('machine-process.ts', owner, {});
    stuck.is = true;
    await child[Symbol.asyncDispose]();
    stuck.is = false;
    expect(said).toEqual(['the folder of a process that has ended stays: EACCES: permission denied']);
  });

  test('is killed when its machine is to stop and it does nothing any more', async () => {
    const [file, said]: [string, string[]] = [join(folder, 'pid'), []];
    await using made = await Machine.create({ memory: 2, vga: 'none', boot: { demo: true } });
    const snapshot = await made.snapshot();
    const words = ['/bin/sh', '-c', `echo $$ >${file}; exec "$@"`, 'sh'];
    const open = openByTenant({ wrapper: () => ({ words }) }, true, (message) => void said.push(message));
    const record = recordOf('hung', { state: 'starting', limits: '{}', memory: `${2 << 20}` })!;
    const snapshots = { get: async () => snapshot } as unknown as SnapshotStore;
    const { machine } = await open(record, snapshots, {});
    process.kill(Number(readFileSync(file, 'utf8')), 'SIGSTOP');
    await machine.stop();
    expect(await machine.exited).toEqual({ reason: 'its process has ended: SIGKILL', isFinal: false });
  });
});
