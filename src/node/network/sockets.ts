import { execFile } from 'node:child_process';
import { createSocket, type Socket as DatagramSocket } from 'node:dgram';
import { getServers } from 'node:dns';
import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { canonicalAddress, isIpv6 } from '../../network/addresses.ts';
import type {
  HostConnection,
  HostDatagrams,
  HostListener,
  HostSockets,
  HostStream,
  OnDatagram,
  StreamEvents,
  StreamTarget,
} from '../../network/host.ts';
import { ConfigurationError } from '../../util/errors.ts';
import { systemMessage } from '../process/system-message.ts';
import { Commands } from './command.ts';
import { NodeStream } from './stream.ts';

const DNS_PORT = 53;
/** Seconds that the host's ping program waits. */
const PING_PATIENCE = 2;
/** Connections that the host's system holds until they are accepted. */
const BACKLOG = 128;
/** Bytes of datagrams that the host's system has not taken; what goes beyond is lost, so that a guest's flood takes no memory. */
const MOST_WAITING = 0x100000;
/**
 * Each end may end by itself. What comes from a guest goes at once: its own TCP has waited for more already. A peer that
 * vanished is found out by the host, as the guest's own questions go no further than us.
 */
const socketOptions = { allowHalfOpen: true, noDelay: true, keepAlive: true } as const;

interface Closable {
  close(): unknown;
}

/** Node's sockets, for one user-mode network. */
export class NodeSockets implements HostSockets {
  readonly #streams = new Set<Duplex>();
  readonly #others = new Set<Closable>();
  readonly #commands = new Commands();

  connect(target: StreamTarget, events: StreamEvents): HostStream {
    if ('command' in target) return this.#start(target.command, events);
    const socket = connect({ ...('path' in target ? target : toNode(target)), ...socketOptions });
    this.#keep(socket);
    // A Unix socket knows no reset.
    const stream = 'path' in target ? new NodeStream(socket, events) : tcpStream(socket, events);
    socket.once('connect', () => stream.opened());
    return stream;
  }

  #start(command: string, events: StreamEvents): HostStream {
    const pipes = this.#commands.start(command);
    this.#keep(pipes);
    const stream = new NodeStream(pipes, events);
    if (!pipes.destroyed) process.nextTick(() => stream.opened());
    return stream;
  }

  async listen(address: string, port: number, onConnection: (one: HostConnection) => void): Promise<HostListener> {
    const server = createServer({ ...socketOptions, pauseOnConnect: true }, (socket) => {
      this.#keep(socket);
      onConnection(connectionOf(socket));
    });
    this.#others.add(server);
    server.listen({ host: address, port, backlog: BACKLOG });
    await once(server, 'listening').catch((error: unknown) => {
      this.#close(server);
      fail('listen', address, port, error);
    });
    // One that goes wrong later can say so only to those who connect.
    server.on('error', () => {});
    return { port: portOf(server), close: () => this.#close(server) };
  }

  datagrams(family: 4 | 6, onDatagram: OnDatagram): HostDatagrams {
    const socket = this.#datagramSocket(family, onDatagram);
    return this.#datagrams(socket);
  }

  async bindDatagrams(address: string, port: number, onDatagram: OnDatagram): Promise<HostDatagrams & HostListener> {
    const socket = this.#datagramSocket(isIpv6(address) ? 6 : 4, onDatagram);
    const bound = new Promise<void>((resolve, reject) => {
      socket.once('error', reject);
      socket.bind({ address, port }, resolve);
    });
    await bound.catch((error: unknown) => {
      this.#close(socket);
      fail('receive datagrams', address, port, error);
    });
    return { ...this.#datagrams(socket), port: socket.address().port };
  }

  nameServers(): { address: string; port: number }[] {
    return getServers().flatMap((server) => {
      const [, bracketed, plain, port] = /^(?:\[(.*)\]|([^:]*|.*:.*:.*?))(?::(\d+))?$/.exec(server) ?? [];
      const address = canonicalAddress(bracketed ?? (isIpv6(server) && !bracketed ? server : plain) ?? '');
      return address === undefined ? [] : [{ address, port: Number(port ?? DNS_PORT) }];
    });
  }

  /** By the host's own program: a process without rights has no sockets for ICMP. */
  ping(address: string, bytes: number): Promise<boolean> {
    const size = String(Math.max(bytes, 0));
    const isWindows = process.platform === 'win32';
    const options = isWindows ? ['-n', '1', '-w', `${PING_PATIENCE}000`, '-l', size] : ['-n', '-c', '1', '-s', size];
    return new Promise((resolve) => {
      execFile('ping', [...options, address], { timeout: PING_PATIENCE * 1000 }, (error) => resolve(error === null));
    });
  }

  close(): void {
    for (const stream of this.#streams) stream.destroy();
    for (const other of this.#others) other.close();
    this.#others.clear();
  }

  #keep(stream: Duplex): void {
    this.#streams.add(stream);
    stream.once('close', () => this.#streams.delete(stream));
  }

  #close(other: Closable): void {
    if (this.#others.delete(other)) other.close();
  }

  #datagramSocket(family: 4 | 6, onDatagram: OnDatagram): DatagramSocket {
    const socket = createSocket({ type: family === 4 ? 'udp4' : 'udp6' });
    this.#others.add(socket);
    socket.on('message', (bytes, from) => {
      const address = canonicalAddress(from.address.replace(/%.*$/, ''));
      if (address !== undefined) onDatagram(bytes, address, from.port);
    });
    // What cannot be sent or received is lost.
    socket.on('error', () => {});
    return socket;
  }

  #datagrams(socket: DatagramSocket): HostDatagrams {
    return {
      send: (bytes, address, port) => {
        const isOpen = port > 0 && this.#others.has(socket);
        if (isOpen && socket.getSendQueueSize() <= MOST_WAITING) socket.send(bytes, port, address, () => {});
      },
      close: () => this.#close(socket),
    };
  }
}

/** One that is not connected yet has no peer for a reset: Node would wait until it is, for minutes where nobody answers. */
function tcpStream(socket: Socket, events: StreamEvents): NodeStream {
  return new NodeStream(socket, events, () => (socket.connecting ? socket.destroy() : socket.resetAndDestroy()));
}

function toNode({ address, port }: { address: string; port: number }): { host: string; port: number } {
  return { host: address, port };
}

function connectionOf(socket: Socket): HostConnection {
  const address = canonicalAddress((socket.remoteAddress ?? '').replace(/^::ffff:(?=\d+\.)/, '').replace(/%.*$/, ''));
  return {
    address: address ?? '127.0.0.1',
    port: socket.remotePort ?? 0,
    accept: (events) => tcpStream(socket, events),
  };
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
}

function fail(what: string, address: string, port: number, error: unknown): never {
  throw new ConfigurationError(`cannot ${what} at ${address} port ${port} of the host: ${systemMessage(error)}`);
}
