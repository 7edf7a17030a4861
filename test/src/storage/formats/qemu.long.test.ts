import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { nodeStorage } from '../../../../src/node/storage.ts';
import type { ImageFormat } from '../../../../src/storage/formats.ts';
import { openDisk } from '../../../../src/storage/open.ts';
import { rawiron } from '../../support/command-line.ts';
import { everything, firstDifference, type Operation, operations, perform } from '../qcow2/operations.ts';

const SIZE = 5 * (1 << 20) + 512;
const missing = spawnSync('qemu-img', ['--version']).error ? ': qemu-img is missing (npm run install-oracles)' : '';
const folder = mkdtempSync(join(tmpdir(), 'formats-'));
afterAll(() => rmSync(folder, { recursive: true }));
const path = join(folder, 'image');

const qemu = (program: string, ...args: string[]) => execFileSync(program, args, { encoding: 'utf8', stdio: 'pipe' });

/** A format, and the options that QEMU makes an image of it with. */
type Kind = readonly [format: ImageFormat, options: string];
const kinds: readonly Kind[] = [
  ['vdi', ''],
  ['vdi', 'static=on'],
  ['vpc', 'force_size=on'],
  ['vpc', 'subformat=fixed,force_size=on'],
  ['vmdk', 'subformat=monolithicSparse'],
  ['vmdk', 'subformat=monolithicSparse,zeroed_grain=on'],
  ['vhdx', ''],
  ['vhdx', 'subformat=fixed'],
  ['vhdx', 'block_size=1M,block_state_zero=off'],
];

const optionsOf = (options: string) => (options === '' ? [] : ['-o', options]);

/** QEMU has sectors of 512 bytes. */
const aligned = (operation: Operation): Operation =>
  operation.kind === 'flush'
    ? operation
    : { ...operation, offset: operation.offset & ~511, length: Math.floor(operation.length / 512) * 512 };

function performInQemu([format]: Kind, list: readonly Operation[], model: Uint8Array): void {
  const commands = list.map(aligned).flatMap((operation) => {
    if (operation.kind === 'flush' || operation.kind === 'discard' || operation.length === 0) return ['-c', 'flush'];
    const { offset, length } = operation;
    const value = operation.kind === 'write' ? operation.value : 0;
    model.fill(value, offset, offset + length);
    return ['-c', `write -P ${value} ${offset} ${length}`];
  });
  if (commands.length > 0) qemu('qemu-io', '-f', format, ...commands, path);
}

async function performHere([format]: Kind, list: readonly Operation[], model: Uint8Array): Promise<void> {
  const disk = await openDisk(nodeStorage, path, { format });
  for (const operation of list) await perform(disk, model, operation);
  await disk.close();
}

/** Both read the same, and neither finds anything wrong. */
async function expectContent([format]: Kind, model: Uint8Array): Promise<void> {
  const disk = await openDisk(nodeStorage, path, { format, access: 'read' });
  expect(firstDifference(await everything(disk), model)).toBe(-1);
  await disk.close();
  if (format !== 'vpc') expect(qemu('qemu-img', 'check', '-f', format, path)).toContain('No errors were found');
  const raw = join(folder, 'raw');
  qemu('qemu-img', 'convert', '-f', format, '-O', 'raw', path, raw);
  const copy = await openDisk(nodeStorage, raw, { format: 'raw', access: 'read' });
  expect(firstDifference(await everything(copy), model)).toBe(-1);
  await copy.close();
}

const lists = fc.tuple(operations(SIZE, 10), operations(SIZE, 6), operations(SIZE, 10));

describe.skipIf(missing !== '')(
  `QEMU and this code on one image of another hypervisor${missing}`,
  {
    timeout: 600_000,
  },
  () => {
    test.each(kinds)('%s %s, made by QEMU', async (...kind) => {
      await fc.assert(
        fc.asyncProperty(lists, async ([first, second, third]) => {
          rmSync(path, { force: true });
          qemu('qemu-img', 'create', '-f', kind[0], ...optionsOf(kind[1]), path, `${SIZE}`);
          const model = new Uint8Array(SIZE);
          await performHere(kind, first, model);
          performInQemu(kind, second, model);
          await performHere(kind, third, model);
          await expectContent(kind, model);
        }),
        { numRuns: 6, seed: 5 },
      );
    });

    test.each(kinds.filter(([, options]) => !/grain|block/.test(options)))('%s %s, made here', async (...kind) => {
      await fc.assert(
        fc.asyncProperty(lists, async ([first, second, third]) => {
          rmSync(path, { force: true });
          const made = await rawiron(['image', 'create', '-f', kind[0], ...optionsOf(kind[1]), path, `${SIZE}`]);
          expect(made).toMatchObject({ code: 0, errors: '' });
          const model = new Uint8Array(SIZE);
          performInQemu(kind, first, model);
          await performHere(kind, second, model);
          performInQemu(kind, third, model);
          await expectContent(kind, model);
        }),
        { numRuns: 6, seed: 6 },
      );
    });
  },
);

/** Words that repeat, noise, and zeros. */
function sparseBytes(): Uint8Array {
  const bytes = new Uint8Array(3 * (1 << 20) + 1536);
  for (let n = 0; n < bytes.length; n++)
    if ((n >>> 16) % 3 > 0) bytes[n] = (n >>> 16) % 3 === 1 ? n % 7 : Math.imul(n, 0x9e3779b1) >>> 21;
  return bytes;
}

describe.skipIf(missing !== '')(`copies between formats${missing}`, { timeout: 600_000 }, () => {
  const source = join(folder, 'source');

  test.each(kinds.filter(([, options]) => !/grain|block/.test(options)))(
    'image convert to %s %s is what QEMU takes it for',
    async (format, options) => {
      writeFileSync(source, sparseBytes());
      rmSync(path, { force: true });
      const copied = await rawiron([
        'image',
        'convert',
        '-f',
        'raw',
        '-O',
        format,
        ...optionsOf(options),
        source,
        path,
      ]);
      expect(copied).toEqual({ code: 0, output: '', errors: '' });
      const same = qemu('qemu-img', 'compare', '-f', 'raw', '-F', format, source, path);
      expect(same).toContain('Images are identical.');
      const checked = await rawiron(['image', 'check', '-f', format, path]);
      expect(checked.output).toMatch(/No errors were found|does not support checks/);
    },
  );

  test.each<Kind>([
    ['vmdk', 'subformat=streamOptimized'],
    ['vmdk', 'subformat=monolithicFlat'],
    ['vmdk', 'subformat=twoGbMaxExtentSparse'],
    ['vmdk', 'subformat=twoGbMaxExtentFlat'],
    ...kinds,
  ])("QEMU's %s %s is read", async (format, options) => {
    writeFileSync(source, sparseBytes());
    const image = join(folder, `image.${format}`);
    rmSync(image, { force: true });
    qemu('qemu-img', 'convert', '-f', 'raw', '-O', format, ...optionsOf(options), source, image);
    const compared = await rawiron(['image', 'compare', '-f', 'raw', '-F', format, source, image]);
    expect(compared).toMatchObject({ code: 0, output: expect.stringContaining('Images are identical.') });
    const isPlain = options.includes('fixed') && format === 'vpc';
    if (!isPlain) expect((await rawiron(['image', 'info', image])).output).toContain(`file format: ${format}\n`);
    const facts = JSON.parse((await rawiron(['image', 'info', '-f', format, '--output=json', image])).output);
    const theirs = JSON.parse(qemu('qemu-img', 'info', '-f', format, '--output=json', image));
    expect(facts['virtual-size']).toBe(theirs['virtual-size']);
    if (format === 'vmdk') expect(theirs['format-specific'].data).toMatchObject(facts['format-specific'].data);
    expect(facts['actual-size']).toBe(theirs['actual-size']);
    expect(facts['cluster-size']).toBe(
      options.includes('fixed') && format === 'vpc' ? undefined : theirs['cluster-size'],
    );
  });

  test('a VMDK image that stands on another one has what that one has', async () => {
    const [base, above] = [join(folder, 'base.vmdk'), join(folder, 'above.vmdk')];
    writeFileSync(source, sparseBytes());
    qemu('qemu-img', 'convert', '-f', 'raw', '-O', 'vmdk', source, base);
    qemu('qemu-img', 'create', '-f', 'vmdk', '-b', 'base.vmdk', '-F', 'vmdk', above);
    const disk = await openDisk(nodeStorage, above, { format: 'vmdk' });
    const model = sparseBytes();
    await perform(disk, model, { kind: 'write', offset: 100_000, length: 70_000, value: 9 });
    await disk.close();
    writeFileSync(source, model);
    expect(qemu('qemu-img', 'compare', '-f', 'raw', '-F', 'vmdk', source, above)).toContain('Images are identical.');
  });
});

test.skipIf(missing !== '').each(['monolithicSparse', 'twoGbMaxExtentSparse'])(
  `image info shows what a VMDK image %s stands on${missing}`,
  async (type) => {
    const [base, above] = [join(folder, 'base.vmdk'), join(folder, 'above.vmdk')];
    for (const image of [base, above]) rmSync(image, { force: true });
    qemu('qemu-img', 'create', '-f', 'vmdk', '-o', `subformat=${type}`, base, '3G');
    qemu('qemu-img', 'create', '-f', 'vmdk', '-o', `subformat=${type}`, '-b', 'base.vmdk', '-F', 'vmdk', above);
    const args = ['info', '--backing-chain', '--output=json', above];
    const facts = JSON.parse((await rawiron(['image', ...args])).output);
    expect(facts).toHaveLength(2);
    expect(JSON.parse(qemu('qemu-img', ...args))).toMatchObject(facts);
    expect((await rawiron(['image', 'check', above])).code).toBe(0);
  },
);
