import { copyFile, mkdir, readdir, readFile, symlink, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { busyboxEntries } from '../../../src/node/linux/busybox.ts';
import type { ArchiveEntry } from '../../../src/node/linux/cpio.ts';
import { initramfs } from '../../../src/node/linux/initramfs.ts';
import { run } from '../../../src/node/process/process.ts';
import { type Files, inFolder, PARTITION, partitionedDisk, SECTOR, writeFiles } from './media.ts';
import { dependencies, inOrder, type KernelModule, readModules } from './modules.ts';
import { systemPackages, unpackPackage } from './packages.ts';

/** Programs of the host that make the disk. */
export const systemPrograms = ['mke2fs', 'e2fsck', 'grub-mkimage', 'qemu-img', 'dpkg-deb', 'tar'];

const packages = [
  ...['sysvinit-core', 'bash', 'dash', 'coreutils', 'login', 'util-linux', 'mount', 'kmod', 'procps', 'hdparm'],
  ...['grep', 'sed', 'findutils', 'hostname', 'busybox-static', 'grub-pc-bin', 'e2fsprogs'],
];
const LINUX = 0x83;
const MEGABYTES = 400;
/** Label of the file system, by which the kernel and the first root find it. */
const LABEL = 'system';
/** Modules that the first root file system needs to mount the disk. */
const rootModules = ['ata_piix', 'sd_mod', 'virtio_pci', 'virtio_blk', 'crc32c_generic', 'ext4'];
/** Other modules that can be loaded. */
const otherModules = ['sr_mod', 'isofs', 'vfat', 'floppy', 'parport_pc', 'ppdev', 'lp', 'psmouse', 'evdev', 'pcspkr'];
const moduleFolders = ['block', 'crypto', 'drivers', 'fs', 'lib', 'arch/x86/crypto'];

/** Configuration of sysvinit and login; Debian's packages make the rest of such files when they are configured. */
const configuration: Files = {
  'etc/inittab': `id:2:initdefault:
si::sysinit:/etc/start
l0:0:wait:/etc/end
h0:0:wait:/sbin/halt -d -f -i -p
l6:6:wait:/etc/end
r6:6:wait:/sbin/reboot -d -f -i
s0:2345:respawn:/sbin/agetty -L 115200 ttyS0 vt102
c1:2345:respawn:/sbin/agetty 38400 tty1 linux
`,
  'etc/start': `#!/bin/sh
export PATH=/sbin:/bin:/usr/sbin:/usr/bin
mount -o remount,rw /
mkdir /dev/pts
mount -t devpts devpts /dev/pts
hostname guest
`,
  'etc/end': `#!/bin/sh
export PATH=/sbin:/bin:/usr/sbin:/usr/bin
sync
mount -o remount,ro /
`,
  'etc/passwd': 'root:x:0:0:root:/root:/bin/dash\n',
  'etc/shadow': 'root::19000:0:99999:7:::\n',
  'etc/group': 'root:x:0:\ntty:x:5:\n',
  'etc/fstab': `LABEL=${LABEL} / ext4 defaults 0 1\n`,
  'etc/mtab': '',
  'etc/pam.d/common-auth': 'auth required pam_unix.so nullok\n',
  'etc/pam.d/common-account': 'account required pam_unix.so\n',
  'etc/pam.d/common-session': 'session required pam_unix.so\n',
  'etc/pam.d/common-password': 'password required pam_unix.so\n',
  'root/.profile': "PS1='~ # '\ndmesg -n 1\n",
  'boot/grub/grub.cfg': `set timeout=1
menuentry "Debian" {
  linux /boot/vmlinuz root=LABEL=${LABEL} ro console=tty0 console=ttyS0,115200 cryptomgr.notests
  initrd /boot/initrd
}
`,
};

const mountRoot = `#!/bin/sh
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
for module in $(cat /modules); do insmod $module; done
# Linux names disks in the order in which it is done with them, which is not the same every time.
tries=0
until disk=$(findfs LABEL=${LABEL}); do
  tries=$((tries + 1))
  if [ $tries = 600 ]; then echo "No file system has the label ${LABEL}."; poweroff -f; fi
  sleep 0.1
done
mount -t ext4 -o ro $disk /root
for folder in proc sys dev; do mount --move /$folder /root/$folder; done
exec switch_root /root /sbin/init
`;

/** Makes a disk image in qcow2 with a Debian system on ext4 that GRUB boots. */
export async function makeSystem(image: string): Promise<void> {
  await inFolder(async (folder) => {
    const tree = join(folder, 'tree');
    await unpackSystem(folder, tree);
    await configure(tree);
    await addKernel(join(folder, 'kernel'), tree);
    const disk = join(folder, 'disk.img');
    await writeFile(disk, await loader(folder, tree));
    await truncate(disk, MEGABYTES << 20);
    const options = ['-q', '-t', 'ext4', '-L', LABEL, '-O', '^metadata_csum_seed'];
    const place = ['-E', `offset=${PARTITION * SECTOR},root_owner=0:0`];
    await run('mke2fs', [...options, ...place, '-d', tree, disk, `${MEGABYTES - 1}M`]);
    await run('qemu-img', ['convert', '-O', 'qcow2', disk, image]);
  });
}

async function unpackSystem(folder: string, tree: string): Promise<void> {
  await mkdir(tree);
  for (const [name, bytes] of Object.entries(await systemPackages(packages))) {
    const file = join(folder, name);
    await writeFile(file, bytes);
    await (name.startsWith('linux-image-') ? unpackKernel(file, folder) : unpackPackage(file, tree));
  }
}

function unpackKernel(file: string, folder: string): Promise<void> {
  const folders = moduleFolders.map((name) => `./lib/modules/*/kernel/${name}/*`);
  return unpackPackage(file, join(folder, 'kernel'), ['--wildcards', './boot/vmlinuz*', ...folders]);
}

async function configure(tree: string): Promise<void> {
  await writeFiles(tree, configuration);
  for (const script of ['etc/start', 'etc/end']) await run('chmod', ['755', join(tree, script)]);
  for (const name of ['proc', 'sys', 'dev', 'run', 'tmp', 'mnt']) await mkdir(join(tree, name), { recursive: true });
  await symlink('dash', join(tree, 'bin/sh')).catch(() => {});
}

/** The kernel with its first root file system, and its modules with those that they need. */
async function addKernel(kernel: string, tree: string): Promise<void> {
  const [release] = await readdir(join(kernel, 'lib/modules'));
  const from = join(kernel, 'lib/modules', release);
  const modules = await readModules(from);
  const wanted = await readAll(from, inOrder(modules, [...rootModules, ...otherModules]));
  const needed = new Set(inOrder(modules, rootModules).map(({ path }) => path));
  await writeFiles(join(tree, 'lib/modules', release), {
    ...wanted,
    'modules.dep': dependencies(modules, [...rootModules, ...otherModules]),
  });
  await copyFile(join(kernel, 'boot', `vmlinuz-${release}`), join(tree, 'boot/vmlinuz'));
  const first = Object.fromEntries([...needed].map((path) => [path, wanted[path]]));
  await writeFile(join(tree, 'boot/initrd'), firstRoot(await readFile(join(tree, 'bin/busybox')), first));
}

async function readAll(folder: string, modules: readonly KernelModule[]): Promise<Record<string, Uint8Array>> {
  const read = async ({ path }: KernelModule) => [path, await readFile(join(folder, path))] as const;
  return Object.fromEntries(await Promise.all(modules.map(read)));
}

/** Mounts the disk; `modules` are loaded in their order. */
function firstRoot(busybox: Uint8Array, modules: Readonly<Record<string, Uint8Array>>): Uint8Array {
  const folders = ['proc', 'sys', 'dev', 'root'].map((path): ArchiveEntry => ({ type: 'directory', path }));
  return initramfs([
    ...busyboxEntries(busybox),
    ...folders,
    ...Object.entries(modules).map(([path, data]): ArchiveEntry => ({ type: 'file', path, data })),
    { type: 'character-device', path: 'dev/console', major: 5, minor: 1 },
    {
      type: 'file',
      path: 'modules',
      data: Object.keys(modules)
        .map((path) => `/${path}\n`)
        .join(''),
    },
    { type: 'file', path: 'init', mode: 0o755, data: mountRoot },
  ]);
}

/** The disk up to its partition: the partition table with GRUB's boot sector, which loads what follows it. */
async function loader(folder: string, tree: string): Promise<Uint8Array> {
  const grub = join(tree, 'usr/lib/grub/i386-pc');
  const core = join(folder, 'core.img');
  const modules = ['biosdisk', 'part_msdos', 'ext2', 'linux', 'normal'];
  await run('grub-mkimage', ['-O', 'i386-pc', '-d', grub, '-p', '(hd0,msdos1)/boot/grub', '-o', core, ...modules]);
  const code = (await readFile(join(grub, 'boot.img'))).subarray(0, 440);
  const disk = partitionedDisk(code, LINUX, (MEGABYTES << 20) / SECTOR).slice(0, PARTITION * SECTOR);
  disk.set(await readFile(core), SECTOR);
  return disk;
}
