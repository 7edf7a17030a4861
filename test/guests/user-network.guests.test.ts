import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer as createWebServer } from 'node:http';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { debianLinux } from '../../src/node/linux/debian.ts';
import { type OpenNetwork, openNetwork } from '../../src/node/network/index.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { QemuGuest } from '../support/network/qemu-guest.ts';
import { StreamGuest } from '../support/network/stream-guest.ts';
import { Random } from '../support/random.ts';

// Linux in QEMU at the other end of our user-mode network, by a socket in QEMU's format: a TCP that is not ours, and cards
// and a machine that are not ours.

const hasQemu = spawnSync('qemu-system-i386', ['--version']).status === 0;
const SIZE = 8 << 20;
const content = Buffer.from(Uint32Array.from({ length: SIZE / 4 }, (_, n) => Math.imul(n, 2_654_435_761)).buffer);
const md5 = createHash('md5').update(content).digest('hex');
const lease = `#!/bin/sh
[ "$1" = deconfig ] && ip link set $interface up
[ "$1" = bound ] || exit 0
ip addr add $ip/$mask dev $interface
ip route add default via $router
echo nameserver $dns > /etc/resolv.conf
echo "$hostname $domain" > /tmp/lease
`;

const folder = mkdtempSync(join(tmpdir(), 'user-network-'));
afterAll(() => rmSync(folder, { recursive: true }));
const [kernel, initrd] = [join(folder, 'kernel'), join(folder, 'initrd')];

/** Gives the content to who asks. */
const web = createWebServer((_request, response) => void response.end(content));
/** Answers what it gets by its sum. */
const sink = createServer({ allowHalfOpen: true }, (socket) => {
  const hash = createHash('md5');
  socket.on('data', (bytes) => hash.update(bytes));
  socket.on('end', () => socket.end(`${hash.digest('hex')}\n`));
  socket.on('error', () => {});
});
const portOf = (server: { address(): unknown }): number => (server.address() as AddressInfo).port;

beforeAll(async () => {
  const linux = await debianLinux();
  const modules = await linuxModules(linux.modules, 'e1000', '8139cp', '8139too', 'ne2k-pci');
  writeFileSync(kernel, linux.kernel);
  writeFileSync(initrd, linux.initrd([...modules, { type: 'file', path: 'etc/lease', mode: 0o755, data: lease }]));
  for (const server of [web, sink]) await once(server.listen(0, '::'), 'listening');
}, 600_000);
afterAll(() => {
  web.close();
  sink.close();
});

/** A guest with its lease, and the network that it is at. */
async function booted(card: string): Promise<{ qemu: QemuGuest; network: OpenNetwork; wire: StreamGuest }> {
  const hostForward = [{ hostAddress: '127.0.0.1', hostPort: 0, guestPort: 7 }];
  const network = await openNetwork({ type: 'user', hostname: 'guest', domainName: 'example.org', hostForward });
  const wire = await StreamGuest.listen(network.backend);
  const qemu = new QemuGuest({ kernel, initrd, card, port: wire.port });
  await qemu.expect(/~ # /);
  await qemu.run('dmesg -n 1; ip link set lo up; udhcpc -i eth0 -s /etc/lease -n -q -O hostname -O domain');
  return { qemu, network, wire };
}

/** Fetches and sends the content. */
async function transfer(qemu: QemuGuest, host = '10.0.2.2'): Promise<string[]> {
  const address = host.includes(':') ? `[${host}]` : host;
  const fetched = await qemu.run(`wget -q -O /tmp/f http://${address}:${portOf(web)}/ && md5sum < /tmp/f`);
  const sent = await qemu.run(`nc ${host} ${portOf(sink)} < /tmp/f`);
  return [fetched.output.replace(/ .*/, ''), sent.output];
}

describe.runIf(hasQemu)('Linux in QEMU at our user-mode network', () => {
  test.each(['e1000', 'rtl8139', 'ne2k_pci'])('%s: lease, echo, transfers, both ways of connections', async (card) => {
    const { qemu, network } = await booted(card);
    try {
      expect((await qemu.run('cat /tmp/lease')).output).toBe('guest example.org');
      expect((await qemu.run('ping -c 2 -s 3000 10.0.2.2')).output).toContain('0% packet loss');
      expect(await transfer(qemu)).toEqual([md5, md5]);
      await qemu.run('(nc -l -p 7 -e cat &); sleep 1');
      const socket = connect(network.user!.forwards[0]!.hostPort, '127.0.0.1');
      socket.end('forwarded');
      expect(String((await once(socket, 'data'))[0])).toBe('forwarded');
      expect((await qemu.run('wget -O - http://10.0.2.2:1/')).output).toContain('Connection refused');
    } finally {
      await qemu[Symbol.asyncDispose]();
      await network.backend.close();
    }
  });

  test('a wire that loses, doubles and delays frames', async () => {
    const { qemu, network, wire } = await booted('e1000');
    try {
      const random = new Random(7);
      const disturb: StreamGuest['onGuest'] = (frame, send) => {
        if (random.chance(2)) return;
        const copy = frame.slice();
        if (random.chance(2)) setTimeout(() => send(copy), random.below(20));
        else send(copy);
        if (random.chance(2)) send(copy);
      };
      wire.onGuest = disturb;
      wire.onHost = disturb;
      expect(await transfer(qemu)).toEqual([md5, md5]);
    } finally {
      await qemu[Symbol.asyncDispose]();
      await network.backend.close();
    }
  });

  test('IPv6: an address made from what the router tells, transfers', async () => {
    const { qemu, network } = await booted('e1000');
    try {
      await qemu.run(
        'for n in 1 2 3 4 5 6 7 8; do ip -6 addr show dev eth0 | grep -q "fec0.*global *$" && break; sleep 1; done',
      );
      expect((await qemu.run('ip -6 route')).output).toContain('default via fe80::2');
      expect((await qemu.run('ping -6 -c 1 fec0::2')).output).toContain('0% packet loss');
      expect(await transfer(qemu, 'fec0::2')).toEqual([md5, md5]);
    } finally {
      await qemu[Symbol.asyncDispose]();
      await network.backend.close();
    }
  });
});
