import { createHash } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Machine, openAppliance } from '../../../src/index.ts';
import type { DebianLinux } from '../../../src/node/linux/debian.ts';
import { run } from '../../../src/node/process/process.ts';
import { archiveOf, descriptorOf, disk, file, item } from '../../src/appliance/samples.ts';
import { linuxModules } from '../../support/linux-modules.ts';
import { findLinux, LinuxShell } from '../../support/linux-shell.ts';
import { TIMEOUT } from './guest.ts';
import { missingPrograms, syslinuxDisk } from './media.ts';
import { orReason, packageFiles } from './packages.ts';

/** Resource types of CIM_ResourceAllocationSettingData. */
const [MEMORY, IDE, SCSI, CARD, CDROM, DISK] = [4, 5, 6, 10, 15, 17];

/** The forms that programs give to what they export: the hardware, and the firmware that boots it. */
interface Form {
  readonly firmware: 'rawiron' | 'seabios';
  readonly items: readonly string[];
  readonly card: string;
}

const hostDisk = (n: number) => `ovf:/disk/d${n}`;
const forms: Readonly<Record<string, Form>> = {
  VirtualBox: {
    firmware: 'rawiron',
    items: [
      item(IDE, 3, { Address: 0, ResourceSubType: 'PIIX4' }),
      item(IDE, 4, { Address: 1, ResourceSubType: 'PIIX4' }),
      item(CARD, 5, { ResourceSubType: 'PCNet32', Connection: 'NAT' }),
      item(DISK, 6, { Parent: 3, AddressOnParent: 0, HostResource: '/disk/d0' }),
      item(DISK, 7, { Parent: 3, AddressOnParent: 1, HostResource: '/disk/d1' }),
      item(CDROM, 8, { Parent: 4, AddressOnParent: 0, HostResource: '/file/cd' }),
    ],
    card: 'pcnet32',
  },
  VMware: {
    firmware: 'seabios',
    items: [
      item(SCSI, 3, { Address: 0, ResourceSubType: 'VirtualSCSI' }),
      item(IDE, 4, { Address: 1 }),
      item(CARD, 5, { ResourceSubType: 'VmxNet3', Connection: 'VM Network' }),
      item(DISK, 6, { Parent: 3, AddressOnParent: 0, HostResource: hostDisk(0) }),
      item(DISK, 7, { Parent: 3, AddressOnParent: 1, HostResource: hostDisk(1) }),
      item(CDROM, 8, { Parent: 4, AddressOnParent: 0, HostResource: 'ovf:/file/cd' }),
    ],
    card: 'vmxnet3',
  },
};

const drivers = ['ata_piix', 'vmw_pvscsi', 'sd_mod', 'sr_mod', 'pcnet32', 'vmxnet3'];
const configuration = `DEFAULT linux
LABEL linux
  KERNEL vmlinuz
  INITRD initrd
  APPEND console=ttyS0 cryptomgr.notests
`;

const linux = await findLinux();
const files = await orReason(() => packageFiles('syslinux'));
const reason =
  [linux, files].find((found) => typeof found === 'string') ??
  (await missingPrograms('qemu-img', 'mformat', 'mcopy', 'syslinux'));

/** Numbers that do not repeat within a megabyte. */
const data = Uint8Array.from({ length: 1 << 20 }, (_, n) => (n * 7 + (n >> 8) * 31) & 0xff);
const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

/** The disk with the system: syslinux boots Debian's kernel, and that has busybox in its initial file system. */
async function systemDisk({ kernel, initrd, modules }: DebianLinux, loader: Readonly<Record<string, Uint8Array>>) {
  const root = initrd(await linuxModules(modules, ...drivers));
  const contents = {
    vmlinuz: kernel,
    initrd: root,
    'ldlinux.c32': loader['ldlinux.c32']!,
    'syslinux.cfg': configuration,
  };
  return await syslinuxDisk(contents, loader['mbr.bin']!);
}

/** An image as exporters compress it. */
async function exported(folder: string, contents: Uint8Array): Promise<Uint8Array> {
  writeFileSync(join(folder, 'raw'), contents);
  await run('qemu-img', ['convert', '-O', 'vmdk', '-o', 'subformat=streamOptimized', 'raw', 'vmdk'], {
    directory: folder,
  });
  return readFileSync(join(folder, 'vmdk'));
}

if (reason !== undefined) describe.skip(`an appliance: ${reason}`, () => test('boots', () => {}));
else
  describe.each(Object.entries(forms))('an appliance in the form of %s', { timeout: TIMEOUT }, (_, form) => {
    let [folder, path] = ['', ''];
    let [archive, system]: Uint8Array[] = [];
    beforeAll(async () => {
      folder = await mkdtemp(join(tmpdir(), 'rawiron-appliance-'));
      system = await systemDisk(linux as DebianLinux, files as Record<string, Uint8Array>);
      const descriptor = descriptorOf({
        files: [file('f0', 'system.vmdk'), file('f1', 'data.vmdk'), file('cd', 'cd.iso')],
        disks: [disk('d0', 'f0'), disk('d1', 'f1')],
        items: [item(MEMORY, 2, { AllocationUnits: 'byte * 2^20', VirtualQuantity: 128 }), ...form.items],
      });
      const [first, second] = [await exported(folder, system), await exported(folder, data)];
      const manifest = `SHA256(system.vmdk)= ${createHash('sha256').update(first).digest('hex')}\n`;
      const contents = {
        'a.ovf': descriptor,
        'a.mf': manifest,
        'system.vmdk': first,
        'data.vmdk': second,
        'cd.iso': data,
      };
      archive = await archiveOf(contents);
      await rm(folder, { recursive: true });
      folder = await mkdtemp(join(tmpdir(), 'rawiron-appliance-'));
      path = join(folder, 'a.ova');
      writeFileSync(path, archive);
    }, TIMEOUT);
    afterAll(() => rm(folder, { recursive: true }));

    test('boots to a shell, has all of its hardware, and is the same afterwards', async () => {
      const { options, notes } = await openAppliance(path);
      expect(notes).toEqual([]);
      const machine = await Machine.create({ ...options, boot: { bios: form.firmware } });
      await using shell = LinuxShell.of(machine);
      await machine.start();
      await shell.prompt();
      await shell.run(
        'while ! [ -e /dev/sda -a -e /dev/sdb -a -e /dev/sr0 -a -e /sys/class/net/eth0 ]; do sleep 0.1; done',
      );
      // Which one is /dev/sda depends on which answers first.
      const diskOf = (target: number) =>
        shell.run(`ls /sys/bus/scsi/devices/*:0:${target}:0/block | grep ^sd | sed s:^:/dev/:`);
      const [first, second] = [await diskOf(0), await diskOf(1)];
      expect(await shell.run(`head -c 4194304 ${first} | md5sum`)).toBe(`${md5(system!.subarray(0, 4 << 20))}  -`);
      expect(await shell.run(`md5sum < ${second}`)).toBe(`${md5(data)}  -`);
      expect(await shell.run('md5sum < /dev/sr0')).toBe(`${md5(data)}  -`);
      expect(await shell.run('basename $(readlink /sys/class/net/eth0/device/driver)')).toBe(form.card);
      await shell.run(
        `yes | head -c 262144 | dd of=${second} conv=fsync 2>/dev/null; echo 3 > /proc/sys/vm/drop_caches`,
      );
      const changed = Uint8Array.from(data).fill(0x79, 0, 256 << 10);
      for (let n = 1; n < 256 << 10; n += 2) changed[n] = 0x0a;
      expect(await shell.run(`md5sum < ${second}`)).toBe(`${md5(changed)}  -`);
      shell.type('poweroff -f');
      expect(await machine.exited).toMatchObject({ reason: 'poweroff' });
      expect(md5(readFileSync(path))).toBe(md5(archive!));
      expect(readdirSync(folder)).toEqual(['a.ova']);
    });
  });
