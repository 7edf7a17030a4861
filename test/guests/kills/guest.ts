import { busyboxEntries } from '../../../src/node/linux/busybox.ts';
import { type ArchiveEntry, cpioArchive } from '../../../src/node/linux/cpio.ts';
import { debianLinux } from '../../../src/node/linux/debian.ts';
import { linuxModules } from '../../support/linux-modules.ts';

/** A Linux that writes files to all disks that have one of these labels, and says on COM1 what is flushed. */
export interface WritingGuest {
  readonly kernel: Uint8Array;
  readonly initrd: Uint8Array;
  readonly append: string;
}

const start = (labels: readonly string[]) => `#!/bin/sh
export PATH=/bin
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs dev /dev
. /etc/start
for label in ${labels.join(' ')}; do /write $label & done
wait
echo "failed: all writers have ended"
exec sleep 1000
`;

/**
 * Writes, changes, renames and removes files until it is killed. A line is said before a file is changed, after which
 * nobody knows what it holds, and after it was flushed (Ledger). What is said takes another way to the host than what is
 * written: it gets a start of 0.2 s.
 */
const write = `#!/bin/sh
fail() { echo "failed: $label: $*"; exit 1; }
bytes() { echo $label $RANDOM $RANDOM; dd if=/bin/busybox bs=1k skip=$((RANDOM % 1500)) count=$((RANDOM % $1)) status=none; }
changing() { local file; for file; do echo "change $label $file ."; done; usleep 200000; }
kept() { local file; for file; do set -- $(md5sum < $file); echo "kept $label $file $1 ."; done; }
gone() { [ -e $1 ] || echo "gone $label $1 ."; }

label=$1
until disk=$(findfs LABEL=$label); do sleep 0.05; done
mkdir /$label
echo "mounting $label"
mount -t ext4 -o discard $disk /$label || fail "not mounted"
cd /$label
while true; do
  name=f$((RANDOM % 24)) other=g$((RANDOM % 8))
  case $((RANDOM % 8)) in
    0|1|2)
      changing $name
      bytes 300 > $name; sync $name || fail "sync $name"
      kept $name ;;
    3|4)
      changing $name
      [ -e $name ] || bytes 300 > $name
      bytes 20 | dd of=$name bs=1k seek=$((RANDOM % 200)) conv=notrunc,fsync status=none || fail "dd $name"
      kept $name ;;
    5)
      changing $name h1 h2 h3
      for file in $name h1 h2 h3; do bytes 300 > $file; done
      sync
      kept $name h1 h2 h3 ;;
    6)
      changing $name $other
      [ -e $name ] || bytes 300 > $name
      mv $name $other; sync
      kept $other; gone $name ;;
    7)
      changing $name
      rm -f $name; sync
      gone $name ;;
  esac
done
`;

/** Throws where the packages cannot be had. */
export async function writingGuest(labels: readonly string[]): Promise<WritingGuest> {
  const { modules, kernel, busybox } = await debianLinux();
  const folders = ['proc', 'sys', 'dev'].map((path): ArchiveEntry => ({ type: 'directory', path }));
  // It is not compressed: the guest need not take that time.
  const initrd = cpioArchive([
    { type: 'directory', path: 'bin' },
    ...busyboxEntries(busybox),
    ...folders,
    { type: 'directory', path: 'etc' },
    { type: 'directory', path: 'modules' },
    ...(await linuxModules(modules, 'ata_piix', 'sd_mod', 'crc32c_generic', 'ext4')),
    { type: 'character-device', path: 'dev/console', major: 5, minor: 1 },
    { type: 'file', path: 'init', mode: 0o755, data: start(labels) },
    { type: 'file', path: 'write', mode: 0o755, data: write },
  ]);
  return { kernel, initrd, append: 'console=ttyS0 quiet cryptomgr.notests noisapnp rodata=off' };
}
