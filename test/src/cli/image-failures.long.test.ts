import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { rawironEach } from '../support/command-line.ts';

const folder = mkdtempSync(join(tmpdir(), 'image-failures-'));
afterAll(() => rmSync(folder, { recursive: true }));
const inFolder = (name: string) => join(folder, name);

test('where a conversion fails in the midst a new file is gone, and one that was there is empty', async () => {
  const [source, before, fresh] = [inFolder('damaged.qcow2'), inFolder('before'), inFolder('fresh')];
  const [created] = await rawironEach([['image', 'create', '-f', 'qcow2', source, '10M']]);
  expect(created!.code).toBe(0);
  const bytes = readFileSync(source);
  // The L1 table's first entry names an L2 table far beyond the end.
  bytes.writeBigUInt64BE((1n << 63n) | 0x7fff_0000n, Number(bytes.readBigUInt64BE(40)));
  writeFileSync(source, bytes);
  for (const format of ['raw', 'qcow2']) {
    writeFileSync(before, 'precious');
    const [over, anew] = await rawironEach([before, fresh].map((to) => ['image', 'convert', '-O', format, source, to]));
    expect([over!.code, anew!.code]).toEqual([1, 1]);
    expect(over!.errors).toContain(
      `${before}: is empty now, and what it had is gone, as the image was not finished: ${source}: `,
    );
    expect(anew!.errors).toContain(`rawiron: ${source}: `);
    expect(statSync(before).size).toBe(0);
    expect(existsSync(fresh)).toBe(false);
  }
});
