import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 600_000;
const MEGABYTES = 16;

const found = await findLinux();
const drivers = ['nvme', 'ext4', 'crc32c_generic'];
const modules = typeof found === 'string' ? found : await linuxModules(found.modules, ...drivers).catch(String);

const bytes = Uint8Array.from({ length: MEGABYTES << 20 }, (_, n) => (n * 7 + (n >> 8) * 31 + (n >> 16)) & 0xff);
const md5 = (data: Uint8Array): string => createHash('md5').update(data).digest('hex');

interface Guest {
  readonly shell: LinuxShell;
  readonly image: string;
  mistakes: string;
}

async function boot(linux: DebianLinux, folder: string, append: string): Promise<Guest> {
  const [image, other] = ['disk', 'other'].map((name) => join(folder, `${name}.img`)) as [string, string];
  writeFileSync(image, bytes);
  writeFileSync(other, new Uint8Array(1 << 20));
  const shell = await LinuxShell.boot(linux, 'translator', append, {
    drives: [
      { image, format: 'raw', interface: 'nvme', serial: 'deadbeef' },
      { image: other, format: 'raw', interface: 'nvme', readOnly: true },
    ],
    log: ['guest_errors'],
  });
  const guest = { shell, image, mistakes: '' };
  shell.machine.guestLog.on('data', (lines) => {
    guest.mistakes += Buffer.from(lines).toString();
  });
  await shell.run('while ! [ -e /dev/nvme0n1 -a -e /dev/nvme1n1 ]; do sleep 0.1; done');
  return guest;
}

const checks: readonly (readonly [string, (guest: Guest) => Promise<void>])[] = [
  [
    'the driver finds both disks',
    async ({ shell }) => {
      expect(await shell.run('cat /sys/block/nvme0n1/size /sys/block/nvme0n1/queue/write_cache')).toBe(
        `${(MEGABYTES << 20) / 512}\nwrite back`,
      );
      expect(await shell.run('cat /sys/class/nvme/nvme*/serial | tr -d " "')).toBe('deadbeef\nnvme1');
      expect(await shell.run('cat /sys/class/nvme/nvme0/model | tr -d " "')).toBe('QEMUNVMeCtrl');
      expect(await shell.run('cat /sys/block/nvme*/ro')).toBe('0\n1');
    },
  ],
  [
    `${MEGABYTES} MB are read, and others written`,
    async ({ shell, image }) => {
      expect(await shell.run('md5sum < /dev/nvme0n1')).toBe(`${md5(bytes)}  -`);
      await shell.run('dd if=/dev/urandom of=/random bs=64k count=32 2>/dev/null');
      await shell.run('dd if=/random of=/dev/nvme0n1 bs=512k seek=4 conv=fsync 2>/dev/null');
      const written = readFileSync(image).subarray(4 << 19, (4 << 19) + (32 << 16));
      expect(await shell.run('md5sum < /random')).toBe(`${md5(written)}  -`);
    },
  ],
  [
    'several requests are under way at once',
    async ({ shell, image }) => {
      await shell.run('echo 3 > /proc/sys/vm/drop_caches');
      const parts = Array.from({ length: 8 }, (_, n) => n * 2);
      const read = (n: number) => `(dd if=/dev/nvme0n1 bs=1M skip=${n} count=2 2>/dev/null | md5sum > /part${n}) &`;
      await shell.run(`( ${parts.map(read).join(' ')} wait )`);
      const sums = await shell.run(`cat ${parts.map((n) => `/part${n}`).join(' ')}`);
      const disk = readFileSync(image);
      expect(sums.split('\n')).toEqual(parts.map((n) => `${md5(disk.subarray(n << 20, (n + 2) << 20))}  -`));
    },
  ],
  [
    'sectors are discarded',
    async ({ shell, image }) => {
      await shell.run('blkdiscard -o 1048576 -l 1048576 /dev/nvme0n1 && md5sum < /dev/nvme0n1 > /after');
      expect(await shell.run('cat /after')).toBe(`${md5(readFileSync(image))}  -`);
    },
  ],
  [
    'a file system keeps what is written',
    async ({ shell }) => {
      await shell.run('mke2fs /dev/nvme0n1 > /dev/null 2>&1; mkdir -p /mnt; mount -t ext4 /dev/nvme0n1 /mnt');
      await shell.run('cp /random /mnt/file; umount /mnt; echo 3 > /proc/sys/vm/drop_caches');
      await shell.run('mount -t ext4 -o discard /dev/nvme0n1 /mnt');
      expect(await shell.run('cmp /random /mnt/file && echo same')).toBe('same');
      await shell.run('rm /mnt/file; sync; umount /mnt');
    },
  ],
  [
    'the disk gets larger, and the driver hears of it',
    async ({ shell }) => {
      await shell.machine.drives[0]!.resize((MEGABYTES + 4) << 20);
      const size = ((MEGABYTES + 4) << 20) / 512;
      await shell.run(`while [ "$(cat /sys/block/nvme0n1/size)" != ${size} ]; do sleep 0.1; done`);
    },
  ],
  [
    'the controller is reset, and works on',
    async ({ shell }) => {
      await shell.run('echo 1 > /sys/class/nvme/nvme0/reset_controller; echo 3 > /proc/sys/vm/drop_caches');
      expect(await shell.run('cat /sys/class/nvme/nvme0/state')).toBe('live');
      expect(await shell.run('dd if=/dev/nvme0n1 of=/dev/null bs=1M count=4 2>&1 | tail -n 1')).toBe('4+0 records out');
    },
  ],
  [
    'nothing went wrong',
    async ({ shell, mistakes }) => {
      expect(await shell.run('dmesg | grep -iE "nvme.*(fail|error|timeout|abort)|nobody cared|oops" || true')).toBe('');
      expect(mistakes.match(/.*nvme.*/g) ?? []).toEqual([]);
    },
  ],
];

if (typeof found === 'string' || typeof modules === 'string') {
  const reason = typeof found === 'string' ? found : modules;
  describe.skip(`Linux with NVMe disks: ${reason}`, () => test('boots', () => {}));
} else {
  const linux: DebianLinux = { ...found, initrd: (more = []) => found.initrd([...modules, ...more]) };

  describe.each([
    ['messages', 'cryptomgr.notests'],
    ['the pin', 'cryptomgr.notests pci=nomsi'],
  ])('Linux with NVMe disks, interrupts by %s', { timeout: TIMEOUT }, (by, append) => {
    const folder = mkdtempSync(join(tmpdir(), 'nvme-'));
    let guest: Guest;
    beforeAll(async () => {
      guest = await boot(linux, folder, append);
    }, TIMEOUT);
    afterAll(async () => {
      await guest?.shell.machine.stop();
      rmSync(folder, { recursive: true });
    });

    test('there are interrupts', async () => {
      const lines = await guest.shell.run("grep -c 'PCI-MSI.*nvme0q1' /proc/interrupts || true");
      expect(lines).toBe(by === 'messages' ? '1' : '0');
    });
    test.each(checks)('%s', (_name, check) => check(guest));
  });
}
