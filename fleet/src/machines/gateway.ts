import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import { WebSocketServer } from 'ws';
import { FleetError } from '../error.ts';
import type { FleetMachines } from './machines.ts';
import { serveConsole } from './serve-console.ts';
import { serveScreen } from './serve-screen.ts';

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

/** Bytes of a message of a client. */
const MOST_MESSAGE = 64 << 10;

/**
 * Gives machines' consoles and screens to whoever knows their names, over WebSocket: /machines/NAME/console takes and gives bytes of COM1,
 * /machines/NAME/screen what a VNC server and its viewer say. A machine that was suspended as nobody used it goes on when somebody connects.
 */
export class FleetGateway implements AsyncDisposable {
  readonly #settings: GatewaySettings;
  readonly #server: Server;
  readonly #sockets = new WebSocketServer({
    ...{ noServer: true, maxPayload: MOST_MESSAGE },
    // Viewers in pages ask for it.
    handleProtocols: (offered) => offered.has('binary') && 'binary',
  });

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

  /** The list of machines, and pictures of their screens. */
  async #answer({ method, url = '', headers }: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, name] = url.match(/^\/machines\/([\w.-]+)\/screen\.png$/) ?? [];
    if (method !== 'GET' || (name === undefined && url !== '/machines')) return void response.writeHead(404).end();
    if (!this.#isWelcome(headers.origin)) return void response.writeHead(403).end();
    const { machines, log } = this.#settings;
    try {
      if (name !== undefined) {
        const picture = await machines.picture(name);
        return void response.writeHead(200, { 'content-type': 'image/png', 'cache-control': 'no-store' }).end(picture);
      }
      const all = (await machines.list()).map(({ name, state }) => ({ name, state }));
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(all));
    } catch (error) {
      const { message } = error as Error;
      if (error instanceof FleetError)
        return void response.writeHead(409, { 'content-type': 'text/plain' }).end(message);
      log(message);
      response.writeHead(503).end();
    }
  }

  /** A page of anybody's in a browser on this host could connect, too. */
  #isWelcome(origin: string | undefined): boolean {
    return origin === undefined || this.#settings.origins.includes(origin);
  }

  #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', () => {});
    const [, name, part] = request.url?.match(/^\/machines\/([\w.-]+)\/(console|screen)$/) ?? [];
    const status = !this.#isWelcome(request.headers.origin) ? '403 Forbidden' : '404 Not Found';
    if (name === undefined || status.startsWith('403')) return void socket.end(`HTTP/1.1 ${status}\r\n\r\n`);
    const { machines } = this.#settings;
    const serve = part === 'screen' ? serveScreen : serveConsole;
    this.#sockets.handleUpgrade(request, socket, head, (client) => void serve(machines, name, client));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const client of this.#sockets.clients) client.terminate();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
