/** The Linux of the page in web/: Debian's kernel with busybox, and a machine that has booted it. */
import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Machine } from '../src/index.ts';
import { cachedAssets } from '../src/node/assets/cache.ts';
import { type DebianLinux, debianLinux } from '../src/node/linux/debian.ts';
import { joinInitrds } from '../src/node/linux/initramfs.ts';
import { moduleInitrd } from '../src/node/linux/module-initrd.ts';
import { LINUX_APPEND, linuxMachine } from '../web/linux-machine.ts';

/** What the page has beside it. */
export interface PageLinux {
  readonly kernel: Uint8Array;
  readonly initrd: Uint8Array;
  readonly state: Uint8Array;
  /** What the serial line has sent since the screen was cleared. */
  readonly terminal: string;
}

const root = join(import.meta.dirname, '..');
/** What a state is of: a machine of other sources makes another one. */
const stateSources = ['runtime', 'translator', 'src/snapshot', 'web/linux-machine.ts', 'scripts/page-linux.ts'];
/** The card that the page has where nothing is said, those that can be chosen there, and folders of web servers. */
const drivers = ['8139cp', 'e1000', 'ne2k-pci', 'virtio_pci', 'virtio_net'];
const asked = ['9p', '9pnet_virtio'];
const PROMPT = '~ # ';
const BOOT = { timeout: 300_000 };

const start = `#!/bin/sh
# The network: an address by DHCP, if there is a card and somebody answers.
[ -e /sys/class/net/eth0 ] && udhcpc -i eth0 -n -q -t 3 -T 1 -s /etc/dhcp > /dev/null 2>&1
`;
const dhcp = `#!/bin/sh
case "$1" in
  deconfig) ip link set "$interface" up ;;
  bound)
    ip addr add "$ip/\${mask:-24}" dev "$interface"
    for gateway in $router; do ip route add default via "$gateway"; done
    for server in $dns; do echo "nameserver $server" >> /etc/resolv.conf; done
    ;;
esac
`;
const motd = (release: string) => `Linux ${release} of Debian, with busybox, on rawiron.
"wget -O - http://NAME/" gets a page from a web server that allows it (CORS); "ip addr" shows the network.

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

async function initrdOf(linux: DebianLinux): Promise<Uint8Array> {
  const system = linux.initrd([
    { type: 'file', path: 'etc/motd', data: motd(linux.release) },
    { type: 'file', path: 'etc/start', mode: 0o755, data: start },
    { type: 'file', path: 'etc/dhcp', mode: 0o755, data: dhcp },
  ]);
  return joinInitrds(system, await moduleInitrd(linux.modules, drivers, asked));
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
  await machine.serial.expect(PROMPT, BOOT);
  // What the kernel has read from its files is no longer needed; the terminal begins with what is said to users.
  machine.serial.write('echo 3 > /proc/sys/vm/drop_caches; sleep 1; clear; cat /etc/motd\r');
  await machine.serial.expect('\x1b[J', BOOT);
  const [, terminal = ''] = await machine.serial.expect(/([\s\S]*?~ # )\x1b\[6n/, BOOT);
  await machine.pause();
  const state = await machine.snapshot({ compression: 'deflate' });
  return { state, terminal: new TextEncoder().encode(terminal) };
}
