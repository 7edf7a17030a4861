import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { T, u16, u32 } from '../../../support/ninep-client.ts';
import { errnoOf, Share } from './share.ts';

const ENOTDIR = 20;

test('ways that end at what is no directory leave nothing open', async () => {
  const names = Array.from({ length: 200 }, (_, n) => `d${n}`);
  const prepare = (folder: string) => {
    for (const name of names) {
      mkdirSync(join(folder, name));
      writeFileSync(join(folder, name, 'file'), '');
    }
  };
  await using share = await Share.open('none', { prepare });
  const files: number[] = [];
  for (const name of names) files.push(await share.client.walk(`${name}/file`));
  // All directories that are kept are forgotten, so that the way is gone anew.
  for (const name of names) await share.client.at(name, async () => {});
  const before = readdirSync('/proc/self/fd').length;
  for (const fid of files)
    expect(await errnoOf(share.client.ask(T.walk, u32(fid), u32(9999), u16(1), 'x'))).toBe(ENOTDIR);
  expect(readdirSync('/proc/self/fd').length).toBeLessThan(before + 10);
});
