import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';
import { orReason, programPackages, unpackPackages } from './boot/packages.ts';

/** It takes as long as it takes: nothing is asserted of it. */
const TIMEOUT = 3_600_000;
const found = await findLinux('686-pae');
const drivers = ['kvm_amd', 'virtio_pci', '9pnet_virtio', '9p'];
const modules = typeof found === 'string' ? found : await linuxModules(found.modules, ...drivers).catch(String);
const packages = await orReason(() => programPackages('qemu', ['qemu-system-x86']));

/** Debian's QEMU with its libraries, and what it is to boot, in a folder that is a root of its own. */
const tree = '/mnt/qemu';
const mounts = [
  'mkdir -p /mnt/qemu',
  'mount -t 9p -o trans=virtio,version=9p2000.L,msize=512000,cache=loose,ro qemu /mnt/qemu',
  ...['dev', 'proc'].map((name) => `mount -o bind /${name} ${tree}/${name}`),
  `mount -t tmpfs tmpfs ${tree}/tmp`,
];
const machine = '-m 128 -display none -vga none -nodefaults -no-reboot -monitor none -serial stdio';
const system = "-kernel /boot/vmlinuz -initrd /boot/initrd -append 'console=ttyS0 quiet cryptomgr.notests'";
const qemu = `chroot ${tree} /usr/bin/qemu-system-i386 -enable-kvm ${machine} ${system}`;

async function makeTree(linux: DebianLinux): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'nested-'));
  if (typeof packages !== 'string') await unpackPackages(packages, folder);
  for (const name of ['dev', 'proc', 'tmp', 'boot']) mkdirSync(join(folder, name), { recursive: true });
  writeFileSync(join(folder, 'boot/vmlinuz'), linux.kernel);
  writeFileSync(join(folder, 'boot/initrd'), linux.initrd());
  return folder;
}

function boot(linux: DebianLinux, features: string, folder: string): Promise<LinuxShell> {
  const withModules = { ...linux, initrd: () => linux.initrd(modules as Exclude<typeof modules, string>) };
  return LinuxShell.boot(withModules, 'translator', 'cryptomgr.notests', {
    cpu: `phenom,${features},check=off`,
    memory: '512M',
    shares: [{ tag: 'qemu', folder, securityModel: 'none', readOnly: true }],
  });
}

const missing = [found, modules, packages].filter((part) => typeof part === 'string');
if (missing.length > 0) describe.skip(`A guest in a guest: ${missing.join(' ')}`, () => test('boots', () => {}));
else
  describe.each([
    ['nested paging', '+npt,+nrip-save,+vmcb-clean,+flushbyasid'],
    ['shadow paging', '+svm'],
  ])('QEMU with KVM in a guest, %s', { timeout: TIMEOUT }, (_paging, features) => {
    let folder: string;
    let shell: LinuxShell;
    beforeAll(async () => {
      folder = await makeTree(found as DebianLinux);
      shell = await boot(found as DebianLinux, features, folder);
    }, TIMEOUT);
    afterAll(async () => {
      await shell?.machine.stop();
      if (folder !== undefined) rmSync(folder, { recursive: true });
    });

    test("boots Debian's kernel to a shell, which runs commands, and turns itself off", async () => {
      await shell.run(mounts.join(' && '));
      const outer = await shell.run('cat /proc/sys/kernel/random/boot_id');
      shell.type(qemu);
      await shell.machine.serial.expect(/~ # /, { timeout: TIMEOUT });
      // QEMU leaves that to the outer terminal.
      shell.type('stty -onlcr');
      await shell.prompt();
      expect(await shell.run("dmesg | grep -o 'Hypervisor detected: .*'")).toBe('Hypervisor detected: KVM');
      expect(await shell.run('cat /proc/sys/kernel/random/boot_id')).not.toBe(outer);
      expect(await shell.run('expr 6 \\* 7; seq 1 1000 | md5sum; ls / | grep -c .')).toMatch(
        /^42\n53d025127ae99ab79e8502aae2d9bea6 {2}-\n\d+$/,
      );
      shell.type('poweroff -f');
      await shell.machine.serial.expect(/~ # /, { timeout: TIMEOUT });
      expect(await shell.run('cat /proc/sys/kernel/random/boot_id')).toBe(outer);
      expect(await shell.run('dmesg | grep -E "BUG:|Oops|KVM: entry failed" || true')).toBe('');
    });
  });
