import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine, openMonitor, openQmp } from '../../../src/index.ts';
import { nodeStorage, openFile } from '../../../src/node/storage.ts';
import { openDisk } from '../../../src/storage/open.ts';
import { createQcow2 } from '../../../src/storage/qcow2/create.ts';

let folder: string;
let machine: Machine;
let raw: string;
let layer: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'backing-'));
  [raw, layer] = [join(folder, 'raw'), join(folder, 'layer')];
  await writeFile(raw, new Uint8Array(1 << 16));
  const store = await openFile(layer, 'write', 'new');
  const disk = await openDisk(nodeStorage, raw, { access: 'read', format: 'raw' });
  const backing = { file: raw, format: 'raw', disk };
  await (await createQcow2(store, { size: 1 << 16, backing }, nodeStorage.decompressor)).close();
  const drives = [
    { image: raw, format: 'raw', snapshot: true },
    { image: layer, snapshot: true },
  ] as const;
  machine = await Machine.create({ memory: 8, boot: { demo: true }, drives });
});
afterAll(async () => {
  await machine.stop();
  await rm(folder, { recursive: true });
});

const overlay = (driver: string, filename: string) =>
  `json:{"backing": {"driver": "${driver}", "file": {"filename": "${filename}"}}, "driver": "overlay"}`;

test('info block tells that writes are forgotten in the end, and what they stand on', async () => {
  const monitor = openMonitor(machine);
  expect(await monitor.execute('info block ide0-hd0')).toBe(`ide0-hd0: ${overlay('raw', raw)} (overlay)
    Attached to:      ide.0, unit 0
    Cache mode:       writeback, ignore flushes
    Backing file:     ${raw} (chain depth: 1)
`);
  expect(await monitor.execute('info block ide0-hd1')).toContain(`    Backing file:     ${layer} (chain depth: 2)\n`);
});

test('query-block tells so, too', async () => {
  const [{ inserted }] = (await openQmp(machine).execute('query-block')) as { inserted: object }[];
  const bytes = { 'virtual-size': 1 << 16, 'dirty-flag': false };
  expect(inserted).toMatchObject({
    ...{ drv: 'overlay', file: overlay('raw', raw), backing_file: raw, backing_file_depth: 1 },
    cache: { writeback: true, direct: false, 'no-flush': true },
    image: { ...bytes, format: 'overlay', 'backing-image': { ...bytes, filename: raw, format: 'raw' } },
  });
});
