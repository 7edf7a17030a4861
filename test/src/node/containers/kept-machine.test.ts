import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { keep } from '../../../../src/node/containers/guest.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'kept-machine-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

test('a machine takes the place of those of other versions, and of what processes that were killed have left', async () => {
  const ended = spawnSync('true').pid;
  const stays = ['512-a.snapshot', `256-b.snapshot.${process.pid}.0.tmp`];
  for (const name of [...stays, '256-a.snapshot', `256-a.snapshot.${ended}.1.tmp`, `256-a.snapshot.${ended}.tmp`])
    writeFileSync(join(folder, name), 'other');
  await keep(join(folder, '256-b.snapshot'), new TextEncoder().encode('state'));
  expect(readdirSync(folder).sort()).toEqual([...stays, '256-b.snapshot'].sort());
  expect(readFileSync(join(folder, '256-b.snapshot'), 'utf8')).toBe('state');
});

test('nothing is left of a machine that cannot be kept', async () => {
  mkdirSync(join(folder, '256-b.snapshot'));
  await expect(keep(join(folder, '256-b.snapshot'), new Uint8Array(1))).rejects.toThrow('EISDIR');
  expect(readdirSync(folder)).toEqual(['256-b.snapshot']);
});
