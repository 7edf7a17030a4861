import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 600_000;
const DISK_BYTES = 32 << 20;
const CD_BYTES = 4 << 20;
const drivers = ['ahci', 'sd_mod', 'sr_mod', 'ext4', 'crc32c_generic'];

const found = await findLinux();
const modules = typeof found === 'string' ? found : await linuxModules(found.modules, ...drivers).catch(String);

/** Bytes that tell where they are. */
function pattern(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, n) => (n * 7 + (n >> 9) * 31 + (n >> 17) + seed) & 0xff);
}

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

if (typeof found === 'string' || typeof modules === 'string') {
  describe.skip(`Linux with SATA drives: ${typeof found === 'string' ? found : modules}`, () =>
    test('boots', () => {}));
} else {
  const linux: DebianLinux = { ...found, initrd: (more = []) => found.initrd([...modules, ...more]) };
  // Without ACPI there is no I/O APIC for it, and it has its interrupts by the pin.
  describe.each([
    ['messages', 'cryptomgr.notests'],
    ['the pin', 'cryptomgr.notests pci=nomsi'],
  ])('Linux with SATA drives, and interrupts by %s', { timeout: TIMEOUT }, (_, append) => testDrives(linux, append));
}

function testDrives(linux: DebianLinux, append: string): void {
  const disk = pattern(DISK_BYTES, 1);
  const cd = pattern(CD_BYTES, 2);
  let shell: LinuxShell;
  beforeAll(async () => {
    shell = await LinuxShell.boot(linux, 'translator', append, {
      drives: [
        { interface: 'sata', image: disk, format: 'raw', serial: 'S1' },
        { interface: 'sata', index: 4, image: cd, format: 'raw', media: 'cdrom' },
      ],
    });
  }, TIMEOUT);
  afterAll(() => shell?.machine.stop());

  test('both are found, without complaints', async () => {
    const log = await shell.run('dmesg | grep -E "ahci|ata[1-6]|sd |sr "');
    expect(log).toMatch(/AHCI 0001\.0000 32 slots 6 ports 1\.5 Gbps 0x3f impl SATA mode/);
    expect(log).toContain('ata1.00: ATA-7: rawiron HARDDISK');
    expect(log).toContain('65536 sectors, multi 16: LBA48 NCQ (depth 32)');
    expect(log).toContain('ata5.00: ATAPI: rawiron CD-ROM');
    expect(log).toContain('[sda] Attached SCSI disk');
    expect(log).toContain('Attached scsi CD-ROM sr0');
    expect(log).not.toMatch(/exception|timeout|failed|error/i);
    expect(await shell.run('cat /sys/block/sda/device/queue_depth')).toBe('32');
  });

  test('what is read is what is there', async () => {
    expect(await shell.run('md5sum < /dev/sda; md5sum < /dev/sr0')).toBe(`${md5(disk)}  -\n${md5(cd)}  -`);
  });

  test('what is written is there, by several commands at the same time', async () => {
    await shell.run(
      '(for n in 0 1 2 3; do dd if=/dev/sr0 of=/dev/sda bs=64k seek=$((16 + 64 * n)) conv=fsync 2>&1 & done; wait)',
    );
    await shell.run('echo 3 > /proc/sys/vm/drop_caches');
    for (const n of [0, 1, 2, 3])
      expect(await shell.run(`dd if=/dev/sda bs=1M skip=${1 + 4 * n} count=4 2>/dev/null | md5sum`)).toBe(
        `${md5(cd)}  -`,
      );
    expect(shell.machine.drives[0]!.name).toBe('sata0');
  });

  test('a file system keeps its files, and discards what it does not need', async () => {
    await shell.run('mke2fs /dev/sda >/dev/null 2>&1 && mount -t ext4 -o discard /dev/sda /mnt');
    await shell.run(
      'cp /bin/busybox /mnt/program && cp /mnt/program /mnt/other && sync && rm /mnt/other && umount /mnt',
    );
    await shell.run('mount -t ext4 /dev/sda /mnt');
    expect(await shell.run('md5sum < /mnt/program; umount /mnt')).toBe(`${md5(linux.busybox)}  -`);
  });

  test('a medium that was taken out is missed, and the next one is seen', async () => {
    const drive = shell.machine.drives[1]!;
    await drive.eject();
    expect(await shell.run('dd if=/dev/sr0 of=/dev/null bs=2k count=1 2>&1 || true')).toContain('No medium found');
    const next = pattern(CD_BYTES / 2, 3);
    await drive.change(next, { format: 'raw' });
    expect(await shell.run('md5sum < /dev/sr0')).toBe(`${md5(next)}  -`);
  });

  test('nothing went wrong on the way', async () => {
    expect(await shell.run('dmesg | grep -iE "exception|timeout|frozen|I/O error|oops" || true')).toBe('');
  });
}
