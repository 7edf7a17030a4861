import { randomBytes } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { FleetError } from '../error.ts';
import type { HostPlace } from './record.ts';

/** Characters of a line, and milliseconds to wait for it. */
const [MOST, PATIENCE] = [4096, 10_000];
/** Milliseconds of silence after which the system asks whether the other end is still there: a computer may vanish without a word. */
const SILENCE = 10_000;
/** Answer to who is let in. */
const WELCOME = 'ok';

/** The first line of who connects to a host: the host's pass, and what it wants. */
export interface Greeting {
  readonly pass: string;
  /** move: sends a machine. network: takes and gives the frames of a machine's first card. */
  readonly act: 'move' | 'network';
  /** Name of the machine. */
  readonly name: string;
  /** Who connects: the host that has the machine, or a gateway. */
  readonly from: string;
  /** The token by which that host has it. */
  readonly token: number;
}

/** Somebody at the door. */
export interface Visitor {
  readonly greeting: Greeting;
  /** Lets it in. The socket stands still until somebody reads from it. */
  welcome(): Socket;
}

/** A host's port for other hosts and gateways. Nothing is encrypted. */
export class HostDoor implements AsyncDisposable {
  readonly #address: string;
  readonly #pass = randomBytes(24).toString('base64url');
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(address: string, server: Server) {
    this.#address = address;
    this.#server = server;
  }

  /**
   * @param receive what it throws is told to the visitor
   * @throws FleetError if it cannot listen there
   */
  static async listen(address: string, port: number, receive: (visitor: Visitor) => Promise<void>): Promise<HostDoor> {
    const server = createServer({ pauseOnConnect: true });
    const door = new HostDoor(address, server);
    server.on('connection', (socket) => void door.#open(socket, receive));
    await new Promise<void>((resolve, reject) => {
      server.once('error', (error) => reject(new FleetError(`${address}:${port}: ${error.message}`)));
      server.listen(port, address, resolve);
    });
    return door;
  }

  /** Where it is, and the word for who may come in. */
  get place(): HostPlace {
    const { port } = this.#server.address() as AddressInfo;
    return { address: this.#address, port, pass: this.#pass };
  }

  async #open(socket: Socket, receive: (visitor: Visitor) => Promise<void>): Promise<void> {
    this.#sockets.add(socket);
    socket.setKeepAlive(true, SILENCE);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('error', () => {});
    let isIn = false;
    try {
      const greeting = greetingOf(await lineOf(socket), this.#pass);
      const welcome = () => {
        isIn = true;
        socket.write(`${WELCOME}\n`);
        return socket;
      };
      await receive({ greeting, welcome });
    } catch (error) {
      if (isIn) socket.destroy();
      else socket.end(`${(error as Error).message.replaceAll('\n', ' ').slice(0, MOST - 1)}\n`);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** @throws FleetError for what is none, or has another pass */
function greetingOf(line: string, pass: string): Greeting {
  const greeting = parsed(line) as Partial<Greeting> | null;
  if (typeof greeting !== 'object' || greeting?.pass !== pass)
    throw new FleetError('that is not the pass of this host');
  return greeting as Greeting;
}

function parsed(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch {
    return null;
  }
}

/**
 * Connects to a host, and says what for.
 * @returns the connection, which stands still until somebody reads from it
 * @throws FleetError if it is not there, or does not let anybody in for that
 */
export async function visit({ address, port, pass }: HostPlace, greeting: Omit<Greeting, 'pass'>): Promise<Socket> {
  const socket = connect({ host: address, port });
  socket.on('error', () => {});
  const late = new FleetError(`${address}:${port} does not answer`);
  const timer = setTimeout(() => socket.destroy(late), PATIENCE);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      const hint = /^(127\.|::1|localhost)/.test(address) ? '; a host of another computer needs --listen ADDRESS' : '';
      socket.once('error', (error) => reject(new FleetError(`${address}:${port}: ${error.message}${hint}`)));
    });
    socket.setNoDelay(true);
    socket.setKeepAlive(true, SILENCE);
    socket.write(`${JSON.stringify({ pass, ...greeting })}\n`);
    const answer = await lineOf(socket);
    if (answer !== WELCOME) throw new FleetError(answer);
    return socket;
  } catch (error) {
    socket.destroy();
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

/** The first line of what comes; the socket stands still then, with the rest unread. */
async function lineOf(socket: Socket): Promise<string> {
  let read = Buffer.alloc(0);
  return await new Promise<string>((resolve, reject) => {
    const finish = (act: () => void) => {
      clearTimeout(timer);
      socket.off('data', take).off('close', lost).pause();
      act();
    };
    const fail = (problem: string) => finish(() => reject(new FleetError(problem)));
    const lost = () => fail('the connection has ended without a word');
    const timer = setTimeout(() => fail('nothing was said in time'), PATIENCE);
    const take = (bytes: Buffer) => {
      read = Buffer.concat([read, bytes]);
      const end = read.indexOf('\n');
      if (end < 0 && read.length > MOST) return fail('the first line is too long');
      if (end < 0) return;
      finish(() => {
        if (end + 1 < read.length) socket.unshift(read.subarray(end + 1));
        resolve(read.subarray(0, end).toString());
      });
    };
    socket.on('data', take).on('close', lost).resume();
  });
}
