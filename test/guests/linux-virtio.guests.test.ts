import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ArchiveEntry } from '../../src/node/linux/cpio.ts';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 600_000;
const MEGABYTES = 8;
const PORT_BYTES = 1 << 20;
const drivers = [
  'virtio_pci',
  'virtio-rng',
  'virtio_blk',
  'virtio_net',
  'virtio_console',
  'virtio_balloon',
  'af_packet',
];

const found = await findLinux();
const modules = typeof found === 'string' ? found : await linuxModules(found.modules, ...drivers).catch(String);

/** By the interface that the driver uses: how it is loaded, and whether it takes the feature of version 1. */
const interfaces = [
  ['modern', '', '1'],
  ['legacy', 'force_legacy=1', '0'],
] as const;

const bytes = Uint8Array.from({ length: MEGABYTES << 20 }, (_, n) => (n * 7 + (n >> 8) * 31 + (n >> 16)) & 0xff);
const md5 = (data: Uint8Array): string => createHash('md5').update(data).digest('hex');

/** A server of the test's, at a port that the host chooses. */
async function listen(onConnection: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  const server = createServer(onConnection).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

/** The things that a machine's devices are connected to. */
class Surroundings {
  readonly folder = mkdtempSync(join(tmpdir(), 'virtio-'));
  readonly disk = join(this.folder, 'disk.img');
  /** The bytes that the guest has sent to the sink. */
  readonly received = Promise.withResolvers<Buffer>();
  source = 0;
  sink = 0;
  readonly #servers: Server[] = [];

  async open(): Promise<void> {
    writeFileSync(this.disk, bytes);
    const source = await listen((socket) => socket.end(bytes));
    const sink = await listen((socket) => {
      const parts: Buffer[] = [];
      socket.on('data', (part: Buffer) => parts.push(part));
      socket.on('end', () => this.received.resolve(Buffer.concat(parts)));
    });
    this.#servers.push(source.server, sink.server);
    [this.source, this.sink] = [source.port, sink.port];
  }

  close(): void {
    for (const server of this.#servers) server.close();
    rmSync(this.folder, { recursive: true });
  }
}

interface Guest {
  readonly shell: LinuxShell;
  readonly around: Surroundings;
  /** The driver's feature bit of version 1. */
  readonly version1: string;
  /** Errors of the guest. */
  mistakes: string;
}

async function boot(linux: DebianLinux, around: Surroundings, version1: string): Promise<Guest> {
  const shell = await LinuxShell.boot(linux, 'translator', 'cryptomgr.notests', {
    drives: [{ image: around.disk, format: 'raw', interface: 'virtio', serial: 'rawiron-1' }],
    network: [{ card: 'virtio-net-pci', backend: { type: 'user', ipv6: false } }],
    virtioPorts: [{ console: true }, { name: 'org.test.port' }],
    balloon: { freePageReporting: true },
    rng: true,
    log: ['guest_errors'],
  });
  const guest = { shell, around, version1, mistakes: '' };
  shell.machine.guestLog.on('data', (lines) => {
    guest.mistakes += Buffer.from(lines).toString();
  });
  return guest;
}

const checks: readonly (readonly [string, (guest: Guest) => Promise<void>])[] = [
  [
    'the drivers find the devices by this interface',
    async ({ shell, version1 }) => {
      expect(await shell.run('cut -c33 /sys/bus/virtio/devices/*/features | sort -u')).toBe(version1);
      expect(await shell.run('cat /sys/block/vda/serial; echo; cat /sys/block/vda/size')).toBe(
        `rawiron-1\n${(MEGABYTES << 20) / 512}`,
      );
    },
  ],
  [
    'queues have interrupt messages of their own',
    async ({ shell }) => {
      const names = await shell.run("awk '/PCI-MSI.*virtio/ { print $NF }' /proc/interrupts | sort");
      for (const name of ['config', 'req.0', 'input.0', 'output.0', 'input'])
        expect(`${names}\n`).toContain(`-${name}\n`);
      const count = "awk '/virtio.-req.0/ { print $2 }' /proc/interrupts";
      const before = Number(await shell.run(count));
      await shell.run('dd if=/dev/vda of=/dev/null bs=64k count=8 2>/dev/null');
      expect(Number(await shell.run(count))).toBeGreaterThan(before);
    },
  ],
  [
    'random numbers',
    async ({ shell }) => {
      expect(await shell.run('cat /sys/class/misc/hw_random/rng_current')).toBe('virtio_rng.0');
      const sums = await shell.run('for n in 1 2; do dd if=/dev/hwrng bs=4k count=16 2>/dev/null | md5sum; done');
      expect(new Set(sums.split('\n')).size).toBe(2);
    },
  ],
  [
    `${MEGABYTES} MB are read from the disk, and written to it`,
    async ({ shell, around }) => {
      expect(await shell.run('md5sum /dev/vda')).toBe(`${md5(bytes)}  /dev/vda`);
      await shell.run('dd if=/dev/hwrng of=/random bs=64k count=32 2>/dev/null');
      await shell.run('dd if=/random of=/dev/vda bs=64k seek=40 conv=fsync 2>/dev/null');
      const written = readFileSync(around.disk).subarray(40 * 65536, 72 * 65536);
      expect(await shell.run('md5sum < /random')).toBe(`${md5(written)}  -`);
    },
  ],
  [
    'sectors are discarded',
    async ({ shell, around }) => {
      await shell.run('blkdiscard -o 1048576 -l 1048576 /dev/vda && md5sum /dev/vda > /after');
      expect(await shell.run('cat /after')).toBe(`${md5(readFileSync(around.disk))}  /dev/vda`);
    },
  ],
  [
    `${MEGABYTES} MB come to the guest, and back, over the network`,
    async ({ shell, around }) => {
      const { source, sink } = around;
      await shell.run('ip link set eth0 up && ip addr add 10.0.2.15/24 dev eth0 && ip route add default via 10.0.2.2');
      expect(await shell.run('cat /sys/class/net/eth0/address')).toBe('52:54:00:12:34:56');
      expect(await shell.run('ping -c 3 -i 0.2 10.0.2.2')).toContain('3 packets received, 0% packet loss');
      await shell.run(`nc 10.0.2.2 ${source} < /dev/null > /data; nc 10.0.2.2 ${sink} < /data`);
      expect(await shell.run('md5sum /data; rm /data')).toBe(`${md5(bytes)}  /data`);
      expect(md5(await around.received.promise)).toBe(md5(bytes));
    },
  ],
  [
    'a cable that is pulled',
    async ({ shell }) => {
      const carrier = async (level: number) =>
        shell.run(`while [ "$(cat /sys/class/net/eth0/carrier)" != ${level} ]; do sleep 0.1; done`);
      shell.machine.network[0]!.setLink(false);
      await carrier(0);
      shell.machine.network[0]!.setLink(true);
      await carrier(1);
      expect(await shell.run('ping -c 1 10.0.2.2')).toContain('1 packets received');
    },
  ],
  [
    'a console',
    async ({ shell }) => {
      const [console] = shell.machine.virtioPorts;
      await shell.run('echo out > /dev/hvc0');
      await console!.expect('out\r\n');
      const read = shell.run('head -n 1 /dev/hvc0');
      await console!.write('in\n');
      expect(await read).toBe('in');
    },
  ],
  [
    'a port: bytes both ways',
    async ({ shell }) => {
      const port = shell.machine.virtioPorts[1]!;
      const name = await shell.run('cd /sys/class/virtio-ports && grep -l org.test.port */name | cut -d/ -f1; cd');
      const parts: Uint8Array[] = [];
      port.on('data', (part) => void parts.push(part.slice()));
      const read = shell.run(`head -c ${PORT_BYTES} /dev/${name} | md5sum`);
      await port.write(bytes.slice(0, PORT_BYTES));
      expect(await read).toBe(`${md5(bytes.slice(0, PORT_BYTES))}  -`);
      const sum = await shell.run(`head -c ${PORT_BYTES} /random > /part; cat /part > /dev/${name}; md5sum < /part`);
      expect(`${md5(Buffer.concat(parts))}  -`).toBe(sum);
    },
  ],
  [
    'a balloon takes memory, and gives it back',
    async ({ shell }) => {
      const balloon = shell.machine.balloon!;
      const total = async () => Number(await shell.run("awk '/MemTotal/ { print $2 }' /proc/meminfo"));
      const before = await total();
      await shell.run('dd if=/dev/urandom of=/fill bs=1M count=64 2>/dev/null; rm /fill');
      const taken = process.memoryUsage.rss();
      balloon.setMemory(64);
      while (balloon.memory !== 64 << 20) await shell.run('sleep 0.1');
      expect(before - (await total())).toBe(64 << 10);
      // The host gets it back, but for what the engine has taken meanwhile.
      if (process.getBuiltinModule('node:ffi' as 'node:fs'))
        expect(taken - process.memoryUsage.rss()).toBeGreaterThan(24 << 20);
      balloon.setMemory(128);
      while (balloon.memory !== 128 << 20) await shell.run('sleep 0.1');
      expect(await total()).toBe(before);
    },
  ],
  [
    'the balloon tells how memory is used, and pages that nobody uses go back to the host by themselves',
    async ({ shell }) => {
      const balloon = shell.machine.balloon!;
      const memory = async (name: string) =>
        1024 * Number(await shell.run(`awk '/${name}:/ { print $2 }' /proc/meminfo`));
      const [told, free] = [await balloon.statistics(), await memory('MemFree')];
      expect(told.total).toBe(await memory('MemTotal'));
      expect(Math.abs(told.free! - free)).toBeLessThan(4 << 20);
      expect(told.available).toBeGreaterThan(told.free! / 2);
      if (!process.getBuiltinModule('node:ffi' as 'node:fs')) return;
      // Linux reports only as long as 32 blocks of this order are free besides: with 4 MB, its own choice, never in this guest.
      await shell.run('echo 6 > /sys/module/page_reporting/parameters/page_reporting_order');
      await shell.run('dd if=/dev/urandom of=/fill bs=1M count=40 2>/dev/null');
      const taken = process.memoryUsage.rss();
      // Linux reports what was free for two seconds.
      await shell.run('rm /fill; sleep 5');
      expect(taken - process.memoryUsage.rss()).toBeGreaterThan(20 << 20);
    },
  ],
  [
    'nothing went wrong',
    async ({ shell, mistakes }) => {
      expect(await shell.run('cat /sys/class/net/eth0/statistics/*_errors | sort -u')).toBe('0');
      const complaints = 'virtio.*(fail|error|reset)|nobody cared|oops|I/O error';
      expect(await shell.run(`dmesg | grep -iE "${complaints}" || true`)).toBe('');
      expect(mistakes).toBe('');
    },
  ],
];

function withParameter(entry: ArchiveEntry, parameter: string): ArchiveEntry {
  if (entry.path !== 'etc/start' || entry.type !== 'file') return entry;
  return { ...entry, data: String(entry.data).replace('virtio_pci.ko', `virtio_pci.ko ${parameter}`) };
}

if (typeof found === 'string' || typeof modules === 'string') {
  const reason = typeof found === 'string' ? found : modules;
  describe.skip(`Linux with virtio devices: ${reason}`, () => test('boots', () => {}));
} else {
  describe.each(interfaces)('Linux with virtio devices, %s', { timeout: TIMEOUT }, (_, parameter, version1) => {
    const around = new Surroundings();
    let guest: Guest;
    beforeAll(async () => {
      await around.open();
      const entries = modules.map((entry) => withParameter(entry, parameter));
      const linux: DebianLinux = { ...found, initrd: (more = []) => found.initrd([...entries, ...more]) };
      guest = await boot(linux, around, version1);
    }, TIMEOUT);
    afterAll(async () => {
      await guest?.shell.machine.stop();
      around.close();
    });

    test.each(checks)('%s', (_name, check) => check(guest));
  });
}
