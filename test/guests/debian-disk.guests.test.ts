import { execFile, execFileSync } from 'node:child_process';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDisk } from '../../src/cli/debian/make.ts';
import { Machine } from '../../src/index.ts';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';
import { freePort } from '../support/ports.ts';

/** It takes as long as it takes: nothing is asserted of it. */
const TIMEOUT = 3 * 3_600_000;
const found = await findLinux();

if (typeof found === 'string') describe.skip(`a Debian on a disk: ${found}`, () => test('is made', () => {}));
else
  describe('a Debian on a disk', { timeout: TIMEOUT }, () => {
    let folder: string;
    let disk: string;
    let key: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'debian-'));
      disk = join(folder, 'd.qcow2');
      key = join(folder, 'key');
      execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
      const more = { packages: ['file'], hostname: 'guest', user: 'joe', key: `${key}.pub`, flags: [] };
      await makeDisk({ disk, size: 2 ** 31, ...more });
    }, TIMEOUT);
    afterAll(() => rm(folder, { recursive: true }));

    /** Root at the console of the machine that boots the disk. */
    async function boot(port: number): Promise<LinuxShell> {
      const forward = { hostAddress: '127.0.0.1', hostPort: port, guestPort: 22 };
      const machine = await Machine.create({
        memory: 512,
        boot: { bios: 'rawiron' },
        drives: [disk],
        network: [{ card: 'virtio-net-pci', backend: { type: 'user', hostForward: [forward] } }],
        shares: [{ tag: 'host', files: { text: 'of the host' } }],
      });
      await machine.start();
      await machine.serial.expect(/ login: /, { timeout: TIMEOUT });
      machine.serial.write('root\n');
      await machine.serial.expect(/# /, { timeout: TIMEOUT });
      machine.serial.write("PS1='~ # '; bind 'set enable-bracketed-paste off'\n");
      await machine.serial.expect(/~ # $/, { timeout: TIMEOUT });
      return LinuxShell.of(machine);
    }

    async function ssh(port: number, command: string): Promise<string> {
      const safe = ['-o', 'StrictHostKeyChecking=no', '-o', 'UserKnownHostsFile=/dev/null', '-o', 'BatchMode=yes'];
      const args = [...safe, '-i', key, '-p', String(port), 'joe@127.0.0.1', command];
      return (await promisify(execFile)('ssh', args)).stdout.trim();
    }

    test('nothing but the disk is left of the making', async () => {
      expect((await readdir(folder)).sort()).toEqual(['d.qcow2', 'key', 'key.pub']);
    });

    test('it boots, has what was asked for, and keeps what is written', async () => {
      const port = await freePort();
      await using shell = await boot(port);
      expect(await shell.run('hostname; id -nG joe; dpkg --audit; systemctl is-active ssh systemd-networkd')).toBe(
        'guest\njoe sudo\nactive\nactive',
      );
      expect(await shell.run('cat /host/text')).toBe('of the host');
      expect(await shell.run('file -b /vmlinuz | sed "s/$(uname -r)/RELEASE/"')).toBe(
        'symbolic link to boot/vmlinuz-RELEASE',
      );
      expect(await shell.run('networkctl status | grep -c 10.0.2.15')).not.toBe('0');
      expect(await ssh(port, 'echo kept > file; id -un; sync; sudo -n id -un')).toBe('joe\nroot');
      shell.type('poweroff');
      expect(await shell.machine.exited).toMatchObject({ reason: 'poweroff' });
      await using again = await boot(port);
      expect(await again.run('cat ~joe/file; systemctl --failed --no-legend')).toBe('kept');
      again.type('poweroff');
      await again.machine.exited;
    });
  });
