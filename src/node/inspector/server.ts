import { createServer, type Socket } from 'node:net';
import type { Inspected } from '../../inspect/inspected.ts';
import { linesOf, Room } from '../../inspect/lines.ts';
import { parseRequest, type RemoteRequest, RemoteSession } from '../../inspect/protocol.ts';
import { type Listening, listen } from '../sockets/listen.ts';
import type { InspectorAddress } from './address.ts';

/** Characters of requests that have been begun, of all inspectors together: enough for the symbols of a large kernel. */
const REQUESTS = 32 << 20;
const MOST_INSPECTORS = 64;
/** Under way for one inspector at a time. */
const MOST_REPLIES = 32;

/** Lets inspectors attach to a machine, any number at a time, until it is closed. It does not keep the program alive. */
export class InspectorServer {
  readonly #listening: Listening;
  readonly #sockets: Set<Socket>;

  private constructor(listening: Listening, sockets: Set<Socket>) {
    this.#listening = listening;
    this.#sockets = sockets;
  }

  /** Where it listens: with the port that the system chose, where 0 was given. */
  get address(): InspectorAddress {
    return this.#listening.address as InspectorAddress;
  }

  /** Throws ConfigurationError if it cannot listen there. */
  static async listen(machine: Inspected, wanted: InspectorAddress): Promise<InspectorServer> {
    const sockets = new Set<Socket>();
    const room = new Room(REQUESTS);
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      void serve(machine, socket, room);
    });
    server.maxConnections = MOST_INSPECTORS;
    const listening = await listen(server, wanted);
    return new InspectorServer(listening, sockets);
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#listening.stop();
  }
}

/** Replies to requests until the inspector goes, and waits for what is under way then. */
async function serve(machine: Inspected, socket: Socket, room: Room): Promise<void> {
  const session = new RemoteSession(machine);
  const outlet = new Outlet(socket);
  const replies = new Set<Promise<void>>();
  socket.setEncoding('utf8');
  // Who is gone has gone, however.
  socket.on('error', () => {});
  await replyAll(session, socket, room, outlet, replies).catch(() => {});
  await Promise.all(replies);
  socket.destroy();
  await session.close();
}

/** No more are read than are replied to, as fast as the replies are read. */
async function replyAll(
  session: RemoteSession,
  socket: Socket,
  room: Room,
  outlet: Outlet,
  replies: Set<Promise<void>>,
): Promise<void> {
  for await (const line of linesOf(socket, room)) {
    const request = parseRequest(line);
    // A browser that was sent here, for instance.
    if (!request) return;
    const replied = reply(session, request, outlet).finally(() => replies.delete(replied));
    replies.add(replied);
    if (replies.size >= MOST_REPLIES) await Promise.race(replies);
  }
}

async function reply(session: RemoteSession, request: RemoteRequest, outlet: Outlet): Promise<void> {
  await outlet.write(`${JSON.stringify(await session.reply(request))}\n`);
}

/** Writes to a socket; all who wait for room in it share one listener. */
class Outlet {
  readonly #socket: Socket;
  #drained: Promise<void> | null = null;

  constructor(socket: Socket) {
    this.#socket = socket;
  }

  /** Resolves when more may be written, or never can be again. */
  async write(text: string): Promise<void> {
    if (this.#socket.write(text) || this.#socket.destroyed) return;
    this.#drained ??= this.#drain();
    await this.#drained;
  }

  #drain(): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        this.#socket.off('drain', done).off('close', done);
        this.#drained = null;
        resolve();
      };
      this.#socket.on('drain', done).on('close', done);
    });
  }
}
