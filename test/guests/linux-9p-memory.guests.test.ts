import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Machine, type SharedFiles } from '../../src/index.ts';
import { bootWith, bytes, findLinux9p, folderChecks, MOUNT, TIMEOUT } from '../support/linux-9p.ts';
import { LinuxShell } from '../support/linux-shell.ts';

const found = await findLinux9p();

const shares = [
  { tag: 'memory', files: {}, capacity: 64 << 20 },
  {
    tag: 'fixed',
    readOnly: true,
    files: { data: bytes, 'bin/hello': { content: '#!/bin/sh\necho hello $1\n', executable: true }, 'Größe.txt': 'x' },
  },
  { tag: 'small', files: {}, capacity: 1 << 20 },
];

/** Twelve programs make and remove directories and append lines, again and again, until each has made a file. */
const appending =
  'for p in $(seq 12); do (for n in $(seq 20); do mkdir /m/d$p.$n && rmdir /m/d$p.$n && echo $n >>/m/count$p || echo bad >>/m/count$p; done; touch /m/end$p) & done';
const untilDone = 'until [ $(ls /m/end* 2>/dev/null | wc -l) -eq 12 ]; do :; done';

/** A machine goes on from a moment in which all that was at work, and a removed file was open. */
async function checkGoesOn(machine: Machine): Promise<void> {
  const shell = LinuxShell.of(machine);
  const sum = await shell.run('seq 20 | md5sum');
  expect(await shell.run(`${untilDone}; for p in $(seq 12); do md5sum </m/count$p; done | uniq`)).toBe(sum);
  expect(await shell.run('cat <&6 >&7; cat /m/kept; ls /m/d; exec 6<&- 7>&-')).toBe('kept');
  expect(new TextDecoder().decode(await machine.shares.get('memory')!.readFile('kept'))).toBe('kept\n');
  expect(await shell.run('dmesg | grep -iE "9p.*(fail|error)|oops|kernel BUG" || true')).toBe('');
}

interface Guest {
  readonly shell: LinuxShell;
  readonly files: SharedFiles;
}

const checks: readonly (readonly [string, (guest: Guest) => Promise<void>])[] = [
  ...folderChecks.map(
    ([name, check]) =>
      [
        name,
        ({ shell, files }: Guest) =>
          check({ shell, path: '/m', data: '/f/data', contents: (file) => files.readFile(file) }),
      ] as const,
  ),
  [
    'files that the machine began with are there, may be run where that was asked for, and stay as they are',
    async ({ shell }) => {
      expect(await shell.run('/f/bin/hello guest')).toBe('hello guest');
      expect(await shell.run("stat -c '%a %u:%g' /f/data /f/bin /f/bin/hello | uniq")).toBe('644 0:0\n755 0:0');
      expect(await shell.run('cat /f/Größe.txt')).toBe('x');
      expect(await shell.run('echo x 2>&1 > /f/new || true')).toContain('Read-only file system');
      expect(await shell.run('rm /f/data 2>&1 || true')).toContain('Read-only file system');
    },
  ],
  [
    'what the host writes, changes and removes the guest sees at once, and the other way round',
    async ({ shell, files }) => {
      await files.writeFile('in/deep/file', 'from the host');
      expect(await shell.run('cat /m/in/deep/file')).toBe('from the host');
      await files.writeFile('in/deep/file', 'changed');
      expect(await shell.run('cat /m/in/deep/file; mkdir /m/out; mv /m/in/deep/file /m/out/moved')).toBe('changed');
      expect(await files.list('in/deep')).toEqual([]);
      expect((await files.list('out')).map(({ name, size }) => [name, size])).toEqual([['moved', 7]]);
      await shell.run('exec 6</m/out/moved; ln -s /etc/passwd /m/out/link');
      await expect(files.readFile('out/link')).rejects.toThrow('it is a symbolic link');
      await files.remove('out');
      expect(await shell.run('cat <&6; exec 6<&-; ls -1 /m')).toBe('changedin\nlog');
    },
  ],
  [
    'a guest that writes more than is allowed finds the disk full, and goes on when something is removed',
    async ({ shell }) => {
      expect(await shell.run('dd if=/dev/zero of=/s/big bs=64k count=100 2>&1 || true')).toContain('No space left');
      expect(await shell.run("df -k /s | tail -n 1 | tr -s ' ' | cut -d ' ' -f 2,4")).toBe('1024 0');
      await shell.run('mv /s/big /s/large && rm /s/large && dd if=/dev/zero of=/s/more bs=64k count=10 2>/dev/null');
      // A hole takes nothing.
      expect(await shell.run('truncate -s 1G /s/more && stat -c %s /s/more')).toBe(String(2 ** 30));
    },
  ],
  [
    'a snapshot has the files and what is open there, at work, in the same machine, another one and a fork',
    async ({ shell, files }) => {
      const { machine } = shell;
      await shell.run('mkdir /m/d && echo kept > /m/d/open && exec 6</m/d/open 7>/m/kept && rm /m/d/open');
      // Requests are under way all the time, of which none may be done twice, or not at all.
      await shell.run(`( (${appending}) </dev/null & ); until [ -s /m/count12 ]; do :; done`);
      const snapshot = await machine.snapshot();
      await shell.run(`${untilDone}; cat <&6 >&7; rm -r /m/d /m/kept`);
      await files.writeFile('count5', 'another one');
      await machine.load(snapshot);
      await using other = await Machine.restore(snapshot);
      await using fork = await machine.fork();
      await Promise.all([other, fork].map((one) => one.start()));
      for (const one of [machine, other, fork]) await checkGoesOn(one);
      // In the middle of it all, again and again.
      for (let n = 0; n < 10; n++) {
        await machine.load(snapshot);
        await shell.run(`until [ $(wc -l </m/count3) -gt ${n} ]; do :; done`);
        const later = await machine.snapshot();
        await shell.run('rm /m/count3');
        await machine.load(later);
        await checkGoesOn(machine);
      }
    },
  ],
  [
    'the files are there when the guest has turned the machine off',
    async ({ shell, files }) => {
      await shell.run('echo result > /m/result');
      shell.type('poweroff -f');
      await shell.machine.exited;
      expect(new TextDecoder().decode(await files.readFile('result'))).toBe('result\n');
    },
  ],
];

if (typeof found === 'string') {
  describe.skip(`Linux with a folder in memory: ${found}`, () => test('boots', () => {}));
} else {
  describe('Linux with a folder in memory', { timeout: TIMEOUT }, () => {
    let guest: Guest;
    beforeAll(async () => {
      const shell = await bootWith(found, shares);
      await shell.run(
        `mkdir /m /f /s && ${MOUNT},msize=131072 memory /m && ${MOUNT} fixed /f && ${MOUNT},msize=512000 small /s`,
      );
      guest = { shell, files: shell.machine.shares.get('memory')! };
    }, TIMEOUT);
    afterAll(() => guest?.shell.machine.stop());

    test.each(checks)('%s', (_name, check) => check(guest));
  });
}
