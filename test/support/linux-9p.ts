import { createHash } from 'node:crypto';
import { expect } from 'vitest';
import type { ShareOptions } from '../../src/index.ts';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { linuxModules } from './linux-modules.ts';
import { findLinux, LinuxShell } from './linux-shell.ts';
import { Random } from './random.ts';

export const TIMEOUT = 600_000;
export const MEGABYTES = 16;
export const MOUNT = 'mount -t 9p -o trans=virtio,version=9p2000.L';
const drivers = ['virtio_pci', '9pnet_virtio', '9p'];

/** Bytes that files are written from. */
export const bytes = Uint8Array.from({ length: MEGABYTES << 20 }, (_, n) => (n * 7 + (n >> 8) * 31 + (n >> 16)) & 0xff);
export const md5 = (data: Uint8Array): string => createHash('md5').update(data).digest('hex');

/** Linux with the drivers that it takes, or why there is none here. */
export async function findLinux9p(): Promise<DebianLinux | string> {
  const found = await findLinux();
  if (typeof found === 'string') return found;
  const modules = await linuxModules(found.modules, ...drivers).catch(String);
  if (typeof modules === 'string') return modules;
  return { ...found, initrd: (more = []) => found.initrd([...modules, ...more]) };
}

/** Linux at its shell, with these shares, none of them mounted yet. */
export async function bootWith(linux: DebianLinux, shares: readonly ShareOptions[]): Promise<LinuxShell> {
  return await LinuxShell.boot(linux, 'translator', 'cryptomgr.notests', { shares });
}

/** An empty folder that the guest has mounted, and keeps owners and kinds of files. */
export interface MountedFolder {
  readonly shell: LinuxShell;
  /** Where it is mounted. */
  readonly path: string;
  /** A file of the guest's with `bytes`. */
  readonly data: string;
  /** The contents of a file of the folder at the host. */
  contents(name: string): Promise<Uint8Array>;
}

/** Random commands that write, cut and read a file, and the bytes that it must have then. */
function exerciser(random: Random, path: string, data: string): { commands: string[]; expected: Uint8Array } {
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
    const options = `bs=4k seek=${at} skip=${n * 1000} count=${length} conv=notrunc`;
    commands.push(`dd if=${data} of=${path} iflag=skip_bytes,count_bytes oflag=seek_bytes ${options} 2>/dev/null`);
    const grown = new Uint8Array(Math.max(expected.length, at + length));
    grown.set(expected);
    grown.set(bytes.subarray(n * 1000, n * 1000 + length), at);
    expected = grown;
  }
  return { commands, expected };
}

export async function checkRandomWrites({ shell, path, data, contents }: MountedFolder): Promise<void> {
  const { commands, expected } = exerciser(new Random(1), `${path}/fsx`, data);
  for (const command of commands) await shell.run(command);
  expect(await shell.run(`md5sum < ${path}/fsx`)).toBe(`${md5(expected)}  -`);
  expect(md5(await contents('fsx'))).toBe(md5(expected));
  await shell.run(`rm ${path}/fsx`);
}

/** Checks that every folder must pass. */
export const folderChecks: readonly (readonly [string, (folder: MountedFolder) => Promise<void>])[] = [
  [
    `${MEGABYTES} MB are read, and written, with checksums`,
    async ({ shell, path, data, contents }) => {
      expect(await shell.run(`md5sum < ${data}`)).toBe(`${md5(bytes)}  -`);
      await shell.run(
        `cp ${data} ${path}/copy && sync && dd if=${data} of=${path}/small bs=333 count=2000 2>/dev/null`,
      );
      expect(md5(await contents('copy'))).toBe(md5(bytes));
      expect(md5(await contents('small'))).toBe(md5(bytes.subarray(0, 333 * 2000)));
      expect(await shell.run(`md5sum < ${path}/copy; rm ${path}/copy ${path}/small`)).toBe(`${md5(bytes)}  -`);
    },
  ],
  [
    'a tree goes there by tar, and comes back the same, with owners, permissions, links and devices',
    async ({ shell, path }) => {
      await shell.run(
        'mkdir -p /t/a/b && cp -r /bin /t/a/ && echo x > /t/f && ln -s ../f /t/a/l && ln /t/f /t/a/h && ' +
          'mknod /t/a/b/dev b 8 17 && mkfifo /t/a/b/pipe && chown 12:34 /t/a/b /t/f && chmod 4711 /t/f && chmod 1777 /t/a && ' +
          "touch -d '2001-02-03 04:05:06' /t/f /t/a/b",
      );
      await shell.run(`mkdir ${path}/x && tar -C /t -cf - . | tar -C ${path}/x -xpf -`);
      // How many links a directory has is the host's affair.
      const list = (folder: string) =>
        shell.run(`cd ${folder} && find . | sort | xargs stat -c '%n %F %a %u %g %t %T %N' | md5sum; cd`);
      const links = `stat -c %h ${path}/x/f; stat -c %i ${path}/x/f ${path}/x/a/h | uniq | wc -l`;
      expect(await shell.run(links)).toBe('2\n1');
      expect(await list(`${path}/x`)).toBe(await list('/t'));
      const names = ['f', 'a/b/dev', 'a/b/pipe', 'a/b', 'a'].map((name) => `${path}/x/${name}`).join(' ');
      expect(await shell.run(`stat -c '%F %a %u:%g %t,%T %Y' ${names} | cut -c-60`)).toContain(
        'regular file 4711 12:34 0,0 981173106\nblock special file',
      );
      const sums = (folder: string) => shell.run(`cd ${folder} && find . -type f | sort | xargs md5sum | md5sum; cd`);
      expect(await sums(`${path}/x`)).toBe(await sums('/t'));
      await shell.run(`rm -rf ${path}/x`);
      expect(await shell.run(`ls -A ${path}`)).toBe('');
    },
  ],
  ['random writes and cuts leave what they would leave in memory', checkRandomWrites],
  [
    'renamed, removed while open, appended, and many in a directory',
    async ({ shell, path }) => {
      await shell.run(`cd ${path} && mkdir d && for n in $(seq 300); do echo $n > d/file$n; done; cd`);
      expect(await shell.run(`ls ${path}/d | wc -l; cat ${path}/d/* | md5sum`)).toBe(
        await shell.run(
          'mkdir /d && for n in $(seq 300); do echo $n > /d/file$n; done; ls /d | wc -l; cat /d/* | md5sum',
        ),
      );
      await shell.run(`mv ${path}/d ${path}/e && exec 5<${path}/e/file7 && rm -r ${path}/e`);
      expect(await shell.run(`cat <&5; exec 5<&-; [ ! -e ${path}/e ]`)).toBe('7');
      expect(await shell.run(`for n in 1 2 3; do echo $n >> ${path}/log; done; cat ${path}/log`)).toBe('1\n2\n3');
    },
  ],
];
