import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { nodeStorage, openFile } from '../../../src/node/storage.ts';
import { openDisk } from '../../../src/storage/open.ts';
import { createQcow2 } from '../../../src/storage/qcow2/create.ts';
import { rawiron } from '../support/command-line.ts';
import { everything, firstDifference, type Operation, operations, perform } from './qcow2/operations.ts';

const SIZE = 300_032;
const missing = spawnSync('qemu-img', ['--version']).error ? ': qemu-img is missing (npm run install-oracles)' : '';
const folder = mkdtempSync(join(tmpdir(), 'qemu-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'image.qcow2');

const qemu = (program: string, ...args: string[]) => execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' });

/** QEMU does an operation; a discard is left out, as its effect is open. */
function qemuCommand(operation: Operation): string[] {
  if (operation.kind === 'flush' || operation.kind === 'discard' || operation.length === 0) return ['-c', 'flush'];
  const { offset, length } = operation;
  return [
    '-c',
    operation.kind === 'write' ? `write -P ${operation.value} ${offset} ${length}` : `write -z ${offset} ${length}`,
  ];
}

/** QEMU has sectors of 512 bytes. */
const aligned = (operation: Operation): Operation =>
  operation.kind === 'flush'
    ? operation
    : { ...operation, offset: operation.offset & ~511, length: Math.floor(operation.length / 512) * 512 };

async function expectContent(model: Uint8Array): Promise<void> {
  const disk = await openDisk(nodeStorage, path, { access: 'read' });
  expect(firstDifference(await everything(disk), model)).toBe(-1);
  await disk.close();
  expect(qemu('qemu-img', 'check', path)).toContain('No errors were found');
  const raw = join(folder, 'raw');
  qemu('qemu-img', 'convert', '-O', 'raw', path, raw);
  const copy = await openDisk(nodeStorage, raw, { format: 'raw', access: 'read' });
  expect(firstDifference(await everything(copy), model)).toBe(-1);
  await copy.close();
}

async function performHere(list: readonly Operation[], model: Uint8Array): Promise<void> {
  const disk = await openDisk(nodeStorage, path, { format: 'qcow2' });
  for (const operation of list) await perform(disk, model, operation);
  await disk.close();
}

function performInQemu(list: readonly Operation[], model: Uint8Array): void {
  for (const operation of list) {
    if (operation.kind === 'flush' || operation.kind === 'discard') continue;
    const value = operation.kind === 'write' ? operation.value : 0;
    model.fill(value, operation.offset, operation.offset + operation.length);
  }
  if (list.length > 0) qemu('qemu-io', '-f', 'qcow2', ...list.flatMap(qemuCommand), path);
}

const lists = fc.tuple(operations(SIZE, 10), operations(SIZE, 6), operations(SIZE, 10));

describe.skipIf(missing !== '')(`QEMU and this code on one image${missing}`, { timeout: 600_000 }, () => {
  test.each([
    ['cluster_size=512'],
    ['cluster_size=64k'],
    ['cluster_size=2M'],
    ['compat=0.10,cluster_size=4k'],
    ['cluster_size=1k,refcount_bits=1'],
    ['cluster_size=1k,refcount_bits=64,lazy_refcounts=on'],
    ['cluster_size=4k,preallocation=metadata'],
  ])('%s', async (options) => {
    await fc.assert(
      fc.asyncProperty(lists, async ([first, second, third]) => {
        qemu('qemu-img', 'create', '-f', 'qcow2', '-o', options, path, `${SIZE}`);
        const model = new Uint8Array(SIZE);
        await performHere(first, model);
        performInQemu(second.map(aligned), model);
        await performHere(third, model);
        await expectContent(model);
      }),
      { numRuns: 12, seed: 5 },
    );
  });
});

describe.skipIf(missing !== '')(`images of QEMU, and images for it${missing}`, { timeout: 600_000 }, () => {
  test.each(['zlib', 'zstd'])('clusters compressed by %s, then a snapshot, then writing', async (type) => {
    await fc.assert(
      fc.asyncProperty(lists, async ([first, second, third]) => {
        const source = join(folder, 'source.qcow2');
        const model = new Uint8Array(SIZE);
        const made = await createQcow2(
          await openFile(source, 'write', 'new'),
          { size: SIZE },
          nodeStorage.decompressor,
        );
        for (const operation of first) await perform(made, model, operation);
        await made.close();
        const options = `cluster_size=4k,compression_type=${type}`;
        qemu('qemu-img', 'convert', '-c', '-O', 'qcow2', '-o', options, source, path);
        await performHere(second, model);
        qemu('qemu-img', 'snapshot', '-c', 'first', path);
        const kept = model.slice();
        await performHere(third, model);
        await expectContent(model);
        qemu('qemu-img', 'snapshot', '-a', 'first', path);
        await expectContent(kept);
        qemu('qemu-img', 'snapshot', '-d', 'first', path);
        await expectContent(kept);
      }),
      { numRuns: 8, seed: 5 },
    );
  });

  test('an image of this code is what QEMU takes it for', async () => {
    await fc.assert(
      fc.asyncProperty(
        lists,
        fc.constantFrom(512, 4096, 65536, 1 << 21),
        async ([first, second, third], clusterSize) => {
          const model = new Uint8Array(SIZE);
          const disk = await createQcow2(
            await openFile(path, 'write', 'new'),
            { size: SIZE, clusterSize },
            nodeStorage.decompressor,
          );
          for (const operation of first) await perform(disk, model, operation);
          await disk.close();
          performInQemu(second.map(aligned), model);
          await performHere(third, model);
          await expectContent(model);
        },
      ),
      { numRuns: 12, seed: 5 },
    );
  });
});

describe.skipIf(missing !== '')(`copies are what QEMU takes them for${missing}`, { timeout: 600_000 }, () => {
  test.each([
    [],
    ['-o', 'cluster_size=512'],
    ['-c'],
    ['-c', '-o', 'cluster_size=512'],
    ['-c', '-o', 'cluster_size=2M'],
    ['-c', '-o', 'cluster_size=1k,refcount_bits=1'],
    ['-c', '-o', 'compat=0.10'],
    ['-c', '-o', 'compression_type=zstd,cluster_size=4k'],
    ['-c', '-S', '0'],
    ['-B', 'base', '-F', 'raw'],
    ['-c', '-o', 'cluster_size=4k,backing_file=base,backing_fmt=raw'],
  ])('rawiron image convert %s %s %s %s', async (...options) => {
    const [source, other] = [join(folder, 'from'), join(folder, 'base')];
    writeFileSync(source, sparseBytes(1));
    writeFileSync(other, sparseBytes(2));
    rmSync(path, { force: true });
    const copied = await rawiron(['image', 'convert', '-f', 'raw', '-O', 'qcow2', ...options, source, path]);
    expect(copied).toEqual({ code: 0, output: '', errors: '' });
    expect(qemu('qemu-img', 'check', path)).toContain('No errors were found');
    expect(qemu('qemu-img', 'compare', '-f', 'raw', '-F', 'qcow2', source, path)).toContain('Images are identical.');
  });
});

/** Words that repeat, noise, and zeros: each of 4 KB, and one in 8 of them by `seed` another. */
function sparseBytes(seed: number): Uint8Array {
  const bytes = new Uint8Array(3 * (1 << 20) + 1536);
  for (let page = 0; page < bytes.length / 4096; page++) {
    const kind = (page * 7 + (page % 8 === 0 ? seed : 0)) % 5;
    const value = (n: number): number => (kind === 2 ? Math.imul(n + page * 4096, 0x9e3779b1) >>> 21 : n % (3 + page));
    if (kind < 3)
      bytes.set(
        Uint8Array.from({ length: 4096 }, (_, n) => value(n)).subarray(0, bytes.length - page * 4096),
        page * 4096,
      );
  }
  return bytes;
}
