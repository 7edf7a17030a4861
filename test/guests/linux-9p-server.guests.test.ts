import { readdirSync, readFileSync } from 'node:fs';
import { chmod, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { Machine, packFolder, type ServerFolder } from '../../src/index.ts';
import { FolderServer } from '../support/folder-server.ts';
import { bootWith, bytes, findLinux9p, MOUNT, md5, TIMEOUT } from '../support/linux-9p.ts';
import { LinuxShell } from '../support/linux-shell.ts';

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

/** A machine goes on from a snapshot with what the guest has changed, and what it has not comes from the server. */
async function checkSnapshot(shell: LinuxShell, server: FolderServer, where: ServerFolder): Promise<void> {
  await shell.run('exec 6</m/data; rm /m/data; head -c 1000000 <&6 >/dev/null');
  const snapshot = await shell.machine.snapshot();
  await expect(Machine.restore(snapshot)).rejects.toThrow("the share 'host9p': files of a web server");
  server.asked.length = 0;
  await using machine = await Machine.restore(snapshot, {
    shares: [{ tag: 'host9p', server: where, capacity: 24 << 20 }],
  });
  await machine.start();
  expect(server.asked).toEqual([]);
  const other = LinuxShell.of(machine);
  const rest = `${md5(bytes.subarray(1_000_000))}  -`;
  expect(await other.run('md5sum <&6; cat /m/file7 /m/file10')).toBe(`${rest}\n7\nmore\n10`);
  expect(server.asked).toHaveLength(2);
  expect(await other.run('ls /m | wc -l; wc -c < /m/zeros; dmesg | grep -iE "9p.*(fail|error)|oops" || true')).toBe(
    `302\n${15 << 20}`,
  );
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
      await checkSnapshot(shell, server, where);
    } finally {
      await rm(work, { recursive: true });
    }
  });
});
