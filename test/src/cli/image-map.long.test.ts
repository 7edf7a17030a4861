import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { newDescriptor } from '../../../src/storage/vmdk/descriptor.ts';
import { newHeader } from '../../../src/storage/vmdk/header.ts';
import { rawironUnder } from '../support/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'map-'));
afterAll(() => rmSync(folder, { recursive: true }));
const missing = spawnSync('qemu-img', ['--version']).error ? ': qemu-img is missing (npm run install-oracles)' : '';

const [SECTOR, TABLES, ENTRIES] = [512, 1000, 512];

/** A VMDK image in which each second grain of a sector is there, and none follows another one in the file. */
function alternating(): string {
  const [directory, first] = [21, 40];
  const grain = first + TABLES * 4;
  const bytes = new Uint8Array((grain + 8) * SECTOR);
  bytes.set(
    newHeader({
      ...{ size: TABLES * ENTRIES * SECTOR, grainSize: SECTOR, tableEntries: ENTRIES, hasZeroGrains: false },
      ...{ isCompressed: false, descriptor: { offset: SECTOR, length: 20 * SECTOR }, overhead: grain * SECTOR },
      ...{ redundantOffset: directory * SECTOR, directoryOffset: directory * SECTOR },
    }),
  );
  bytes.set(new TextEncoder().encode(newDescriptor('alternating.vmdk', TABLES * ENTRIES * SECTOR)), SECTOR);
  const view = new DataView(bytes.buffer);
  for (let n = 0; n < TABLES; n++) view.setUint32(directory * SECTOR + n * 4, first + n * 4, true);
  for (let n = 0; n < TABLES * ENTRIES; n += 2) view.setUint32(first * SECTOR + n * 4, grain, true);
  const path = join(folder, 'alternating.vmdk');
  writeFileSync(path, bytes);
  return path;
}

test(`image map tells 256,000 extents as it finds them, with little memory${missing}`, {
  timeout: 300_000,
}, async () => {
  const path = alternating();
  const { code, output, errors } = await rawironUnder(['--max-old-space-size=64'], ['image', 'map', path], '');
  expect(errors).toBe('');
  expect(code).toBe(0);
  const rows = output.split('\n');
  expect(rows).toHaveLength(1 + (TABLES * ENTRIES) / 2 + 1);
  if (missing !== '') return;
  const theirs = execFileSync('qemu-img', ['map', path], { encoding: 'utf8', maxBuffer: 1 << 28 });
  expect(output === theirs).toBe(true);
});

test('image check looks at what a claimed disk has, and not at what it claims', async () => {
  const path = join(folder, 'claimed.vmdk');
  const size = 2 ** 42;
  const directoryBytes = 2 ** 26;
  writeFileSync(
    path,
    newHeader({
      ...{ size, grainSize: SECTOR, tableEntries: ENTRIES, hasZeroGrains: false, isCompressed: false },
      ...{ descriptor: { offset: 0, length: 0 }, overhead: SECTOR },
      ...{ redundantOffset: SECTOR, directoryOffset: SECTOR },
    }),
  );
  truncateSync(path, SECTOR + directoryBytes + SECTOR);
  const { code, output } = await rawironUnder(['--max-old-space-size=40'], ['image', 'check', path], '');
  expect(code).toBe(0);
  expect(output).toContain('No errors were found on the image.');
});
