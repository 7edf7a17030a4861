import { existsSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { dirname } from 'node:path';
import { ConfigurationError } from '../errors.ts';
import type { ListenAddress } from '../gdb/address.ts';
import { removeStale } from './inspector/stale.ts';
import { systemMessage } from './system-message.ts';

/** What speaks with one client. */
export interface ClientSession {
  /** Resolves when more may come. */
  receive(bytes: Uint8Array): Promise<void>;
  close(): Promise<void>;
}

/** A server with one client at a time; the next one's turn comes when that one has left. It does not keep the program alive. */
export class SessionServer implements AsyncDisposable {
  /** Where it listens, with the port that the system chose. */
  readonly address: ListenAddress;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  private constructor(server: Server, sockets: Set<Socket>, address: ListenAddress) {
    this.#server = server;
    this.#sockets = sockets;
    this.address = address;
  }

  /** @throws ConfigurationError if it cannot listen there */
  static async listen(
    wanted: ListenAddress,
    open: (write: (bytes: Uint8Array) => void) => ClientSession,
  ): Promise<SessionServer> {
    const sockets = new Set<Socket>();
    let last: Promise<void> = Promise.resolve();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.pause();
      // Who is gone has gone, however.
      socket.on('error', () => {});
      socket.on('close', () => sockets.delete(socket));
      last = last.then(() => serve(socket, open));
    });
    await listen(server, wanted);
    server.on('error', () => {});
    server.unref();
    const address = 'path' in wanted ? wanted : { ...wanted, port: (server.address() as AddressInfo).port };
    return new SessionServer(server, sockets, address);
  }

  /** Takes no more clients, and sends those away that there are. */
  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroySoon();
    this.#server.close();
    if ('path' in this.address) rmSync(this.address.path, { force: true });
  }

  /** The same as `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}

async function listen(server: Server, address: ListenAddress): Promise<void> {
  const place = 'path' in address ? `unix:${address.path}` : `tcp:${address.host}:${address.port}`;
  const failed = (reason: string) => new ConfigurationError(`cannot listen at ${place}: ${reason}`);
  // The system's own word for it would be "permission denied".
  if ('path' in address && !existsSync(dirname(address.path)))
    throw failed(`there is no folder ${dirname(address.path)}`);
  await removeStale(address);
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(failed(systemMessage(error))));
    server.listen(address, resolve);
  });
}

/** Until the client goes. */
async function serve(socket: Socket, open: (write: (bytes: Uint8Array) => void) => ClientSession): Promise<void> {
  if (socket.destroyed) return;
  socket.setNoDelay();
  const session = open((bytes) => void socket.write(bytes));
  socket.on('data', (bytes: Buffer) => {
    socket.pause();
    void session.receive(bytes).then(() => socket.resume());
  });
  socket.resume();
  await new Promise<void>((resolve) => socket.once('close', () => resolve()));
  await session.close();
}
