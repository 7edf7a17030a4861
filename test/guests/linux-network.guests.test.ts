import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CardModel } from '../../src/index.ts';
import type { DebianLinux } from '../../src/node/linux/debian.ts';
import type { ModuleTree } from '../../src/node/linux/modules.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';

const TIMEOUT = 600_000;
const MEGABYTES = 8;
/** So often these are sent, to make 256 MB. */
const TIMES = 32;

interface Card {
  readonly card: CardModel;
  /** How its driver is loaded, and what that says. */
  readonly load: string;
  readonly says: RegExp;
  /** Options of the kernel. */
  readonly options?: string;
}

const cards: readonly Card[] = [
  { card: 'rtl8139', load: 'insmod /modules/8139cp.ko', says: /eth0: RTL-8139C\+ at/ },
  { card: 'ne2k_pci', load: 'insmod /modules/ne2k-pci.ko', says: /eth0: RealTek RTL-8029\(AS\) found at/ },
  {
    card: 'ne2k_isa',
    load: 'insmod /modules/ne.ko io=0x300 irq=9',
    says: /eth0: NE2000 found at 0x300, using IRQ 9/,
    // ACPI's own interrupt is IRQ 9, too, which an ISA card does not share.
    options: 'acpi=off',
  },
  { card: 'e1000', load: 'insmod /modules/e1000.ko', says: /eth0: Intel\(R\) PRO\/1000 Network Connection/ },
  { card: 'vmxnet3', load: 'insmod /modules/vmxnet3.ko', says: /eth0: NIC Link is Up 1000 Mbps/ },
  { card: 'pcnet', load: 'insmod /modules/pcnet32.ko', says: /eth0: registered as PCnet\/PCI II 79C970A/ },
];
const drivers = ['af_packet', 'mii', '8390', '8390p'];
const modulesOfCards = ['8139cp', 'ne2k-pci', 'ne', 'e1000', 'pcnet32', 'vmxnet3'];

const found = await findLinux();
const modules = typeof found === 'string' ? found : await allModules(found.modules).catch(String);

/** Drivers are there, but only what all cards need is loaded at the start. */
async function allModules(tree: ModuleTree) {
  const entries = await linuxModules(tree, ...drivers, ...modulesOfCards);
  return entries.map((entry) => {
    if (entry.path !== 'etc/start' || entry.type !== 'file') return entry;
    const lines = String(entry.data)
      .split('\n')
      .filter((line) => !/(8139cp|ne2k-pci|ne|e1000|pcnet32|vmxnet3)\.ko/.test(line));
    return { ...entry, data: lines.join('\n') };
  });
}

const sent = Uint8Array.from({ length: MEGABYTES << 20 }, (_, n) => (n * 7 + (n >> 8) * 31 + (n >> 16)) & 0xff);
function* all(): Generator<Uint8Array> {
  for (let n = 0; n < TIMES; n++) yield sent;
}

function sumOfAll(): string {
  const sum = createHash('md5');
  for (const part of all()) sum.update(part);
  return sum.digest('hex');
}
const sum = sumOfAll();

/** A server of the test's, at a port that the host chooses. */
async function listen(onConnection: (socket: Socket) => void): Promise<{ server: Server; port: number }> {
  // busybox's nc says that it sends nothing before all has come.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    // What went wrong is told by what came.
    socket.on('error', () => {});
    onConnection(socket);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  return { server, port: (server.address() as AddressInfo).port };
}

if (typeof found === 'string' || typeof modules === 'string') {
  describe.skip(`Linux with network cards: ${typeof found === 'string' ? found : modules}`, () =>
    test('boots', () => {}));
} else {
  const linux: DebianLinux = { ...found, initrd: (more = []) => found.initrd([...modules, ...more]) };
  describe.each(cards)('Linux with a $card', { timeout: TIMEOUT }, ({ card, load, says, options = '' }) => {
    let shell: LinuxShell;
    const received = Promise.withResolvers<string>();
    let source: { server: Server; port: number };
    let part: { server: Server; port: number };
    let sink: { server: Server; port: number };
    beforeAll(async () => {
      source = await listen((socket) => void Readable.from(all()).pipe(socket));
      part = await listen((socket) => socket.end(sent));
      sink = await listen((socket) => {
        const taken = createHash('md5');
        socket
          .on('data', (bytes: Buffer) => taken.update(bytes))
          .on('end', () => {
            received.resolve(taken.digest('hex'));
            socket.end();
          });
      });
      shell = await LinuxShell.boot(linux, 'translator', `cryptomgr.notests ${options}`, {
        network: [{ card, backend: { type: 'user', ipv6: false } }],
      });
    }, TIMEOUT);
    afterAll(async () => {
      await shell?.machine.stop();
      source?.server.close();
      part?.server.close();
      sink?.server.close();
    });

    test('the driver finds the card and its address', async () => {
      await shell.run(
        `${load} && ip link set eth0 up && ip addr add 10.0.2.15/24 dev eth0 && ip route add default via 10.0.2.2`,
      );
      expect(await shell.run('dmesg | grep eth0')).toMatch(says);
      expect(await shell.run('cat /sys/class/net/eth0/address')).toBe('52:54:00:12:34:56');
    });

    test('the router answers', async () => {
      expect(await shell.run('ping -c 3 -i 0.2 10.0.2.2')).toContain('3 packets received, 0% packet loss');
    });

    test(`${MEGABYTES * TIMES} MB come to the guest`, async () => {
      expect(await shell.run(`nc 10.0.2.2 ${source.port} < /dev/null | md5sum`)).toBe(`${sum}  -`);
    });

    test(`${MEGABYTES * TIMES} MB come from the guest`, async () => {
      await shell.run(`nc 10.0.2.2 ${part.port} < /dev/null > /data`);
      await shell.run(`for n in $(seq ${TIMES}); do cat /data; done | nc 10.0.2.2 ${sink.port}`);
      expect(await received.promise).toBe(sum);
    });

    test('interrupts came, and nothing went wrong', async () => {
      // The driver for ISA gives its interrupt the name of the card.
      expect(
        Number(await shell.run("awk '/eth0|NE2000/ { sum += $2 } END { print sum }' /proc/interrupts")),
      ).toBeGreaterThan(5);
      expect(await shell.run('cat /sys/class/net/eth0/statistics/*_errors | sort -u')).toBe('0');
      expect(await shell.run('dmesg | grep -E "NETDEV WATCHDOG|[Tt]imed out|nobody cared|oops|lost" || true')).toBe('');
    });
  });
}
