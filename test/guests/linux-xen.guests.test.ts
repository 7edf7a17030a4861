import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { awaitChannel, type DriveOptions, Machine, type MachineOptions, openChannel } from '../../src/index.ts';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { diskContents as bytes, diskChecks, type LinuxDisk, md5 } from '../support/linux-disk.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { type Engine, findLinux, LinuxShell } from '../support/linux-shell.ts';
import { listen, type Peer } from '../support/peer.ts';

const TIMEOUT = 400_000;

// Debian's kernel without PAE knows nothing of Xen.
const found = await findLinux('686-pae');
const drivers = ['xen_blkfront', 'xen_netfront', 'af_packet', 'ext4', 'crc32c_generic'];
const modules = typeof found === 'string' ? found : await linuxModules(found.modules, ...drivers).catch(String);

const sent = bytes.subarray(0, 4 << 20);

const network: NonNullable<MachineOptions['network']> = [
  { card: 'xen-net-device', backend: { type: 'user', ipv6: false } },
  { card: 'ne2k_pci' },
];

/** How processors hear of events. */
type Way = 'a vector for each' | 'one vector' | 'a line';

const ways: Readonly<Record<Way, { readonly xen: NonNullable<MachineOptions['xen']>; readonly options?: string }>> = {
  'a vector for each': { xen: true },
  'one vector': { xen: { version: '4.16' } },
  'a line': { xen: true, options: 'xen_no_vector_callback' },
};

interface Guest extends LinuxDisk {
  shell: LinuxShell;
  readonly way: Way;
  readonly processors: number;
  readonly drives: readonly DriveOptions[];
  readonly source: Peer;
  readonly sink: Peer;
  /** The hash of what came to the sink. */
  readonly received: Promise<string>;
  mistakes: string;
}

function listenForMistakes(guest: Guest): void {
  guest.shell.machine.guestLog.on('data', (lines) => {
    guest.mistakes += Buffer.from(lines).toString();
  });
}

interface Variant {
  readonly engine: Engine;
  readonly processors: number;
  readonly way: Way;
}

async function boot(linux: DebianLinux, { engine, processors, way }: Variant, folder: string): Promise<Guest> {
  const image = join(folder, 'disk.img');
  const other = join(folder, 'other.img');
  writeFileSync(image, bytes);
  writeFileSync(other, new Uint8Array(1 << 20));
  const drives: readonly DriveOptions[] = [
    { image, format: 'raw', interface: 'xen' },
    { image: other, format: 'raw', interface: 'xen', index: 2, readOnly: true },
  ];
  const { promise: received, resolve } = Promise.withResolvers<string>();
  const source = await listen((socket) => socket.end(sent));
  const sink = await listen((socket) => {
    const taken = createHash('md5');
    socket.on('data', (part: Buffer) => taken.update(part));
    socket.on('end', () => {
      resolve(taken.digest('hex'));
      socket.end();
    });
  });
  const { xen, options = '' } = ways[way];
  const shell = await LinuxShell.boot(linux, engine, `cryptomgr.notests ${options}`, {
    ...{ xen, processors, memory: '192M', xenConsoles: 2, drives },
    network,
    log: ['guest_errors'],
  });
  const guest = { shell, way, processors, drives, image, device: '/dev/xvda', source, sink, received, mistakes: '' };
  listenForMistakes(guest);
  await shell.run('while ! [ -e /dev/xvda -a -e /dev/xvdc -a -e /sys/class/net/eth0 ]; do sleep 0.1; done');
  return guest;
}

const checks: readonly (readonly [string, (guest: Guest) => Promise<void>])[] = [
  [
    'it runs on Xen, with its clock and its timer where there are vectors',
    async ({ shell, way }) => {
      const minor = way === 'one vector' ? 16 : 17;
      expect(await shell.run('cat /sys/hypervisor/type /sys/hypervisor/version/minor')).toBe(`xen\n${minor}`);
      const clocks = await shell.run('cat /sys/devices/system/clocksource/clocksource0/available_clocksource');
      expect(clocks.split(' ').includes('xen')).toBe(way !== 'a line');
      const row = way === 'a line' ? 'xen-platform-pci' : 'xen-percpu.*timer0';
      const count = async () => Number(await shell.run(`awk '/${row}/ { print $2 }' /proc/interrupts`));
      const before = await count();
      await shell.run(way === 'a line' ? 'dd if=/dev/xvdc of=/dev/null bs=4k 2>/dev/null' : 'sleep 0.5');
      expect(await count()).toBeGreaterThan(before + 5);
    },
  ],
  [
    'consoles carry bytes both ways, the one from the start and another',
    async ({ shell }) => {
      const sent = '0123456789'.repeat(300);
      for (const [n, console] of shell.machine.xenConsoles.entries()) {
        await shell.run(`exec 5<>/dev/hvc${n}; stty raw -echo <&5`);
        const heard = console.expect(/from hvc[01] /);
        await shell.run(`echo -n "from hvc${n} " >&5`);
        expect((await heard)[0]).toBe(`from hvc${n} `);
        const written = console.write(sent);
        expect(await shell.run('head -c 3000 <&5 | md5sum; exec 5<&-')).toBe(`${md5(Buffer.from(sent))}  -`);
        await written;
      }
    },
  ],
  [
    'it gives memory up, and takes it back',
    async ({ shell }) => {
      const { machine } = shell;
      const kilobytes = async () => Number(await shell.run("awk '/MemTotal/ { print $2 }' /proc/meminfo"));
      const before = await kilobytes();
      for (const megabytes of [128, 192]) {
        machine.balloon!.setMemory(megabytes);
        await expect.poll(() => machine.balloon!.memory >> 20).toBe(megabytes);
        await expect.poll(kilobytes).toBe(before - ((192 - megabytes) << 10));
      }
    },
  ],
  [
    'the driver finds the disks; emulated disks and network cards are unplugged',
    async ({ shell, processors }) => {
      // A queue for each processor.
      expect(await shell.run('ls /sys/block/xvda/mq | wc -l')).toBe(`${processors}`);
      expect(await shell.run("cat /sys/bus/pci/devices/*/class | grep -c '^0x02' || true")).toBe('0');
      expect(await shell.run('cat /sys/block/sd*/size 2>/dev/null || true')).toBe('');
      const told = 'cat /sys/block/xvda/size /sys/block/xvda/queue/write_cache /sys/block/xvda/ro /sys/block/xvdc/ro';
      expect(await shell.run(told)).toBe(`${bytes.length / 512}\nwrite back\n0\n1`);
    },
  ],
  ...diskChecks,
  [
    'the network gives it an address',
    async ({ shell }) => {
      await shell.run('ip link set eth0 up; udhcpc -i eth0 -s /etc/lease -n -q > /dev/null 2>&1');
      expect(await shell.run("ip -4 -o addr show eth0 | awk '{ print $4 }'")).toBe('10.0.2.15/24');
      expect(await shell.run('cat /sys/class/net/eth0/address')).toBe('52:54:00:12:34:56');
    },
  ],
  [
    'files come and go whole, while the machine is saved and goes on from there',
    async ({ shell, source, sink, received }) => {
      await shell.run(`nc 10.0.2.2 ${source.port} < /dev/null > /data`);
      expect(await shell.run('md5sum < /data')).toBe(`${md5(sent)}  -`);
      await shell.machine.load(await shell.machine.snapshot());
      expect(await shell.run(`nc 10.0.2.2 ${source.port} < /dev/null | md5sum`)).toBe(`${md5(sent)}  -`);
      await shell.run(`nc 10.0.2.2 ${sink.port} < /data`);
      expect(await received).toBe(md5(sent));
    },
  ],
  [
    'it moves to another machine, while disk and network are busy',
    async (guest) => {
      const { shell, source, drives } = guest;
      const work = `while ! [ -e /stop ]; do echo 3 > /proc/sys/vm/drop_caches; md5sum < /dev/xvda >> /sums; nc 10.0.2.2 ${source.port} < /dev/null | md5sum >> /files; done`;
      const sum = await shell.run('md5sum < /dev/xvda');
      await shell.run(`( (${work}) < /dev/null > /dev/null 2>&1 & )`);
      const { address, channel } = await awaitChannel('tcp:127.0.0.1:0');
      const arriving = channel.then((opened) => Machine.receive(opened, { drives, network }));
      await shell.machine.migration.send(openChannel(`tcp:127.0.0.1:${(address as { port: number }).port}`));
      const other = await arriving;
      await other.start();
      await shell.machine.stop();
      guest.shell = LinuxShell.of(other);
      listenForMistakes(guest);
      // A connection of the user-mode network is that of the host that had it.
      const again =
        'killall nc 2> /dev/null; : > /sums; while [ $(wc -l < /sums) -lt 2 ]; do sleep 0.1; done; touch /stop';
      expect(await guest.shell.run(`${again}; tail -n 1 /sums; tail -n 1 /files`)).toBe(`${sum}\n${md5(sent)}  -`);
    },
  ],
  [
    'nothing went wrong',
    async ({ shell, mistakes }) => {
      const wrong = 'dmesg | grep -iE "xen.*(fail|error|timeout)|nobody cared|oops|I/O error|BUG:|hung" || true';
      expect(await shell.run(wrong)).toBe('');
      expect(mistakes.match(/.*xen (vbd|vif|console|store).*/g) ?? []).toEqual([]);
    },
  ],
  [
    'it turns itself off when the power button is pressed, without ACPI’s daemon',
    async ({ shell }) => {
      await shell.run('echo "/bin/busybox poweroff -f" > /proc/sys/kernel/poweroff_cmd');
      await shell.machine.pressPowerButton();
      expect(await shell.machine.exited).toMatchObject({ reason: 'poweroff' });
    },
  ],
];

if (typeof found === 'string' || typeof modules === 'string') {
  const reason = typeof found === 'string' ? found : modules;
  describe.skip(`Linux on Xen: ${reason}`, () => test('boots', () => {}));
} else {
  const lease =
    '#!/bin/sh\ntest "$1" = bound || exit 0\nip addr add $ip/$mask dev $interface; ip route add default via $router\n';
  const script = { type: 'file' as const, path: 'etc/lease', mode: 0o755, data: lease };
  const linux: DebianLinux = { ...found, initrd: (more = []) => found.initrd([...modules, script, ...more]) };

  describe.each<Variant>([
    { engine: 'translator', processors: 1, way: 'a vector for each' },
    { engine: 'translator', processors: 2, way: 'a vector for each' },
    { engine: 'translator', processors: 2, way: 'a line' },
    { engine: 'interpreter', processors: 1, way: 'one vector' },
  ])('Linux on Xen on the $engine, processors: $processors, events by $way', { timeout: TIMEOUT }, (variant) => {
    const folder = mkdtempSync(join(tmpdir(), 'xen-'));
    let guest: Guest;
    beforeAll(async () => {
      guest = await boot(linux, variant, folder);
    }, TIMEOUT);
    afterAll(async () => {
      await guest?.shell.machine.stop();
      guest?.source.server.close();
      guest?.sink.server.close();
      rmSync(folder, { recursive: true });
    });

    test.each(checks)('%s', (_name, check) => check(guest));
  });
}
