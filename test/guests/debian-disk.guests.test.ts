import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDisk } from '../../src/cli/debian/make.ts';
import { Machine } from '../../src/index.ts';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 3_600_000;
const found = await findLinux();

if (typeof found === 'string') describe.skip(`a Debian on a disk: ${found}`, () => test('is made', () => {}));
else
  describe('a Debian on a disk', { timeout: TIMEOUT }, () => {
    let folder: string;
    let disk: string;
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'debian-'));
      disk = join(folder, 'd.qcow2');
      await makeDisk({ disk, size: 2 ** 31, packages: [], hostname: 'guest', user: 'joe', flags: [] });
    }, TIMEOUT);
    afterAll(() => rm(folder, { recursive: true }));

    /** Root at the console of the machine that boots the disk. */
    async function boot(): Promise<LinuxShell> {
      const machine = await Machine.create({
        memory: 512,
        boot: { bios: 'rawiron' },
        drives: [disk],
        network: [{ card: 'virtio-net-pci', backend: { type: 'user' } }],
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

    test('nothing but the disk is left of the making', async () => {
      expect(await readdir(folder)).toEqual(['d.qcow2']);
    });

    test('it boots, has what was asked for, and keeps what is written', async () => {
      await using shell = await boot();
      expect(await shell.run('hostname; id -nG joe; dpkg --audit; systemctl is-active ssh systemd-networkd')).toBe(
        'guest\njoe sudo\nactive\nactive',
      );
      expect(await shell.run('cat /host/text')).toBe('of the host');
      expect(await shell.run('networkctl status | grep -c 10.0.2.15')).not.toBe('0');
      await shell.run('echo kept > /var/tmp/file; sync');
      shell.type('poweroff');
      expect(await shell.machine.exited).toMatchObject({ reason: 'poweroff' });
      await using again = await boot();
      expect(await again.run('cat /var/tmp/file; systemctl --failed --no-legend')).toBe('kept');
      again.type('poweroff');
      await again.machine.exited;
    });
  });
