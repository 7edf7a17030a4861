import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { nodeStorage } from '../../../src/node/storage.ts';
import type { CheckResult } from '../../../src/storage/check-result.ts';
import { openDisk } from '../../../src/storage/open.ts';
import { checkQcow2 } from '../../../src/storage/qcow2/check.ts';
import type { Qcow2Disk } from '../../../src/storage/qcow2/disk.ts';
import { applySnapshot, createSnapshot, deleteSnapshot } from '../../../src/storage/qcow2/image-snapshots.ts';
import { rawiron } from '../support/command-line.ts';
import { everything, firstDifference, operations, perform } from './qcow2/operations.ts';

const SIZE = 300_032;
const missing = spawnSync('qemu-img', ['--version']).error ? ': qemu-img is missing (npm run install-oracles)' : '';
const folder = mkdtempSync(join(tmpdir(), 'qemu-snapshots-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'image.qcow2');

const qemuImage = (...args: string[]) => execFileSync('qemu-img', args, { encoding: 'utf8', stdio: 'pipe' });

/** This code and QEMU's, which do the same. */
const here = {
  create: (name: string) =>
    change((disk) => createSnapshot(disk, { name, date: 0n, state: new Uint8Array(70_000).fill(7) })),
  apply: (name: string) => change((disk) => applySnapshot(disk, name)),
  delete: (name: string) => change((disk) => deleteSnapshot(disk, name)),
};
const there: typeof here = {
  create: async (name) => void qemuImage('snapshot', '-c', name, path),
  apply: async (name) => void qemuImage('snapshot', '-a', name, path),
  delete: async (name) => void qemuImage('snapshot', '-d', name, path),
};

async function change(act: (disk: Qcow2Disk) => Promise<void>): Promise<void> {
  const disk = (await openDisk(nodeStorage, path, { format: 'qcow2' })) as Qcow2Disk;
  await act(disk);
  await disk.close();
}

async function check(): Promise<CheckResult> {
  const store = await nodeStorage.open(path, 'read');
  try {
    return await checkQcow2(store);
  } finally {
    await store.close();
  }
}

const step = fc.record({
  where: fc.constantFrom(here, there),
  act: fc.constantFrom('create' as const, 'create' as const, 'apply' as const, 'delete' as const),
  number: fc.nat(5),
  writes: operations(SIZE, 3),
});

describe.skipIf(missing !== '')(
  `snapshots of QEMU and of this code in one image${missing}`,
  { timeout: 600_000 },
  () => {
    test.each([['cluster_size=4k'], ['compat=0.10'], ['cluster_size=512,refcount_bits=64']])('%s', async (options) => {
      await fc.assert(
        fc.asyncProperty(fc.array(step, { minLength: 2, maxLength: 8 }), async (steps) => {
          qemuImage('create', '-f', 'qcow2', '-o', options, path, `${SIZE}`);
          let model = new Uint8Array(SIZE);
          const kept: [string, Uint8Array][] = [];
          for (const [n, { where, act, number, writes }] of steps.entries()) {
            await change(async (disk) => {
              for (const operation of writes) await perform(disk, model, operation);
            });
            const index = number % Math.max(1, kept.length);
            const [name, bytes] = kept[index] ?? [];
            if (act === 'create') {
              await where.create(`s${n}`);
              kept.push([`s${n}`, model.slice()]);
            } else if (name !== undefined && act === 'apply') {
              await where.apply(name);
              model = bytes!.slice();
            } else if (name !== undefined) {
              await where.delete(name);
              kept.splice(index, 1);
            }
            expect(qemuImage('check', path)).toContain('No errors were found');
            expect(await check()).toMatchObject({ errors: [], leaks: 0 });
          }
          await change(async (disk) => expect(firstDifference(await everything(disk), model)).toBe(-1));
          const listed = (await rawiron(['image', 'snapshot', '-l', path])).output;
          expect(listed).toBe(qemuImage('snapshot', '-l', path));
        }),
        { numRuns: 4, seed: 3 },
      );
    });
  },
);
