import { execFileSync } from 'node:child_process';
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest';
import type { DatagramBackend, SocketBackend } from '../../../../src/cli/backends/backend.ts';
import type { Connection, ConnectionPeer } from '../../../../src/cli/backends/connection.ts';
import { DatagramConnection } from '../../../../src/cli/backends/datagram.ts';
import { fileConnection } from '../../../../src/cli/backends/file.ts';
import { LoggedConnection } from '../../../../src/cli/backends/logged.ts';
import { PipeConnection } from '../../../../src/cli/backends/pipe.ts';
import { RingConnection } from '../../../../src/cli/backends/ring.ts';
import { SocketConnection } from '../../../../src/cli/backends/socket.ts';
import { Telnet } from '../../../../src/cli/backends/telnet.ts';

const folder = mkdtempSync(join(tmpdir(), 'connections-'));
const opened: Connection[] = [];
afterEach(async () => {
  for (const connection of opened.splice(0)) await connection.close();
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A peer that counts connections, and keeps what has come. */
class Peer implements ConnectionPeer {
  readonly takesInput = true;
  answers = true;
  text = '';
  times = 0;

  opened(): void {
    this.times++;
  }

  async receive(bytes: Uint8Array): Promise<void> {
    this.text += Buffer.from(bytes).toString('latin1');
  }
}

async function open(connection: Connection): Promise<Peer> {
  const peer = new Peer();
  opened.push(connection);
  await connection.open(peer);
  return peer;
}

const server = { type: 'socket', isServer: true, waits: false, muxed: false } as const;
const client = { ...server, isServer: false } as const;
const HERE = { host: '127.0.0.1', port: 0 } as const;

describe('telnet', () => {
  test('what comes is without its commands', () => {
    const telnet = new Telnet();
    const bytes = [97, 255, 253, 1, 98, 255, 255, 255, 250, 24, 1, 255, 255, 99, 255, 240, 100, 255, 241, 101];
    const expected = [97, 98, 255, 100, 101];
    expect([...telnet.decode(Uint8Array.from(bytes))]).toEqual(expected);
    expect(bytes.flatMap((byte) => [...telnet.decode(Uint8Array.of(byte))])).toEqual(expected);
  });

  test('a client is greeted as by QEMU, and 255 is sent twice', async () => {
    const connection = new SocketConnection({ ...server, address: HERE, isTelnet: true }, () => {});
    const peer = await open(connection);
    const [, port] = /^disconnected:telnet:127\.0\.0\.1:(\d+),server=on$/.exec(connection.filename)!;
    const socket = connect({ host: '127.0.0.1', port: Number(port) });
    let received = '';
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString('hex');
    });
    await once(socket, 'connect');
    socket.write(Buffer.of(255, 253, 3, 104, 105));
    await expect.poll(() => peer.text).toBe('hi');
    expect(connection.filename).toBe(`telnet:127.0.0.1:${port},server=on <-> 127.0.0.1:${socket.localPort}`);
    await connection.write(Uint8Array.of(1, 255, 2));
    await expect.poll(() => received).toBe('fffb01fffb03fffb00fffd00' + '01ffff02');
    socket.destroy();
    await expect.poll(() => connection.filename).toMatch(/^disconnected:/);
  });
});

describe('a socket that connects', () => {
  const path = join(folder, 'listener');
  const backend: SocketBackend = { ...client, address: { path }, reconnect: 1 };

  async function listener(): Promise<Server> {
    const listening = createServer().listen(path);
    await once(listening, 'listening');
    return listening;
  }

  test('that is to try again later than a timer can be set to waits so long: Node would try at once, for ever', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    await open(new SocketConnection({ ...backend, reconnect: 3e6 }, () => {}));
    vi.advanceTimersByTime(86_400_000);
    const timers = vi.getTimerCount();
    vi.useRealTimers();
    expect(timers).toBe(1);
  });

  test('has no empty path, which Node would take for no address', async () => {
    const connection = new SocketConnection({ ...client, address: { path: '' } }, () => {});
    await expect(open(connection)).rejects.toThrow("the path of a Unix socket is ''; give the name of a file");
  });

  test('tries again until somebody is there, and when he has gone', async () => {
    const told: string[] = [];
    const connection = new SocketConnection(backend, (message) => told.push(message));
    const peer = await open(connection);
    expect(told).toEqual([expect.stringMatching(/cannot connect to unix:.*; trying again every 1 s$/)]);
    expect(connection.filename).toBe(`disconnected:unix:${path}`);
    const listening = await listener();
    const [first] = (await once(listening, 'connection')) as [Socket];
    await expect.poll(() => connection.filename).toBe(`unix:${path}`);
    first.destroy();
    const [second] = (await once(listening, 'connection')) as [Socket];
    second.write('back');
    await expect.poll(() => peer.text).toBe('back');
    expect([peer.times, told.length]).toEqual([2, 1]);
    second.destroy();
    listening.close();
  });

  test('does not when it was closed', async () => {
    const listening = await listener();
    let arrived = 0;
    listening.on('connection', () => arrived++);
    const connection = new SocketConnection(backend, () => {});
    await open(connection);
    await expect.poll(() => arrived).toBe(1);
    await connection.close();
    await new Promise((resolve) => setTimeout(resolve, 1300));
    expect(arrived).toBe(1);
    listening.close();
  });

  test('fails where it is not to try again', async () => {
    const connection = new SocketConnection({ ...client, address: { path: join(folder, 'none') } }, () => {});
    await expect(connection.open(new Peer())).rejects.toThrow('cannot connect to unix:');
  });
});

describe('a client that has ended its sending side', () => {
  const path = join(folder, 'half-open');

  /** One that asks and ends; what it was told is all when the promise resolves. */
  async function asked(text: string): Promise<string> {
    const socket = connect({ path, allowHalfOpen: true });
    let received = '';
    socket.on('data', (bytes: Buffer) => {
      received += bytes.toString();
    });
    socket.end(text);
    await once(socket, 'close');
    return received;
  }

  /** It takes its time to answer. */
  async function answering(): Promise<Peer> {
    const connection = new SocketConnection({ ...server, address: { path } }, () => {});
    const peer = await open(connection);
    peer.receive = async (bytes) => {
      await new Promise((resolve) => setTimeout(resolve, 50));
      await connection.write(Buffer.from(`answer to ${Buffer.from(bytes)}`));
    };
    return peer;
  }

  test('gets its answers, then the next one', async () => {
    await answering();
    expect(await Promise.all([asked('one'), asked('two')])).toEqual(['answer to one', 'answer to two']);
  });

  test('makes room for the next one where nothing takes what it has sent, as with a guest that stands still', async () => {
    const peer = await answering();
    const { receive } = peer;
    peer.answers = false;
    peer.receive = () => new Promise(() => {});
    expect(await asked('one')).toBe('');
    peer.receive = receive;
    expect(await asked('two')).toBe('answer to two');
  });

  test('before its turn and without a word has no turn', async () => {
    const peer = await answering();
    const first = connect({ path });
    await expect.poll(() => peer.times).toBe(1);
    expect(await asked('')).toBe('');
    first.destroy();
    expect(await asked('three')).toBe('answer to three');
    expect(peer.times).toBe(2);
  });
});

describe('named pipes', () => {
  test('one for input and one for output, whoever opens them first', async () => {
    const path = join(folder, 'pair');
    execFileSync('mkfifo', [`${path}.in`, `${path}.out`]);
    const connection = new PipeConnection(path);
    const peer = await open(connection);
    await connection.write(Buffer.from('out\n'));
    execFileSync('sh', ['-c', `printf in > ${path}.in`]);
    await expect.poll(() => peer.text).toBe('in');
    expect(execFileSync('head', ['-n', '1', `${path}.out`], { encoding: 'utf8' })).toBe('out\n');
    expect(connection.filename).toBe('pipe');
  });

  test.each(['file', 'pair of them'])(
    'a %s is refused, and left as it is: Node reads and writes pipes only',
    (name) => {
      const path = join(folder, name);
      const files = name === 'file' ? [path] : [`${path}.in`, `${path}.out`];
      for (const file of files) writeFileSync(file, 'kept');
      expect(() => new PipeConnection(path)).toThrow(
        `cannot open the pipe ${files[0]}: it is something else (file:PATH writes to a file); make it with mkfifo`,
      );
      expect(files.map((file) => readFileSync(file, 'utf8'))).toEqual(files.map(() => 'kept'));
      expect(() => new PipeConnection('/dev/null')).toThrow('cannot open the pipe /dev/null: it is something else');
    },
  );

  test('that are not there are told of', () => {
    expect(() => new PipeConnection(join(folder, 'no-pipe'))).toThrow(
      /cannot open the pipe .*no-pipe: no such file or directory; make it with mkfifo/,
    );
  });
});

test('a file is written from its beginning, or goes on', async () => {
  const path = join(folder, 'file');
  await fileConnection({ path }, () => {}).write(Buffer.from('one'));
  await fileConnection({ path, isAppended: true }, () => {}).write(Buffer.from('two'));
  expect(readFileSync(path, 'utf8')).toBe('onetwo');
  await fileConnection({ path }, () => {}).write(Buffer.from('three'));
  expect(readFileSync(path, 'utf8')).toBe('three');
});

test('a log has what is sent, whether anybody takes it or not, and a ring buffer stays one', async () => {
  const path = join(folder, 'log');
  const ring = new RingConnection(16);
  const connection = new LoggedConnection(
    ring,
    fileConnection({ path }, () => {}),
  );
  await connection.write(Buffer.from('sent'));
  expect([readFileSync(path, 'utf8'), connection.filename, connection.buffer]).toEqual([
    'sent',
    'ringbuf',
    ring.buffer,
  ]);
  const unheard = new SocketConnection({ ...server, address: HERE }, () => {});
  await new LoggedConnection(
    unheard,
    fileConnection({ path, isAppended: true }, () => {}),
  ).write(Buffer.from('more'));
  expect(readFileSync(path, 'utf8')).toBe('sentmore');
});

describe('udp', () => {
  const sockets: DatagramSocket[] = [];
  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.close();
  });

  /** A socket of this host's, with what comes to it. */
  async function other(): Promise<{ socket: DatagramSocket; received: string[] }> {
    const socket = createSocket('udp4');
    sockets.push(socket);
    const received: string[] = [];
    socket.on('message', (bytes) => received.push(bytes.toString('latin1')));
    socket.bind(0, '127.0.0.1');
    await once(socket, 'listening');
    return { socket, received };
  }

  const backend = (port: number, localPort = 0): DatagramBackend => ({
    type: 'udp',
    remote: { host: '127.0.0.1', port },
    local: { host: '127.0.0.1', port: localPort },
    muxed: false,
  });

  test('each write is a datagram, and what comes from the one place is received', async () => {
    const [here, stranger] = [await other(), await other()];
    const connection = new DatagramConnection(backend(here.socket.address().port));
    const peer = await open(connection);
    await connection.write(Buffer.from('one'));
    await connection.write(Buffer.from('two'));
    await expect.poll(() => here.received).toEqual(['one', 'two']);
    const [, { port }] = await Promise.all([
      connection.write(Buffer.from('three')),
      once(here.socket, 'message').then(([, from]) => from as { port: number }),
    ]);
    stranger.socket.send('no', port, '127.0.0.1');
    here.socket.send('hello', port, '127.0.0.1');
    await expect.poll(() => peer.text).toBe('hello');
    expect([peer.times, connection.filename]).toEqual([0, 'udp']);
  });

  test('nobody at the other end is no failure, and what is too long for a datagram is several', async () => {
    const gone = await other();
    const { port } = gone.socket.address();
    sockets.splice(0);
    await new Promise<void>((resolve) => gone.socket.close(() => resolve()));
    const unheard = new DatagramConnection(backend(port));
    await open(unheard);
    for (let n = 0; n < 3; n++) await unheard.write(Buffer.from('lost'));
    const here = await other();
    const connection = new DatagramConnection(backend(here.socket.address().port));
    await open(connection);
    await connection.write(Buffer.alloc(65_507 + 3, 'a'));
    await expect.poll(() => here.received.map(({ length }) => length)).toEqual([65_507, 3]);
  });

  test('a port that is taken is told', async () => {
    const here = await other();
    const { port } = here.socket.address();
    const connection = new DatagramConnection(backend(port, port));
    await expect(connection.open(new Peer())).rejects.toThrow(
      `cannot open udp:127.0.0.1:${port}@127.0.0.1:${port}: address already in use`,
    );
    await connection.close();
  });
});
