import { execFileSync, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import type { ImageFormat } from '../../src/storage/formats.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 600_000;
const found = await findLinux();
const lack =
  typeof found === 'string'
    ? ` (${found})`
    : spawnSync('qemu-img', ['--version']).error
      ? ' (qemu-img is missing; npm run install-oracles)'
      : '';
const folder = mkdtempSync(join(tmpdir(), 'linux-formats-'));
afterAll(() => rmSync(folder, { recursive: true }));

const qemuImage = (...args: string[]) => execFileSync('qemu-img', args, { encoding: 'utf8', stdio: 'pipe' });

/** Boots Linux with a disk, and runs a script in it. */
async function withDisk(image: string, format: ImageFormat, script: string): Promise<string> {
  if (typeof found === 'string') throw new Error(found);
  const modules = await linuxModules(found.modules, 'ata_piix', 'sd_mod', 'ext4', 'crc32c_generic');
  const linux = {
    ...found,
    initrd: (more: Parameters<typeof found.initrd>[0] = []) => found.initrd([...modules, ...more]),
  };
  const shell = await LinuxShell.boot(linux, 'translator', 'cryptomgr.notests', { drives: [{ image, format }] });
  try {
    return await shell.run(script);
  } finally {
    await shell.machine.stop();
  }
}

test.skipIf(lack !== '').each<[ImageFormat, string]>([
  ['vdi', ''],
  ['vpc', 'force_size=on'],
  ['vmdk', ''],
  ['vmdk', 'subformat=twoGbMaxExtentFlat'],
  ['vhdx', ''],
])(
  `Linux keeps a file system in QEMU's %s image %s, which stays sound${lack}`,
  { timeout: TIMEOUT },
  async (format, options) => {
    const image = join(folder, `disk.${format}`);
    rmSync(image, { force: true });
    qemuImage('create', '-f', format, ...(options === '' ? [] : ['-o', options]), image, '64M');
    const program = createHash('md5')
      .update((found as Exclude<typeof found, string>).busybox)
      .digest('hex');
    await withDisk(
      image,
      format,
      'mke2fs /dev/sda >/dev/null 2>&1 && mount -t ext4 /dev/sda /mnt && cp /bin/busybox /mnt/program && umount /mnt',
    );
    if (format !== 'vpc' && options === '')
      expect(qemuImage('check', '-f', format, image)).toContain('No errors were found');
    // A copy by QEMU has it, too, and a machine that starts anew.
    const copy = join(folder, 'copy.raw');
    qemuImage('convert', '-f', format, '-O', 'raw', image, copy);
    const read = 'mount -t ext4 /dev/sda /mnt && md5sum </mnt/program; umount /mnt';
    expect(await withDisk(copy, 'raw', read)).toBe(`${program}  -`);
    expect(await withDisk(image, format, read)).toBe(`${program}  -`);
  },
);
