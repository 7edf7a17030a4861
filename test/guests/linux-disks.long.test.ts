import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 600_000;
const DISK_BYTES = 32 << 20;
const CD_BYTES = 8 << 20;
const drivers = ['ata_piix', 'sd_mod', 'sr_mod', 'ext4', 'crc32c_generic'];

const found = await findLinux();
const modules = typeof found === 'string' ? found : await linuxModules(found.modules, ...drivers).catch(String);

/** Bytes that tell where they are. */
function pattern(length: number, seed: number): Uint8Array {
  return Uint8Array.from({ length }, (_, n) => (n * 7 + (n >> 9) * 31 + (n >> 17) + seed) & 0xff);
}

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

if (typeof found === 'string' || typeof modules === 'string') {
  describe.skip(`Linux with disks: ${typeof found === 'string' ? found : modules}`, () => test('boots', () => {}));
} else {
  const linux: DebianLinux = { ...found, initrd: (more = []) => found.initrd([...modules, ...more]) };
  describe.each(['interpreter', 'translator'] as const)('Linux with disks: %s', { timeout: TIMEOUT }, (engine) => {
    testDrives(linux, engine);
  });
}

/** Messages of the kernel about what went wrong. */
async function wrongIn(shell: LinuxShell): Promise<string> {
  return await shell.run('dmesg | grep -iE "exception|timeout|frozen|I/O error|oops" || true');
}

function testDrives(linux: DebianLinux, engine: 'interpreter' | 'translator'): void {
  const disk = pattern(DISK_BYTES, 1);
  const cd = pattern(CD_BYTES, 2);
  let shell: LinuxShell;
  beforeAll(async () => {
    shell = await LinuxShell.boot(linux, engine, 'cryptomgr.notests', {
      drives: [
        { image: disk, format: 'raw', serial: 'S1' },
        { image: cd, format: 'raw', media: 'cdrom' },
      ],
    });
  }, TIMEOUT);
  afterAll(() => shell?.machine.stop());

  test('both are found, without complaints', async () => {
    const log = await shell.run('dmesg | grep -E "ata[12]|sd |sr "');
    expect(log).toContain(`ata1.00: ATA-7: rawiron HARDDISK`);
    expect(log).toContain('ata2.00: ATAPI: rawiron CD-ROM');
    expect(log).toContain('[sda] Attached SCSI disk');
    expect(log).toContain('Attached scsi CD-ROM sr0');
    expect(log).not.toMatch(/exception|timeout|failed|error/i);
  });

  test('what is read is what is there, by DMA', async () => {
    const before = await interrupts();
    expect(await shell.run('md5sum < /dev/sda; md5sum < /dev/sr0')).toBe(`${md5(disk)}  -\n${md5(cd)}  -`);
    expect(await interrupts()).toBeGreaterThan(before);
  });

  test('what is written is there', async () => {
    await shell.run('dd if=/dev/sr0 of=/dev/sda bs=64k seek=16 conv=fsync 2>&1 && echo 3 > /proc/sys/vm/drop_caches');
    expect(await shell.run('dd if=/dev/sda bs=1M skip=1 count=8 2>/dev/null | md5sum')).toBe(`${md5(cd)}  -`);
  });

  test('a file system keeps its files', async () => {
    await shell.run('mke2fs /dev/sda >/dev/null 2>&1 && mount -t ext4 /dev/sda /mnt');
    await shell.run('cp /bin/busybox /mnt/program && umount /mnt && mount -t ext4 /dev/sda /mnt');
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
    expect(await wrongIn(shell)).toBe('');
  });

  test('the guest opens the tray, and closes it with the medium that is in it', async () => {
    const drive = shell.machine.drives[1]!;
    const before = await shell.run('md5sum < /dev/sr0');
    // Who closes the drive last opens its tray, and who opens the drive closes it.
    await shell.run(
      'cd /proc/sys/dev/cdrom; echo 1 > autoeject; head -c 1 /dev/sr0 > /dev/null; echo 0 > autoeject; cd',
    );
    expect([drive.isTrayOpen, drive.image]).toEqual([true, expect.any(String)]);
    // The unit attention of a medium that was loaded makes Linux refuse what the open that closed the tray reads.
    expect(await shell.run('md5sum < /dev/sr0 2>&1 || true')).toContain('Input/output error');
    expect([await shell.run('md5sum < /dev/sr0'), drive.isTrayOpen]).toEqual([before, false]);
    const others = (await wrongIn(shell))
      .split('\n')
      .filter((line) => !/dev sr0, (sector|logical block) 0\b/.test(line));
    expect(others).toEqual([]);
  });

  async function interrupts(): Promise<number> {
    return Number(await shell.run("awk '/ata_piix/ { n += $2 } END { print n }' /proc/interrupts"));
  }
}
