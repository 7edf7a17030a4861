import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readWhole } from '../../../../src/node/files/read-file.ts';
import { root } from '../../../support/documents.ts';

test('what a shell gives as <(COMMAND) is read to its end, though it is a pipe', () => {
  const program = `
    const { readWhole } = await import(${JSON.stringify(join(root, 'src/node/files/read-file.ts'))});
    process.stdout.write(await readWhole(process.argv[1]));`;
  const command = `exec "$0" --input-type=module -e '${program}' <(sleep 0.1; echo late)`;
  expect(execFileSync('bash', ['-c', command, process.execPath], { encoding: 'utf8' })).toBe('late\n');
});

test('of a device without an end the first bytes are read', async () => {
  expect(await readWhole('/dev/zero')).toEqual(new Uint8Array(1 << 16));
});

test('what there is not is told in words', async () => {
  await expect(readWhole('/no/such')).rejects.toThrow(/^no such file or directory$/);
});
