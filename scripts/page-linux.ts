/** The Linux of the page in web/: Debian's kernel with busybox, and a machine that has booted it. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Machine, type MachineOptions } from '../src/index.ts';
import { cachedAssets } from '../src/node/assets/cache.ts';
import { attachedTo } from '../src/node/linux/attached.ts';
import { attachedRoot } from '../src/node/linux/attached-system.ts';
import { busyboxInittab } from '../src/node/linux/busybox.ts';
import type { ArchiveEntry } from '../src/node/linux/cpio.ts';
import { type DebianLinux, debianLinux } from '../src/node/linux/debian.ts';
import { LINUX_APPEND, linuxMachine } from '../web/linux-machine.ts';

/** Files beside the page, and the terminal that it begins with. */
export interface PageLinux {
  readonly kernel: Uint8Array;
  readonly initrd: Uint8Array;
  readonly state: Uint8Array;
  /** Characters that the serial line has sent since the screen was cleared. */
  readonly terminal: string;
}

const root = join(import.meta.dirname, '..');
/** Sources on which a state depends: a machine of others makes another state. */
const stateSources = ['runtime', 'translator', 'src/snapshot', 'web/linux-machine.ts', 'scripts/page-linux.ts'];
/** Cards that can be chosen in the page and tell a driver where they are; and folders of web servers. */
const choices: MachineOptions = {
  network: [{ card: 'rtl8139' }, { card: 'e1000' }, { card: 'ne2k_pci' }, { card: 'virtio-net-pci' }],
  shares: [{ tag: 'host9p', files: {} }],
};
const PROMPT = '~ # ';
/** The shell asks the terminal where the cursor is (ECMA-48, 8.3.35, DSR with 6), and so ends each prompt. */
const CURSOR_ASKED = '\x1b[6n';
const CLEARED = '\x1b[J';
const BOOT = { timeout: 300_000 };

/** Sets the clock of a machine that goes on from a state: the page says the time on COM2, in seconds since 1970-01-01. */
const clock = `#!/bin/sh
stty -echo clocal
while read -r seconds; do date -s "@$seconds" > /dev/null; done
`;
const motd = (release: string) => `Linux ${release} of Debian, with busybox, on rawiron.
"ip addr" shows the network; "wget -O - http://NAME/" gets a page from a web
server that allows it (CORS).

`;

/**
 * The files, from the cache or made: that takes a boot. Throws if Debian's packages cannot be had.
 * @param progress is told what is done
 */
export async function pageLinux(progress: (activity: string) => void): Promise<PageLinux> {
  const linux = await debianLinux(progress);
  const initrd = await initrdOf(linux);
  const key = await keyOf(linux.kernel, initrd);
  const files = await cachedAssets('page-linux', async () => {
    progress('Booting the Linux of the page');
    return { ...(await boot(linux.kernel, initrd)), [key]: new Uint8Array(0) };
  }, [key, 'state', 'terminal']);
  return {
    ...{ kernel: linux.kernel, initrd, state: files.state! },
    terminal: new TextDecoder().decode(files.terminal),
  };
}

function initrdOf(linux: DebianLinux): Promise<Uint8Array> {
  const entries: ArchiveEntry[] = [
    { type: 'file', path: 'etc/motd', data: motd(linux.release) },
    { type: 'file', path: 'etc/clock', mode: 0o755, data: clock },
    { type: 'file', path: 'etc/inittab', data: `${busyboxInittab}ttyS1::respawn:/etc/clock\n` },
  ];
  return attachedRoot(linux, { ...attachedTo(linuxMachine), drivers: attachedTo(choices).drivers }, entries, []);
}

/** A name for what is made of these files by these sources. */
async function keyOf(...files: readonly Uint8Array[]): Promise<string> {
  const hash = createHash('sha256');
  for (const file of files) hash.update(file);
  for (const source of stateSources.map((name) => join(root, name))) {
    const inside = await readdir(source, { recursive: true }).catch(() => ['']);
    const names = source.endsWith('.ts') ? [''] : inside.filter((name) => name.endsWith('.ts')).sort();
    for (const name of names) hash.update(await readFile(join(source, name)));
  }
  return `key-${hash.digest('hex')}`;
}

async function boot(kernel: Uint8Array, initrd: Uint8Array): Promise<{ state: Uint8Array; terminal: Uint8Array }> {
  await using machine = await Machine.create({ ...linuxMachine, boot: { kernel, initrd, append: LINUX_APPEND } });
  await machine.start();
  await machine.serial.expect(PROMPT + CURSOR_ASKED, BOOT);
  // What the kernel has read from its files is no longer needed; the terminal begins with what is said to users.
  machine.serial.write('echo 3 > /proc/sys/vm/drop_caches; sleep 1; clear; cat /etc/motd\r');
  await machine.serial.expect(CLEARED, BOOT);
  const prompt = await machine.serial.expect(PROMPT + CURSOR_ASKED, BOOT);
  const terminal = prompt.input.slice(0, prompt.index + PROMPT.length);
  await machine.pause();
  const state = await machine.snapshot({ compression: 'deflate' });
  return { state, terminal: new TextEncoder().encode(terminal) };
}
