import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { type Engine, findLinux, LinuxShell } from '../support/linux-shell.ts';
import { listen, type Peer } from '../support/peer.ts';

const TIMEOUT = 240_000;
const MEGABYTES = 4;

const found = await findLinux();
const modules =
  typeof found === 'string' ? found : await linuxModules(found.modules, 'af_packet', 'vmxnet3').catch(String);

const sent = Uint8Array.from({ length: MEGABYTES << 20 }, (_, n) => (n * 7 + (n >> 8) * 31 + (n >> 16)) & 0xff);
const md5 = (data: Uint8Array): string => createHash('md5').update(data).digest('hex');

/** The script that udhcpc calls when it has a lease. */
const lease = [
  '#!/bin/sh',
  'test "$1" = bound || exit 0',
  'ip addr add $ip/$mask dev $interface; ip route add default via $router',
  '',
].join('\n');

if (typeof found === 'string' || typeof modules === 'string') {
  const reason = typeof found === 'string' ? found : modules;
  describe.skip(`Linux with a vmxnet3: ${reason}`, () => test('boots', () => {}));
} else {
  const script = { type: 'file' as const, path: 'etc/lease', mode: 0o755, data: lease };
  const linux: DebianLinux = { ...found, initrd: (more = []) => found.initrd([...modules, script, ...more]) };

  describe.each([
    ['translator', 'messages', 'cryptomgr.notests', 'PCI-MSI.*eth0'],
    ['translator', 'the pin', 'cryptomgr.notests pci=nomsi', 'IO-APIC.*eth0'],
    ['interpreter', 'messages', 'cryptomgr.notests', 'PCI-MSI.*eth0'],
  ] as const)('Linux with a vmxnet3 on the %s, interrupts by %s', { timeout: TIMEOUT }, (engine, _by, append, line) => {
    let shell: LinuxShell;
    let source: Peer;
    let sink: Peer;
    const received = Promise.withResolvers<string>();
    beforeAll(async () => {
      source = await listen((socket) => socket.end(sent));
      sink = await listen((socket) => {
        const taken = createHash('md5');
        socket.on('data', (bytes: Buffer) => taken.update(bytes));
        socket.on('end', () => {
          received.resolve(taken.digest('hex'));
          socket.end();
        });
      });
      shell = await LinuxShell.boot(linux, engine as Engine, append, {
        network: [{ card: 'vmxnet3', backend: { type: 'user', ipv6: false } }],
      });
    }, TIMEOUT);
    afterAll(async () => {
      await shell?.machine.stop();
      source?.server.close();
      sink?.server.close();
    });

    test('gets an address by DHCP', async () => {
      await shell.run('ip link set eth0 up; udhcpc -i eth0 -s /etc/lease -n -q > /dev/null 2>&1');
      expect(await shell.run("ip -4 -o addr show eth0 | awk '{ print $4 }'")).toBe('10.0.2.15/24');
      expect(await shell.run('cat /sys/class/net/eth0/speed /sys/class/net/eth0/address')).toBe(
        '1000\n52:54:00:12:34:56',
      );
    });

    test('a file comes whole, while the machine is saved and goes on from there', async () => {
      await shell.run(`nc 10.0.2.2 ${source.port} < /dev/null > /data`);
      expect(await shell.run('md5sum < /data')).toBe(`${md5(sent)}  -`);
      await shell.machine.load(await shell.machine.snapshot());
      expect(await shell.run(`nc 10.0.2.2 ${source.port} < /dev/null | md5sum`)).toBe(`${md5(sent)}  -`);
    });

    test('a file goes whole', async () => {
      await shell.run(`nc 10.0.2.2 ${sink.port} < /data`);
      expect(await received.promise).toBe(md5(sent));
    });

    test('a cable that is pulled is noticed, and one that is plugged in again', async () => {
      shell.machine.network[0]!.setLink(false);
      await shell.run('while [ "$(cat /sys/class/net/eth0/carrier)" != 0 ]; do sleep 0.1; done');
      shell.machine.network[0]!.setLink(true);
      await shell.run('while [ "$(cat /sys/class/net/eth0/carrier)" != 1 ]; do sleep 0.1; done');
      expect(await shell.run('ping -c 2 -i 0.2 10.0.2.2')).toContain('2 packets received');
    });

    test('interrupts came, and nothing went wrong', async () => {
      expect(Number(await shell.run(`grep -c '${line}' /proc/interrupts`))).toBeGreaterThan(0);
      expect(await shell.run('cat /sys/class/net/eth0/statistics/*_errors | sort -u')).toBe('0');
      expect(await shell.run('dmesg | grep -E "NETDEV WATCHDOG|hung|nobody cared|oops|resetting" || true')).toBe('');
    });
  });
}
