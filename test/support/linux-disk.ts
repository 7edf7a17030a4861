import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import type { LinuxShell } from './linux-shell.ts';

/** A disk of a Linux guest: its device in the guest, and the raw image, a file of 16 MB. */
export interface LinuxDisk {
  readonly shell: LinuxShell;
  readonly device: string;
  readonly image: string;
}

type DiskCheck = readonly [name: string, check: (disk: LinuxDisk) => Promise<void>];

/** Bytes for the image at the start, no two sectors alike. */
export const diskContents = Uint8Array.from({ length: 16 << 20 }, (_, n) => (n * 7 + (n >> 8) * 31 + (n >> 16)) & 0xff);

export const md5 = (data: Uint8Array): string => createHash('md5').update(data).digest('hex');

/** Checks of a disk whose image has `diskContents`, in this order. */
export const diskChecks: readonly DiskCheck[] = [
  [
    '16 MB are read, and others written',
    async ({ shell, device, image }) => {
      expect(await shell.run(`md5sum < ${device}`)).toBe(`${md5(diskContents)}  -`);
      await shell.run('dd if=/dev/urandom of=/random bs=64k count=32 2>/dev/null');
      await shell.run(`dd if=/random of=${device} bs=512k seek=4 conv=fsync 2>/dev/null`);
      const written = readFileSync(image).subarray(4 << 19, (4 << 19) + (32 << 16));
      expect(await shell.run('md5sum < /random')).toBe(`${md5(written)}  -`);
    },
  ],
  [
    'several requests are under way at once, while the machine is saved and goes on from there',
    async ({ shell, device, image }) => {
      await shell.run('echo 3 > /proc/sys/vm/drop_caches');
      const parts = Array.from({ length: 8 }, (_, n) => n * 2);
      const read = (n: number) => `(dd if=${device} bs=1M skip=${n} count=2 2>/dev/null | md5sum > /part${n}) &`;
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
    async ({ shell, device, image }) => {
      await shell.run(`blkdiscard -o 1048576 -l 1048576 ${device}`);
      expect(await shell.run(`md5sum < ${device}`)).toBe(`${md5(readFileSync(image))}  -`);
      // A raw image keeps what it has; the twelfth figure counts the requests.
      const discards = `awk '{ print $12 }' /sys/class/block/$(basename $(readlink -f ${device}))/stat`;
      expect(Number(await shell.run(discards))).toBeGreaterThan(0);
    },
  ],
  [
    'a file system keeps what is written',
    async ({ shell, device }) => {
      await shell.run(`mke2fs -F ${device} > /dev/null 2>&1; mkdir -p /mnt; mount -t ext4 ${device} /mnt`);
      await shell.run('cp /random /mnt/file; umount /mnt; echo 3 > /proc/sys/vm/drop_caches');
      await shell.run(`mount -t ext4 -o discard ${device} /mnt`);
      expect(await shell.run('cmp /random /mnt/file && echo same')).toBe('same');
      await shell.run('rm /mnt/file; sync; umount /mnt');
    },
  ],
];
