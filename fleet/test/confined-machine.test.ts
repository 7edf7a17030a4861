import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
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

  test('that sends what is no message is ended for good', async () => {
    const go = join(folder, 'go');
    await using made = await Machine.create({ memory: 2, vga: 'none', boot: { demo: true } });
    const snapshot = await made.snapshot();
    // Stands for a guest that has broken out of the emulator.
    const rude = `(until [ -e ${go} ]; do sleep 0.1; done; printf 'AAAAAAAAAAAA' >&3) & exec "$@"`;
    const wrapper = () => ({ words: ['/bin/sh', '-c', rude, 'sh'] });
    const open = openByTenant({ wrapper }, true, () => {});
    const record = recordOf('rude', { state: 'starting', limits: '{}', memory: `${2 << 20}` })!;
    const { machine } = await open(record, { get: async () => snapshot } as unknown as SnapshotStore, {});
    writeFileSync(go, '');
    expect(await machine.exited).toEqual({
      ...{ reason: 'its process has sent a head of 1094795585 bytes, 4194304 at most', isFinal: true },
    });
    await expect(machine.pause()).rejects.toThrow('its process has sent a head');
  });

  test('of a tenant is not started where it could end others', async () => {
    const open = openByTenant({}, false, () => {});
    const record = recordOf('acme/web', { state: 'starting', limits: '{}', memory: `${2 << 20}` })!;
    await expect(open(record, {} as SnapshotStore, {})).rejects.toThrow(/would share this user.*--unconfined/);
  });
});
