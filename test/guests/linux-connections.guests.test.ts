import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { CardModel } from '../../src/index.ts';
import { linuxModules } from '../support/linux-modules.ts';
import { findLinux, LinuxShell } from '../support/linux-shell.ts';

// What connections of a guest to servers of the host must stand: many of them, slow ones, and ends that are gone.

const TIMEOUT = 600_000;
const IN_A_ROW = 1000;
const AT_ONCE = 200;
/** Lines that a session has in each direction. */
const LINES = 500;
const sent = Uint8Array.from({ length: 16 << 20 }, (_, n) => (n * 7 + (n >> 8) * 31 + (n >> 16)) & 0xff);

const md5 = (bytes: Uint8Array): string => createHash('md5').update(bytes).digest('hex');

const cards: readonly { readonly card: CardModel; readonly drivers: readonly string[] }[] = [
  { card: 'rtl8139', drivers: ['8139cp'] },
  { card: 'virtio-net-pci', drivers: ['virtio_pci', 'virtio_net'] },
];

const found = await findLinux();

/** Servers of the host, and what they have seen. */
class Servers {
  readonly #servers: Server[] = [];
  /** Sockets that wait for more of them. */
  readonly #waiting: Socket[] = [];
  connections = 0;
  vanished = 0;
  readonly lines = Promise.withResolvers<number>();
  readonly left = Promise.withResolvers<void>();

  /** How many have come to wait for each other. */
  get together(): number {
    return this.#waiting.length;
  }

  async listen(onConnection: (socket: Socket) => void): Promise<number> {
    // busybox's nc says that it sends nothing before it is answered.
    const server = createServer({ allowHalfOpen: true }, (socket) => {
      // A guest's reset is what some of the tests are about.
      socket.on('error', () => {});
      onConnection(socket);
    }).listen(0, '127.0.0.1');
    this.#servers.push(server);
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  }

  /** Each connection gets its number. */
  readonly count = (socket: Socket): void => void socket.end(`${++this.connections}\n`);

  /** Counts a socket once so many are open. */
  readonly countTogether = (socket: Socket): void => {
    this.#waiting.push(socket);
    if (this.#waiting.length === AT_ONCE) for (const [n, one] of this.#waiting.entries()) one.end(`${n}\n`);
  };

  /** Sends a number, and each that comes back; the last one ends it. */
  readonly talk = (socket: Socket): void => {
    socket.write('0\n');
    createInterface(socket).on('line', (line) => {
      if (Number(line) < LINES) socket.write(`${line}\n`);
      else this.lines.resolve(Number(line));
      if (Number(line) >= LINES) socket.end();
    });
  };

  readonly send = (socket: Socket): void => void socket.end(sent);

  /** Is gone in the midst of what it sends. */
  readonly vanish = (socket: Socket): void => {
    this.vanished++;
    socket.write(sent.subarray(0, 1 << 20), () => socket.resetAndDestroy());
  };

  /** Takes what comes until the guest is gone. */
  readonly take = (socket: Socket): void => {
    socket.resume().on('end', () => socket.end());
    socket.on('close', () => this.left.resolve());
  };

  close(): void {
    for (const server of this.#servers) server.close();
  }
}

if (typeof found === 'string') {
  describe.skip(`Linux and its connections: ${found}`, () => test('boots', () => {}));
} else {
  describe.each(cards)('connections through $card', { timeout: TIMEOUT }, ({ card, drivers }) => {
    let shell: LinuxShell;
    const servers = new Servers();
    beforeAll(async () => {
      const modules = await linuxModules(found.modules, ...drivers);
      const linux = { ...found, initrd: (more = []) => found.initrd([...modules, ...more]) };
      shell = await LinuxShell.boot(linux, 'translator', 'cryptomgr.notests', {
        network: [{ card, backend: { type: 'user', ipv6: false } }],
      });
      await shell.run('ip link set eth0 up && ip addr add 10.0.2.15/24 dev eth0 && ip route add default via 10.0.2.2');
    }, TIMEOUT);
    afterAll(async () => {
      await shell?.machine.stop();
      servers.close();
    });

    test(`${IN_A_ROW} in a row`, async () => {
      const port = await servers.listen(servers.count);
      const each = `for n in $(seq ${IN_A_ROW}); do nc 10.0.2.2 ${port} < /dev/null; done`;
      expect(await shell.run(`${each} | sort -n | uniq | wc -l`)).toBe(String(IN_A_ROW));
      expect(servers.connections).toBe(IN_A_ROW);
    });

    test(`${AT_ONCE} at once`, async () => {
      const port = await servers.listen(servers.countTogether);
      const all = `for n in $(seq ${AT_ONCE}); do nc 10.0.2.2 ${port} < /dev/null & done; wait`;
      // One that is lost keeps all others waiting: so many have come.
      const lines = shell.run(`sh -c '${all}' | sort -n | uniq | wc -l`);
      await expect.poll(() => servers.together, { timeout: TIMEOUT / 4 }).toBe(AT_ONCE);
      expect(await lines).toBe(String(AT_ONCE));
    });

    test('a long session of short lines', async () => {
      const port = await servers.listen(servers.talk);
      const answers = `nc 10.0.2.2 ${port} < /tmp/answers | while read n; do echo $((n + 1)); done > /tmp/answers`;
      // A shell of its own, as that at the console tells of jobs that end.
      await shell.run(`mkfifo /tmp/answers; sh -c '${answers} &'`);
      expect(await servers.lines.promise).toBe(LINES);
    });

    test('a slow reader gets all', async () => {
      const port = await servers.listen(servers.send);
      const slowly = '{ dd bs=64k count=1; sleep 1; dd bs=64k count=1; sleep 2; cat; } 2>/dev/null';
      expect(await shell.run(`nc 10.0.2.2 ${port} < /dev/null | ${slowly} | md5sum`)).toBe(`${md5(sent)}  -`);
    });

    test('a server that is gone ends the connection', async () => {
      const port = await servers.listen(servers.vanish);
      const size = Number(await shell.run(`nc 10.0.2.2 ${port} < /dev/null 2>/dev/null | wc -c`));
      expect(size).toBeLessThanOrEqual(1 << 20);
      expect(servers.vanished).toBe(1);
    });

    test('a client that is killed ends the connection', async () => {
      const port = await servers.listen(servers.take);
      await shell.run(`sh -c 'nc 10.0.2.2 ${port} < /dev/zero & sleep 1; kill -9 $!'`);
      await servers.left.promise;
    });
  });
}
