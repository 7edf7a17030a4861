import { readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Machine } from '../../../src/index.ts';
import { countingFlash, FLASH_BYTES } from '../../support/flash-guest.ts';
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

test('flash chips arrive with what was in them, and write to the image there', async () => {
  const [code, variables] = [join(folder, 'code.fd'), join(folder, 'variables.fd')];
  writeFileSync(code, countingFlash());
  writeFileSync(variables, new Uint8Array(FLASH_BYTES).fill(0xff));
  const drives = [
    { interface: 'pflash', image: code, readOnly: true, format: 'raw' },
    { interface: 'pflash', image: variables, format: 'raw' },
  ] as const;
  const debugExit = { iobase: 0xf4, iosize: 1 };
  await using source = await Machine.create({ memory: 8, vga: 'none', drives, debugExit });
  const [near, far] = pipe();
  const [target] = await Promise.all([Machine.receive(far, { drives }), source.migration.send(near)]);
  await using machine = target;
  await machine.migration.arrived;
  await machine.start();
  expect((await machine.exited).reason).toBe('exit');
  expect([...readFileSync(variables).subarray(0, 2)]).toEqual([0xfe, 0xff]);
});
