import { createServer, type Socket } from 'node:net';
import type { ListenAddress } from '../../options/listen-address.ts';
import { HALF_OPEN, keepWaiting, serveClient } from './client-socket.ts';
import { type Listening, listen, MOST_CLIENTS } from './listen.ts';

/** The side that speaks with one client. */
export interface ClientSession {
  /** Resolves when more may come: what answers it has been taken. */
  receive(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** Begins a session with a client; `write` resolves when the client has taken the bytes, or is gone. */
type OpenSession = (write: (bytes: Uint8Array) => Promise<void>) => ClientSession;

/** How long `close()` waits for who was sent away, in milliseconds: it may be called by a command of theirs. */
const PATIENCE = 2000;

/** A server with one client at a time; the next one's turn comes when that one has left. It does not keep the program alive. */
export class SessionServer implements AsyncDisposable {
  /** Where it listens, with the port that the system chose. */
  readonly address: ListenAddress;
  readonly #listening: Listening;
  readonly #sockets: Set<Socket>;
  /** Resolves when all clients that have come have been served. */
  readonly #served: () => Promise<void>;
  #isOpen = true;

  private constructor(listening: Listening, sockets: Set<Socket>, served: () => Promise<void>) {
    this.#listening = listening;
    this.#sockets = sockets;
    this.#served = served;
    this.address = listening.address;
  }

  /** @throws ConfigurationError if it cannot listen there */
  static async listen(wanted: ListenAddress, open: OpenSession): Promise<SessionServer> {
    const sockets = new Set<Socket>();
    let last: Promise<void> = Promise.resolve();
    const server = createServer(HALF_OPEN, (socket) => {
      sockets.add(socket);
      keepWaiting(socket);
      // Who is gone has gone, however.
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
      last = last.then(() => serve(socket, open));
    });
    server.maxConnections = MOST_CLIENTS;
    return new SessionServer(await listen(server, wanted), sockets, () => last);
  }

  /** Takes no more clients, and sends those away that there are. May be called again: another server may be there then. */
  end(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    for (const socket of this.#sockets) socket.destroySoon();
    this.#listening.stop();
  }

  /** Ends all sessions, and waits until clients have left and all that a debugger has set is removed: two seconds at most. */
  async close(): Promise<void> {
    this.end();
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, PATIENCE);
    });
    await Promise.race([this.#served(), late]);
    clearTimeout(timer);
  }

  /** Calls `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

/** Until the client goes. */
async function serve(socket: Socket, open: OpenSession): Promise<void> {
  if (socket.destroyed) return;
  socket.setNoDelay();
  const session = open((bytes) => new Promise((resolve) => socket.write(bytes, () => resolve())));
  serveClient(socket, (bytes) => session.receive(bytes));
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await session.close();
}
