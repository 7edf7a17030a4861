import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../src/index.ts';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { bootWith, bytes, checkRandomWrites, findLinux9p, folderChecks, MOUNT, TIMEOUT } from '../support/linux-9p.ts';
import type { LinuxShell } from '../support/linux-shell.ts';

const found = await findLinux9p();

/** The folders that the guest mounts, and what is beside them. */
class Folders {
  readonly root = mkdtempSync(join(tmpdir(), 'linux-9p-'));
  readonly mapped = join(this.root, 'mapped');
  readonly plain = join(this.root, 'plain');

  constructor() {
    for (const folder of [this.mapped, this.plain]) mkdirSync(folder);
    writeFileSync(join(this.root, 'secret'), 'secret');
    writeFileSync(join(this.plain, 'data'), bytes);
    symlinkSync('../secret', join(this.plain, 'link'));
    symlinkSync('/etc', join(this.plain, 'etc'));
  }

  remove(): void {
    rmSync(this.root, { recursive: true });
  }
}

interface Guest {
  readonly shell: LinuxShell;
  readonly folders: Folders;
}

async function boot(linux: DebianLinux, folders: Folders): Promise<Guest> {
  const shell = await bootWith(linux, [
    { tag: 'mapped', folder: folders.mapped },
    { tag: 'plain', folder: folders.plain, securityModel: 'none' },
    { tag: 'fixed', folder: folders.plain, securityModel: 'none', readOnly: true },
  ]);
  await shell.run(`mkdir /m /p /f && ${MOUNT},msize=131072 mapped /m && ${MOUNT} plain /p && ${MOUNT} fixed /f`);
  return { shell, folders };
}

/** A folder of the host as it is mounted. */
function mounted({ shell }: Guest, path: string, folder: string) {
  return { shell, path, data: '/p/data', contents: async (name: string) => readFileSync(join(folder, name)) };
}

const checks: readonly (readonly [string, (guest: Guest) => Promise<void>])[] = [
  ...folderChecks.map(
    ([name, check]) => [name, (guest: Guest) => check(mounted(guest, '/m', guest.folders.mapped))] as const,
  ),
  [
    "random writes to a folder whose owners are the host's leave what they would leave in memory",
    (guest) => checkRandomWrites(mounted(guest, '/p', guest.folders.plain)),
  ],
  [
    'a folder that is read-only, and links that lead out of one',
    async ({ shell, folders }) => {
      expect(await shell.run('echo x 2>&1 > /f/new || true')).toContain('Read-only file system');
      expect(await shell.run('rm /f/data 2>&1 || true')).toContain('Read-only file system');
      expect(await shell.run('cat /p/link 2>&1 || true')).toContain('No such file');
      // The guest's own folder.
      expect(await shell.run('ls /p/etc/')).toBe(await shell.run('ls /etc'));
      expect(await shell.run('ls /p/../p/..//p | head -n 2')).toBe('data\netc');
      expect(readFileSync(join(folders.root, 'secret'), 'utf8')).toBe('secret');
    },
  ],
  [
    "files of the host are seen at once, and what the guest makes is the process's alone",
    async ({ shell, folders }) => {
      writeFileSync(join(folders.plain, 'from-host'), 'host');
      expect(await shell.run('cat /p/from-host')).toBe('host');
      writeFileSync(join(folders.plain, 'from-host'), 'changed');
      expect(await shell.run('cat /p/from-host')).toBe('changed');
      await shell.run('echo x > /m/mine && chown 1000:1000 /m/mine && chmod 6777 /m/mine');
      expect(statSync(join(folders.mapped, 'mine')).mode & 0o7777).toBe(0o600);
      expect(readFileSync(join(folders.mapped, '.virtfs_metadata/mine'), 'utf8')).toBe(
        'virtfs.uid=1000\nvirtfs.gid=1000\nvirtfs.mode=36351\n',
      );
      expect(execFileSync('find', [folders.mapped, '-perm', '/077', '-mindepth', '1'], { encoding: 'utf8' })).toBe('');
    },
  ],
  [
    'a snapshot is refused while a folder is mounted, and taken when it is not',
    async ({ shell }) => {
      await expect(shell.machine.snapshot()).rejects.toThrow(ConfigurationError);
      await expect(shell.machine.snapshot()).rejects.toThrow("the guest has mounted the folder 'mapped'");
      await shell.run('umount /m /p /f');
      const snapshot = await shell.machine.snapshot();
      await shell.run(`${MOUNT} mapped /m`);
      await shell.machine.load(snapshot);
      await shell.run(`${MOUNT} mapped /m`);
      expect(await shell.run('cat /m/log')).toBe('1\n2\n3');
      expect(await shell.run('dmesg | grep -iE "9p.*(fail|error)|oops|kernel BUG" || true')).toBe('');
    },
  ],
];

if (typeof found === 'string') {
  describe.skip(`Linux with shared folders: ${found}`, () => test('boots', () => {}));
} else {
  describe('Linux with shared folders', { timeout: TIMEOUT }, () => {
    const folders = new Folders();
    let guest: Guest;
    beforeAll(async () => {
      guest = await boot(found, folders);
    }, TIMEOUT);
    afterAll(async () => {
      await guest?.shell.machine.stop();
      folders.remove();
    });

    test.each(checks)('%s', (_name, check) => check(guest));
  });
}
