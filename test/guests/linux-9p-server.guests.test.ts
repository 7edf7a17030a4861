import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { packFolder } from '../../src/index.ts';
import { FolderServer } from '../support/folder-server.ts';
import { bootWith, bytes, findLinux9p, MOUNT, md5, TIMEOUT } from '../support/linux-9p.ts';

const found = await findLinux9p();
const reason = typeof found === 'string' ? `: ${found}` : '';

/** A folder with a file of 16 MB, a script and links, packed; served as it is. */
async function served(work: string): Promise<FolderServer> {
  const [folder, packed] = [join(work, 'folder'), join(work, 'packed')];
  await mkdir(join(folder, 'bin'), { recursive: true });
  await writeFile(join(folder, 'data'), bytes);
  await writeFile(join(folder, 'bin/hello'), '#!/bin/sh\necho hello $1\n');
  await chmod(join(folder, 'bin/hello'), 0o4755);
  await symlink('bin/hello', join(folder, 'link'));
  for (let n = 0; n < 300; n++) await writeFile(join(folder, `file${n}`), `${n}\n`);
  await packFolder(folder, packed);
  const contents = readdirSync(join(packed, 'contents')).map((name) => `contents/${name}`);
  const files = ['index.json', ...contents].map((name) => [name, readFileSync(join(packed, name))] as const);
  return await FolderServer.start(Object.fromEntries(files));
}

describe.skipIf(reason !== '')(`Linux with a folder of a web server${reason}`, { timeout: TIMEOUT }, () => {
  test('reads, runs, changes and removes its files', async () => {
    const work = await mkdtemp(join(tmpdir(), 'served-'));
    try {
      await using server = await served(work);
      const where = { index: server.address('index.json'), contents: server.address('contents/') };
      const shares = [{ tag: 'host9p', server: where, capacity: 24 << 20 }];
      if (typeof found === 'string') throw new Error(found);
      await using shell = await bootWith(found, shares);
      await shell.run(`mkdir /m && ${MOUNT},msize=131072 host9p /m`);
      const sum = `${md5(bytes)}  -`;
      expect(await shell.run('md5sum < /m/data; md5sum < /m/data')).toBe(`${sum}\n${sum}`);
      expect(server.asked).toHaveLength(2);
      expect(await shell.run('/m/link guest; stat -c %a /m/bin/hello')).toBe('hello guest\n4755');
      const numbers = await shell.run('seq 0 299 | md5sum');
      expect(await shell.run('for n in $(seq 0 299); do cat /m/file$n; done | md5sum')).toBe(numbers);
      // What is full does not keep it from reading.
      await shell.run(
        'echo more >> /m/file7; rm /m/file8; mv /m/file9 /m/bin; dd if=/dev/zero of=/m/zeros bs=1M count=15',
      );
      expect(await shell.run('cat /m/file7 /m/bin/file9; ls /m | wc -l; wc -c < /m/zeros')).toBe(
        `7\nmore\n9\n302\n${15 << 20}`,
      );
      expect(await shell.run('dd if=/dev/zero of=/m/more bs=1M count=15 2>&1 || true')).toContain('No space left');
      expect(await shell.run('md5sum < /m/data; dmesg | grep -iE "9p.*(fail|error)|oops" || true')).toBe(sum);
    } finally {
      await rm(work, { recursive: true });
    }
  });
});
