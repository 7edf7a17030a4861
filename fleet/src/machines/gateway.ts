import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { type WebSocket, WebSocketServer } from 'ws';
import { FleetError } from '../error.ts';
import type { FleetMachines } from './machines.ts';

/** Settings of a gateway. */
export interface GatewaySettings {
  readonly machines: FleetMachines;
  readonly address: string;
  /** 0: one that is free. */
  readonly port: number;
  /** Pages of these origins may connect, such as https://example.com; programs that are no pages always may. */
  readonly origins: readonly string[];
  log(message: string): void;
}

/** Bytes that a client has not taken yet, after which it is let go. */
const MOST_WAITING = 4 << 20;
/** Bytes of a message of a client. */
const MOST_MESSAGE = 64 << 10;

/**
 * Gives machines' consoles to whoever knows their names, over WebSocket: /machines/NAME/console takes and gives bytes of COM1. A machine that was
 * suspended as nobody used it goes on when somebody connects.
 */
export class FleetGateway implements AsyncDisposable {
  readonly #settings: GatewaySettings;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({ noServer: true, maxPayload: MOST_MESSAGE });

  private constructor(settings: GatewaySettings) {
    this.#settings = settings;
    this.#server = createServer((request, response) => void this.#answer(request, response));
    this.#server.on('upgrade', (request, socket, head) => this.#upgrade(request, socket, head));
  }

  /** @throws FleetError if it cannot listen there */
  static async listen(settings: GatewaySettings): Promise<FleetGateway> {
    const gateway = new FleetGateway(settings);
    const { address, port } = settings;
    await new Promise<void>((resolve, reject) => {
      gateway.#server.once('error', (error) => reject(new FleetError(`${address}:${port}: ${error.message}`)));
      gateway.#server.listen(port, address, resolve);
    });
    return gateway;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** The list of machines; there is nothing else to be had. */
  async #answer({ method, url, headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    if (method !== 'GET' || url !== '/machines') return void response.writeHead(404).end();
    if (!this.#isWelcome(headers.origin)) return void response.writeHead(403).end();
    try {
      const machines = (await this.#settings.machines.list()).map(({ name, state }) => ({ name, state }));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(machines));
    } catch (error) {
      this.#settings.log((error as Error).message);
      response.writeHead(503).end();
    }
  }

  /** A page of anybody's in a browser on this host could connect, too. */
  #isWelcome(origin: string | undefined): boolean {
    return origin === undefined || this.#settings.origins.includes(origin);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => {});
    const name = request.url?.match(/^\/machines\/([\w.-]+)\/console$/)?.[1];
    const status = !this.#isWelcome(request.headers.origin) ? '403 Forbidden' : '404 Not Found';
    if (name === undefined || status.startsWith('403')) return void socket.end(`HTTP/1.1 ${status}\r\n\r\n`);
    this.#sockets.handleUpgrade(request, socket, head, (client) => void this.#serve(name, client));
  }

  /** Joins a client and a machine's console until one of them ends. */
  async #serve(name: string, client: WebSocket): Promise<void> {
    client.on('error', () => {});
    // What it sends before the machine runs waits.
    client.pause();
    try {
      await this.#settings.machines.wake(name);
      await using line = this.#settings.machines.console(name);
      client.on('close', () => void line[Symbol.asyncDispose]());
      client.on('message', (bytes: Buffer) => {
        line.send(bytes).catch((error: Error) => client.close(1011, error.message.slice(0, 120)));
      });
      if (client.readyState !== client.OPEN) return;
      // The place from which output is had is asked for first.
      setImmediate(() => client.resume());
      for await (const { bytes } of line.output('now')) {
        if (client.bufferedAmount > MOST_WAITING) return client.terminate();
        if (bytes.length > 0) client.send(bytes);
      }
    } catch (error) {
      // A reason has 123 bytes at most.
      client.close(1011, (error as Error).message.slice(0, 120));
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
