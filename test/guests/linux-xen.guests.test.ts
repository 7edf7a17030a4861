import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
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

interface Guest extends LinuxDisk {
  readonly source: Peer;
  readonly sink: Peer;
  /** The hash of what came to the sink. */
  readonly received: Promise<string>;
  mistakes: string;
}

async function boot(linux: DebianLinux, engine: Engine, folder: string, processors: number): Promise<Guest> {
  const image = join(folder, 'disk.img');
  const other = join(folder, 'other.img');
  writeFileSync(image, bytes);
  writeFileSync(other, new Uint8Array(1 << 20));
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
  const shell = await LinuxShell.boot(linux, engine, 'cryptomgr.notests', {
    ...{ xen: true, processors, memory: '192M' },
    drives: [
      { image, format: 'raw', interface: 'xen' },
      { image: other, format: 'raw', interface: 'xen', index: 2, readOnly: true },
    ],
    network: [{ card: 'xen-net-device', backend: { type: 'user', ipv6: false } }],
    log: ['guest_errors'],
  });
  const guest = { shell, image, device: '/dev/xvda', source, sink, received, mistakes: '' };
  shell.machine.guestLog.on('data', (lines) => {
    guest.mistakes += Buffer.from(lines).toString();
  });
  await shell.run('while ! [ -e /dev/xvda -a -e /dev/xvdc -a -e /sys/class/net/eth0 ]; do sleep 0.1; done');
  return guest;
}

const checks: readonly (readonly [string, (guest: Guest) => Promise<void>])[] = [
  [
    'it runs on Xen, with its clock and its timer',
    async ({ shell }) => {
      expect(await shell.run('cat /sys/hypervisor/type /sys/hypervisor/version/major')).toBe('xen\n4');
      expect(await shell.run('cat /sys/devices/system/clocksource/clocksource0/available_clocksource')).toContain(
        'xen',
      );
      expect(Number(await shell.run("grep -c 'xen-percpu.*timer' /proc/interrupts"))).toBeGreaterThan(0);
      const before = Number(await shell.run("awk '/timer0/ { print $2 }' /proc/interrupts"));
      await shell.run('sleep 0.5');
      expect(Number(await shell.run("awk '/timer0/ { print $2 }' /proc/interrupts"))).toBeGreaterThan(before + 10);
    },
  ],
  [
    'the driver finds the disks',
    async ({ shell }) => {
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
    'nothing went wrong',
    async ({ shell, mistakes }) => {
      const wrong = 'dmesg | grep -iE "xen.*(fail|error|timeout)|nobody cared|oops|I/O error|BUG:|hung" || true';
      expect(await shell.run(wrong)).toBe('');
      expect(mistakes.match(/.*xen (vbd|vif|store).*/g) ?? []).toEqual([]);
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

  describe.each([
    ['translator', 1],
    ['translator', 2],
    ['interpreter', 1],
  ] as const)('Linux on Xen on the %s, processors: %i', { timeout: TIMEOUT }, (engine, processors) => {
    const folder = mkdtempSync(join(tmpdir(), 'xen-'));
    let guest: Guest;
    beforeAll(async () => {
      guest = await boot(linux, engine, folder, processors);
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
