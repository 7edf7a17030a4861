import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ConfigurationError } from '../../src/index.ts';
import type { DebianLinux } from '../../src/node/assets/debian.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';
import { Random } from '../support/random.ts';

const TIMEOUT = 600_000;
const MEGABYTES = 16;
const drivers = ['virtio_pci', '9pnet_virtio', '9p'];
const MOUNT = 'mount -t 9p -o trans=virtio,version=9p2000.L';

const found = await findLinux();
const modules = typeof found === 'string' ? found : await linuxModules(found.release, ...drivers).catch(String);

const bytes = Uint8Array.from({ length: MEGABYTES << 20 }, (_, n) => (n * 7 + (n >> 8) * 31 + (n >> 16)) & 0xff);
const md5 = (data: Uint8Array): string => createHash('md5').update(data).digest('hex');

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
  const shell = await LinuxShell.boot(linux, 'translator', 'cryptomgr.notests', {
    shares: [
      { tag: 'mapped', folder: folders.mapped },
      { tag: 'plain', folder: folders.plain, securityModel: 'none' },
      { tag: 'fixed', folder: folders.plain, securityModel: 'none', readOnly: true },
    ],
  });
  await shell.run(`mkdir /m /p /f && ${MOUNT},msize=131072 mapped /m && ${MOUNT} plain /p && ${MOUNT} fixed /f`);
  return { shell, folders };
}

/** What a file is written, cut and read like, at random; the bytes that it must have then. */
function exerciser(random: Random, path: string): { commands: string[]; expected: Uint8Array } {
  let expected: Uint8Array = new Uint8Array(0);
  const commands: string[] = [];
  for (let n = 0; n < 60; n++) {
    const [at, length] = [random.below(40_000), 1 + random.below(9000)];
    if (random.chance(25)) {
      commands.push(`truncate -s ${at} ${path}`);
      const cut = new Uint8Array(at);
      cut.set(expected.subarray(0, at));
      expected = cut;
      continue;
    }
    const options = `bs=1 seek=${at} skip=${n * 1000} count=${length} conv=notrunc`;
    commands.push(
      `dd if=/p/data of=${path} iflag=skip_bytes,count_bytes oflag=seek_bytes ${options.replace('bs=1', 'bs=4k')} 2>/dev/null`,
    );
    const grown = new Uint8Array(Math.max(expected.length, at + length));
    grown.set(expected);
    grown.set(bytes.subarray(n * 1000, n * 1000 + length), at);
    expected = grown;
  }
  return { commands, expected };
}

const checks: readonly (readonly [string, (guest: Guest) => Promise<void>])[] = [
  [
    `${MEGABYTES} MB are read, and written, with checksums`,
    async ({ shell, folders }) => {
      expect(await shell.run('md5sum < /p/data')).toBe(`${md5(bytes)}  -`);
      await shell.run('cp /p/data /m/copy && sync && dd if=/p/data of=/p/small bs=333 count=2000 2>/dev/null');
      expect(md5(readFileSync(join(folders.mapped, 'copy')))).toBe(md5(bytes));
      expect(md5(readFileSync(join(folders.plain, 'small')))).toBe(md5(bytes.subarray(0, 333 * 2000)));
      expect(await shell.run('md5sum < /m/copy; rm /m/copy /p/small')).toBe(`${md5(bytes)}  -`);
    },
  ],
  [
    'a tree goes there by tar, and comes back the same, with owners, permissions, links and devices',
    async ({ shell }) => {
      await shell.run(
        'mkdir -p /t/a/b && cp -r /bin /t/a/ && echo x > /t/f && ln -s ../f /t/a/l && ln /t/f /t/a/h && ' +
          'mknod /t/a/b/dev b 8 17 && mkfifo /t/a/b/pipe && chown 12:34 /t/a/b /t/f && chmod 4711 /t/f && chmod 1777 /t/a && ' +
          "touch -d '2001-02-03 04:05:06' /t/f /t/a/b",
      );
      await shell.run('mkdir /m/x && tar -C /t -cf - . | tar -C /m/x -xpf -');
      // How many links a directory has is the host's affair.
      const list = (folder: string) =>
        shell.run(`cd ${folder} && find . | sort | xargs stat -c '%n %F %a %u %g %t %T %N' | md5sum; cd`);
      expect(await shell.run('stat -c %h /m/x/f; stat -c %i /m/x/f /m/x/a/h | uniq | wc -l')).toBe('2\n1');
      expect(await list('/m/x')).toBe(await list('/t'));
      expect(
        await shell.run("stat -c '%F %a %u:%g %t,%T %Y' /m/x/f /m/x/a/b/dev /m/x/a/b/pipe /m/x/a/b /m/x/a | cut -c-60"),
      ).toContain('regular file 4711 12:34 0,0 981173106\nblock special file');
      const sums = (folder: string) => shell.run(`cd ${folder} && find . -type f | sort | xargs md5sum | md5sum; cd`);
      expect(await sums('/m/x')).toBe(await sums('/t'));
      await shell.run('rm -rf /m/x');
      expect(await shell.run('ls -A /m')).toBe('');
    },
  ],
  [
    'random writes and cuts leave what they would leave in memory',
    async ({ shell, folders }) => {
      for (const [seed, folder, path] of [
        [1, folders.mapped, '/m/fsx'],
        [2, folders.plain, '/p/fsx'],
      ] as const) {
        const { commands, expected } = exerciser(new Random(seed), path);
        for (const command of commands) await shell.run(command);
        expect(await shell.run(`md5sum < ${path}`)).toBe(`${md5(expected)}  -`);
        expect(md5(readFileSync(join(folder, 'fsx')))).toBe(md5(expected));
      }
    },
  ],
  [
    'renamed, removed while open, appended, and many in a directory',
    async ({ shell }) => {
      await shell.run('cd /m && mkdir d && for n in $(seq 300); do echo $n > d/file$n; done; cd');
      expect(await shell.run('ls /m/d | wc -l; cat /m/d/* | md5sum')).toBe(
        await shell.run(
          'mkdir /d && for n in $(seq 300); do echo $n > /d/file$n; done; ls /d | wc -l; cat /d/* | md5sum',
        ),
      );
      await shell.run('mv /m/d /m/e && exec 5</m/e/file7 && rm -r /m/e');
      expect(await shell.run('cat <&5; exec 5<&-; [ ! -e /m/e ]')).toBe('7');
      expect(await shell.run('for n in 1 2 3; do echo $n >> /m/log; done; cat /m/log')).toBe('1\n2\n3');
    },
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

if (typeof found === 'string' || typeof modules === 'string') {
  const reason = typeof found === 'string' ? found : modules;
  describe.skip(`Linux with shared folders: ${reason}`, () => test('boots', () => {}));
} else {
  describe('Linux with shared folders', { timeout: TIMEOUT }, () => {
    const folders = new Folders();
    let guest: Guest;
    beforeAll(async () => {
      const linux: DebianLinux = { ...found, initrd: (more = []) => found.initrd([...modules, ...more]) };
      guest = await boot(linux, folders);
    }, TIMEOUT);
    afterAll(async () => {
      await guest?.shell.machine.stop();
      folders.remove();
    });

    test.each(checks)('%s', (_name, check) => check(guest));
  });
}
