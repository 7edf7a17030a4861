import { readdirSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { NinepSession } from '../../../src/ninep/session.ts';
import { nodeStorage } from '../../../src/node/storage.ts';
import { MemoryFolder } from '../../../src/shares/memory/folder.ts';
import { VERSION } from '../../../src/snapshot/layout.ts';
import { readSnapshot } from '../../../src/snapshot/read.ts';
import { checkUsed, ORIGINS } from './used.ts';

const folder = join(import.meta.dirname, '../snapshot/versions');
const files = readdirSync(folder).filter((name) => name.endsWith('.share'));

test('there is a file of this version', () => {
  expect(files).toContain(`${VERSION}.share`);
});

test.each(files)(
  'a folder and its client go on from %s (if not, see docs/internals/snapshot-format.md)',
  async (name) => {
    const saved = await readSnapshot(name, await readFile(join(folder, name)), nodeStorage.decompressor);
    const session = new NinepSession(new MemoryFolder(1 << 20, { origins: ORIGINS }), false);
    const { shares } = saved as { shares: { a: { client: never } } };
    session.client = session.client.restored(shares.a.client);
    await checkUsed(session);
  },
);
