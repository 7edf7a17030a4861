import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ScsiControllerModel } from '../../runtime/machine/catalogue/scsi.ts';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { type Engine, findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 240_000;
const MEGABYTES = 16;

const found = await findLinux();
const drivers = ['vmw_pvscsi', 'sym53c8xx', 'sd_mod', 'sr_mod', 'ext4', 'crc32c_generic'];
const modules = typeof found === 'string' ? found : await linuxModules(found.modules, ...drivers).catch(String);

const bytes = Uint8Array.from({ length: MEGABYTES << 20 }, (_, n) => (n * 7 + (n >> 8) * 31 + (n >> 16)) & 0xff);
const disc = bytes.subarray(0, 1 << 20);
const md5 = (data: Uint8Array): string => createHash('md5').update(data).digest('hex');

interface Guest {
  readonly shell: LinuxShell;
  readonly image: string;
  mistakes: string;
}

interface BootOptions {
  readonly model: ScsiControllerModel;
  readonly engine: Engine;
  readonly folder: string;
  readonly append: string;
}

async function boot(linux: DebianLinux, { model, engine, folder, append }: BootOptions): Promise<Guest> {
  const [image, other, cd] = ['disk', 'other', 'cd'].map((name) => join(folder, `${name}.img`)) as [
    string,
    string,
    string,
  ];
  writeFileSync(image, bytes);
  writeFileSync(other, new Uint8Array(1 << 20));
  writeFileSync(cd, disc);
  const shell = await LinuxShell.boot(linux, engine, append, {
    scsiControllers: [{ model, id: 'scsi0' }],
    drives: [
      { image, format: 'raw', interface: 'scsi', serial: 'deadbeef' },
      { image: other, format: 'raw', interface: 'scsi', index: 5, readOnly: true },
      { image: cd, format: 'raw', interface: 'scsi', index: 6, media: 'cdrom' },
    ],
    log: ['guest_errors'],
  });
  const guest = { shell, image, mistakes: '' };
  shell.machine.guestLog.on('data', (lines) => {
    guest.mistakes += Buffer.from(lines).toString();
  });
  await shell.run('while ! [ -e /dev/sda -a -e /dev/sdb -a -e /dev/sr0 ]; do sleep 0.1; done');
  // Which one is /dev/disk depends on which answers first.
  await shell.run('cd /sys/bus/scsi/devices/0:0:0:0/block && ln -s /dev/$(ls) /dev/disk && ln -s $PWD/$(ls) /disk; cd');
  return guest;
}

const checks: readonly (readonly [string, (guest: Guest) => Promise<void>])[] = [
  [
    'the driver finds the disks and the drive',
    async ({ shell }) => {
      expect(
        await shell.run('cat /disk/size /disk/queue/write_cache /disk/ro /sys/bus/scsi/devices/0:0:5:0/block/*/ro'),
      ).toBe(`${(MEGABYTES << 20) / 512}\nwrite back\n0\n1`);
      expect(await shell.run('ls /sys/bus/scsi/devices | grep -v host | grep -v target | cut -d : -f 3')).toBe(
        '0\n5\n6',
      );
      expect(await shell.run('cat /disk/device/vendor /disk/device/model | tr -d " "')).toBe('rawiron\nSCSIdisk');
      expect(await shell.run('tr -d "\\000\\200\\010" < /disk/device/vpd_pg80')).toBe('deadbeef');
    },
  ],
  [
    `${MEGABYTES} MB are read, and others written`,
    async ({ shell, image }) => {
      expect(await shell.run('md5sum < /dev/disk')).toBe(`${md5(bytes)}  -`);
      await shell.run('dd if=/dev/urandom of=/random bs=64k count=32 2>/dev/null');
      await shell.run('dd if=/random of=/dev/disk bs=512k seek=4 conv=fsync 2>/dev/null');
      const written = readFileSync(image).subarray(4 << 19, (4 << 19) + (32 << 16));
      expect(await shell.run('md5sum < /random')).toBe(`${md5(written)}  -`);
    },
  ],
  [
    'a CD is read',
    async ({ shell }) => {
      expect(await shell.run('md5sum < /dev/sr0')).toBe(`${md5(disc)}  -`);
    },
  ],
  [
    'several requests are under way at once, while the machine is saved and goes on from there',
    async ({ shell, image }) => {
      await shell.run('echo 3 > /proc/sys/vm/drop_caches');
      const parts = Array.from({ length: 8 }, (_, n) => n * 2);
      const read = (n: number) => `(dd if=/dev/disk bs=1M skip=${n} count=2 2>/dev/null | md5sum > /part${n}) &`;
      await shell.run(`( ( ${parts.map(read).join(' ')} wait; echo > /all ) & )`);
      await shell.machine.load(await shell.machine.snapshot());
      await shell.run('while ! [ -e /all ]; do sleep 0.1; done');
      const sums = await shell.run(`cat ${parts.map((n) => `/part${n}`).join(' ')}`);
      const disk = readFileSync(image);
      expect(sums.split('\n')).toEqual(parts.map((n) => `${md5(disk.subarray(n << 20, (n + 2) << 20))}  -`));
    },
  ],
  [
    'sectors are discarded',
    async ({ shell, image }) => {
      await shell.run('blkdiscard -o 1048576 -l 1048576 /dev/disk');
      expect(await shell.run('md5sum < /dev/disk')).toBe(`${md5(readFileSync(image))}  -`);
      // A raw image keeps what it has; the twelfth figure counts the requests.
      const discards = "awk '{ print $12 }' /sys/class/block/$(basename $(readlink -f /dev/disk))/stat";
      expect(Number(await shell.run(discards))).toBeGreaterThan(0);
    },
  ],
  [
    'a file system keeps what is written',
    async ({ shell }) => {
      await shell.run('mke2fs -F /dev/disk > /dev/null 2>&1; mkdir -p /mnt; mount -t ext4 /dev/disk /mnt');
      await shell.run('cp /random /mnt/file; umount /mnt; echo 3 > /proc/sys/vm/drop_caches');
      await shell.run('mount -t ext4 -o discard /dev/disk /mnt');
      expect(await shell.run('cmp /random /mnt/file && echo same')).toBe('same');
      await shell.run('rm /mnt/file; sync; umount /mnt');
    },
  ],
  [
    'the host adapter is reset, and works on',
    async ({ shell }) => {
      await shell.run('echo adapter > /sys/class/scsi_host/host0/host_reset; echo 3 > /proc/sys/vm/drop_caches');
      expect(await shell.run('dd if=/dev/disk of=/dev/null bs=1M count=4 2>&1 | tail -n 1')).toBe('4+0 records out');
    },
  ],
  [
    'nothing went wrong',
    async ({ shell, mistakes }) => {
      const wrong =
        'dmesg | grep -v CMD_CONFIG | grep -iE "(pvscsi|sym0).*(fail|error|timeout|abort|unexpected|mismatch)|nobody cared|oops|I/O error" || true';
      expect(await shell.run(wrong)).toBe('');
      expect(mistakes.match(/.*(pvscsi|lsi53c8xx).*/g) ?? []).toEqual([]);
    },
  ],
];

if (typeof found === 'string' || typeof modules === 'string') {
  const reason = typeof found === 'string' ? found : modules;
  describe.skip(`Linux with a SCSI controller: ${reason}`, () => test('boots', () => {}));
} else {
  const linux: DebianLinux = { ...found, initrd: (more = []) => found.initrd([...modules, ...more]) };

  describe.each([
    ['pvscsi', 'translator', 'messages', ''],
    ['pvscsi', 'translator', 'the pin', 'pci=nomsi'],
    ['pvscsi', 'interpreter', 'messages', ''],
    ['lsi53c895a', 'translator', 'the pin', ''],
    ['lsi53c895a', 'interpreter', 'the pin', ''],
    ['lsi53c810', 'translator', 'the pin', ''],
  ] as const)('Linux with %s on the %s, interrupts by %s', { timeout: TIMEOUT }, (model, engine, by, append) => {
    const folder = mkdtempSync(join(tmpdir(), 'scsi-'));
    let guest: Guest;
    beforeAll(async () => {
      guest = await boot(linux, { model, engine, folder, append: `cryptomgr.notests ${append}` });
    }, TIMEOUT);
    afterAll(async () => {
      await guest?.shell.machine.stop();
      rmSync(folder, { recursive: true });
    });

    test('there are interrupts', async () => {
      const lines = await guest.shell.run("grep -c 'PCI-MSI.*vmw_pvscsi' /proc/interrupts || true");
      expect(lines).toBe(by === 'messages' ? '1' : '0');
    });
    test.each(checks)('%s', (_name, check) => check(guest));
  });
}
