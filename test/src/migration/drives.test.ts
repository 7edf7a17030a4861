import { writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine } from '../../../src/index.ts';
import { pipe } from './pipe.ts';

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'migration-drives-test-'));
});
afterAll(() => rm(folder, { recursive: true }));

test('a machine that arrives with only some drives given has the others as they are', async () => {
  const image = join(folder, 'disk.img');
  writeFileSync(image, new Uint8Array(1024));
  const options = { memory: 2, vga: 'none', boot: { demo: true } } as const;
  await using source = await Machine.create({
    ...options,
    drives: [image, { media: 'cdrom' }, { interface: 'floppy', image: new Uint8Array(512) }],
  });
  await source.start();
  const [near, far] = pipe();
  const [target] = await Promise.all([Machine.receive(far, { drives: [image] }), source.migration.send(near)]);
  await using machine = target;
  await machine.migration.arrived;
  expect(machine.drives.map(({ name, medium }) => [name, medium?.sectors])).toEqual([
    ['ide0-hd0', 2],
    ['ide1-cd0', undefined],
    ['floppy0', 1],
  ]);
});
