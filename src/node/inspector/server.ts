import { lstatSync, rmSync } from 'node:fs';
import { chmod } from 'node:fs/promises';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { ConfigurationError } from '../../errors.ts';
import type { Inspected } from '../../inspect/inspected.ts';
import { LineReader } from '../../inspect/lines.ts';
import { parseRequest, RemoteSession } from '../../inspect/protocol.ts';
import { systemMessage } from '../system-message.ts';
import { addressText, type InspectorAddress } from './address.ts';

/** Lets inspectors attach to a machine, any number at a time, until it is closed. It does not keep the program alive. */
export class InspectorServer {
  /** Where it listens: with the port that the system chose, where 0 was given. */
  readonly address: InspectorAddress;
  readonly #server: Server;
  readonly #sockets: Set<Socket>;

  private constructor(server: Server, sockets: Set<Socket>, address: InspectorAddress) {
    this.#server = server;
    this.#sockets = sockets;
    this.address = address;
    if ('path' in address) process.on('exit', this.#removeSocket);
  }

  /** Throws ConfigurationError if it cannot listen there. */
  static async listen(machine: Inspected, wanted: InspectorAddress): Promise<InspectorServer> {
    const sockets = new Set<Socket>();
    const server = createServer((socket) => {
      sockets.add(socket);
      socket.on('close', () => sockets.delete(socket));
      serve(machine, socket);
    });
    await removeStale(wanted);
    await listen(server, wanted);
    server.unref();
    if ('path' in wanted) await chmod(wanted.path, 0o600);
    const address = 'path' in wanted ? wanted : { ...wanted, port: (server.address() as AddressInfo).port };
    return new InspectorServer(server, sockets, address);
  }

  close(): void {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    this.#removeSocket();
    process.off('exit', this.#removeSocket);
  }

  readonly #removeSocket = (): void => {
    if ('path' in this.address) rmSync(this.address.path, { force: true });
  };
}

function listen(server: Server, address: InspectorAddress): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      const reason = systemMessage(error);
      reject(new ConfigurationError(`the inspector cannot listen at ${addressText(address)}: ${reason}`));
    });
    server.listen(address, resolve);
  });
}

/** Removes the socket of a machine that ended without doing so: nobody answers there. */
async function removeStale(address: InspectorAddress): Promise<void> {
  if (!('path' in address) || !lstatSync(address.path, { throwIfNoEntry: false })?.isSocket()) return;
  const code = await new Promise<string>((resolve) => {
    const probe = connect(address, () => {
      probe.destroy();
      resolve('');
    });
    probe.on('error', (error: NodeJS.ErrnoException) => resolve(error.code ?? ''));
  });
  if (code === 'ECONNREFUSED') rmSync(address.path, { force: true });
}

function serve(machine: Inspected, socket: Socket): void {
  const session = new RemoteSession(machine);
  const reader = new LineReader((line) => {
    const request = parseRequest(line);
    // A browser that was sent here, for instance.
    if (!request) socket.destroy();
    else void session.reply(request).then((reply) => socket.writable && socket.write(`${JSON.stringify(reply)}\n`));
  });
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => reader.push(text));
  // Who is gone has gone, however.
  socket.on('error', () => {});
  socket.on('close', () => void session.close());
}
