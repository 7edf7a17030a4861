import type { ArchiveEntry } from './cpio.ts';
import { LOADED_MODULES } from './module-initrd.ts';

/** Applets that would shadow what /init or the kernel looks for, or that make no sense as a command. */
const unlinked = new Set(['busybox', 'init', 'linuxrc']);

/**
 * Names of the applets in a busybox program: its table is a run of zero-terminated, sorted names that starts with
 * `[`, `[[` (or `acpid`) and ends with an empty one.
 */
export function busyboxApplets(program: Uint8Array): string[] {
  const bytes = Buffer.from(program.buffer, program.byteOffset, program.byteLength);
  const start = bytes.indexOf('\0[\0[[\0', 0, 'latin1') + 1;
  const end = bytes.indexOf('\0\0', start, 'latin1');
  if (start === 0 || end < 0) throw new Error('the busybox program holds no table of applets');
  return bytes.toString('latin1', start, end).split('\0');
}

/** `bin/busybox` with a link beside it for each applet. */
export function busyboxEntries(program: Uint8Array): ArchiveEntry[] {
  const links = busyboxApplets(program)
    .filter((name) => !unlinked.has(name))
    .map((name): ArchiveEntry => ({ type: 'symlink', path: `bin/${name}`, target: 'busybox' }));
  return [{ type: 'file', path: 'bin/busybox', mode: 0o755, data: program }, ...links];
}

const setUp = `#!/bin/sh
# The first process: mounts what a shell needs, then becomes busybox's init, which "poweroff", "reboot" and "halt" ask.
export PATH=/bin TERM="\${TERM:-linux}"
mount -t proc proc /proc
mount -t sysfs sysfs /sys
mount -t devtmpfs devtmpfs /dev
mkdir -p /dev/pts
mount -t devpts devpts /dev/pts
mount -t tmpfs tmpfs /tmp
hostname rawiron
echo /bin/poweroff 2>/dev/null > /proc/sys/kernel/poweroff_cmd
ifconfig lo 127.0.0.1 up 2>/dev/null
[ -n "$LINES" ] && [ -n "$COLUMNS" ] && stty rows "$LINES" cols "$COLUMNS"
stty iutf8 2>/dev/null
unset LINES COLUMNS
if [ -r /${LOADED_MODULES} ]; then
  echo /bin/modprobe > /proc/sys/kernel/modprobe
  while read -r module; do insmod $module; done < /${LOADED_MODULES}
fi
[ -x /etc/start ] && /etc/start
exec busybox init
`;

/** The lines of the inittab for busybox's init. */
export const busyboxInittab = `::once:/etc/session
::ctrlaltdel:reboot
::shutdown:umount -a -r 2>/dev/null
`;

const session = `#!/bin/sh
# Gives a shell the console, and turns the machine off when it ends.
export PATH=/bin HOME=/root LANG=C.UTF-8 PS1='\\w # '
[ -r /etc/motd ] && cat /etc/motd
cd /root
setsid cttyhack sh
poweroff -f
`;

/**
 * A busybox system without busybox itself: the script of init, the folders it mounts on, and the device nodes it needs before it
 * has mounted anything. It loads the modules of `moduleInitrd`. `etc/start` (a script, run before the shell) and `etc/motd` (a
 * text, shown before the shell) may be added by the caller.
 */
export const busyboxSystem: readonly ArchiveEntry[] = [
  { type: 'directory', path: 'proc', mode: 0o555 },
  { type: 'directory', path: 'sys', mode: 0o555 },
  { type: 'directory', path: 'dev' },
  { type: 'directory', path: 'tmp', mode: 0o1777 },
  { type: 'directory', path: 'root', mode: 0o700 },
  { type: 'directory', path: 'mnt' },
  { type: 'character-device', path: 'dev/console', major: 5, minor: 1 },
  { type: 'character-device', path: 'dev/null', mode: 0o666, major: 1, minor: 3 },
  { type: 'file', path: 'etc/passwd', data: 'root:x:0:0:root:/root:/bin/sh\n' },
  { type: 'file', path: 'etc/group', data: 'root:x:0:\n' },
  { type: 'file', path: 'etc/inittab', data: busyboxInittab },
  { type: 'file', path: 'etc/session', mode: 0o755, data: session },
  { type: 'file', path: 'init', mode: 0o755, data: setUp },
];
