import { createServer, isIPv6, type Server } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Machine } from '../../machine/machine.ts';
import type { ListenAddress } from '../../options/listen-address.ts';
import { checkMachine, checkObject } from '../../util/checks.ts';
import { ConfigurationError } from '../../util/errors.ts';
import type { VncControl, VncInfo } from '../../vnc/control.ts';
import { VncDisplay, type VncEvents, type VncSharing } from '../../vnc/display.ts';
import type { VncEndpoint } from '../../vnc/endpoint.ts';
import type { ByteSocket } from '../sockets/byte-socket.ts';
import { AddressInUse, type Listening, listen } from '../sockets/listen.ts';
import { isOwnPage } from '../web-socket/origin.ts';
import { webSocketServer } from '../web-socket/server.ts';
import { checkDes, nodeVncHost } from './host.ts';
import { SocketConnection } from './socket-connection.ts';
import { answersPage } from './viewer-page.ts';

/** How a server for viewers is to be. */
export interface VncSettings {
  /** The machine's name, as viewers show it. */
  readonly name?: string;
  /** The password for viewers, of which eight bytes count; empty: nobody is let in until one is set. Left out: none is needed. */
  readonly password?: string;
  /**
   * Whether several viewers may be there at a time: as each one asks (the default, QEMU's allow-exclusive: one that wants to be alone
   * sends the others away), always (force-shared), or whatever it asks (ignore).
   */
  readonly share?: VncSharing;
  /** Where viewers in pages connect, by WebSockets. A browser that asks there for a page gets a viewer. */
  readonly websocket?: ListenAddress;
  /** The last port that is tried if the one that was asked for is taken. */
  readonly lastPort?: number;
  /** The last port that is tried for `websocket`. */
  readonly lastWebsocketPort?: number;
  /** Hears why a viewer was sent away. */
  readonly log?: (message: string) => void;
}

/** How a viewer whose connection the program has made is to be served. */
export type ViewerSettings = Pick<VncSettings, 'name' | 'password' | 'log'>;

const MOST_VIEWERS = 32;
/** After so many milliseconds without a word the host asks whether a viewer is still there. */
const ALIVE = 60_000;
/** Milliseconds in which a viewer must have been let in: somebody may have to type a password. */
const HANDSHAKE_LIMIT = 60_000;

/** Shows a machine's screen to VNC viewers, which use its keyboard and mouse. It does not keep the program alive. */
export class VncServer implements VncControl, AsyncDisposable {
  readonly #display: VncDisplay;
  readonly #listening: Listening[] = [];

  private constructor(machine: Machine, settings: VncSettings) {
    this.#display = new VncDisplay(machine, nodeVncHost, settings);
    machine.once('exit', () => void this.close());
  }

  /** @throws ConfigurationError if the machine has no screen, or the server cannot listen there */
  static async listen(machine: Machine, address: ListenAddress, settings: VncSettings): Promise<VncServer> {
    checkSettings(machine, settings);
    const server = new VncServer(machine, settings);
    try {
      await server.#listen(address, settings);
    } catch (error) {
      await server.close();
      throw error;
    }
    return server;
  }

  /** Where it listens. */
  get address(): ListenAddress {
    return this.#listening[0].address;
  }

  /** Where it listens for viewers in pages. */
  get websocketAddress(): ListenAddress | undefined {
    return this.#listening[1]?.address;
  }

  /** How it is now. */
  get info(): VncInfo {
    return {
      servers: this.#listening.map(({ address }, n) => endpointOf(address, n === 1)),
      auth: this.#display.password ? 'vnc' : 'none',
      clients: this.#display.clients,
    };
  }

  /**
   * Sets the password; empty: nobody is let in. Those who are there stay.
   * @throws ConfigurationError if viewers are not asked for one
   */
  setPassword(text: string): void {
    const { password } = this.#display;
    if (password === null) throw new ConfigurationError('viewers are not asked for a password');
    password.set(text);
  }

  /** From when on the password is not valid, in milliseconds since 1970. */
  expirePassword(end: number): void {
    this.#display.password?.expire(end);
  }

  /** Calls the listener at each event of this name. */
  on<Name extends keyof VncEvents>(name: Name, listener: (value: VncEvents[Name]) => unknown): this {
    this.#display.on(name, listener);
    return this;
  }

  /** Takes no more viewers, and sends those away that there are. */
  async close(): Promise<void> {
    for (const { stop } of this.#listening) stop();
    this.#display.close();
  }

  /** Calls `close()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #listen(address: ListenAddress, settings: VncSettings): Promise<void> {
    const { lastPort, websocket, lastWebsocketPort } = settings;
    // What a viewer said before it has closed its end is read, and answered.
    const server = createServer({ allowHalfOpen: true }, (socket) => this.#serve(socket, false));
    server.maxConnections = MOST_VIEWERS;
    this.#listening.push(await listenUpTo(lastPort, address, (tried) => listen(server, tried)));
    if (!websocket) return;
    const webServer = this.#webServer();
    this.#listening.push(await listenUpTo(lastWebsocketPort, websocket, (tried) => listen(webServer, tried)));
  }

  #webServer(): Server {
    const server = webSocketServer({
      isAllowed: (request) => this.#display.password !== null || isOwnPage(request),
      connected: (stream) => this.#serve(stream, true),
      answers: answersPage,
    });
    server.maxConnections = MOST_VIEWERS;
    return server;
  }

  #serve(socket: ByteSocket, websocket: boolean): void {
    const address = this.#listening[websocket ? 1 : 0].address;
    const server = endpointOf(address, websocket);
    const { remoteAddress = '', remotePort = 0 } = socket;
    const client = endpointOf('path' in address ? { path: '' } : { host: remoteAddress, port: remotePort }, websocket);
    const viewer = this.#display.connect(new SocketConnection(socket), { server, client });
    const limit = setTimeout(() => viewer.isLetIn || socket.destroy(), HANDSHAKE_LIMIT).unref();
    socket.once('close', () => clearTimeout(limit));
    socket.setNoDelay();
    socket.setKeepAlive(true, ALIVE);
    forward(socket, viewer);
  }
}

/**
 * Serves one VNC viewer over a connection that the program has made, until one of the two ends it.
 * @throws ConfigurationError if the machine has no screen
 */
export function serveViewer(machine: Machine, connection: Duplex, settings: ViewerSettings): void {
  checkSettings(machine, settings);
  const end: VncEndpoint = { host: '', service: '', family: 'unix', websocket: false };
  const display = new VncDisplay(machine, nodeVncHost, settings);
  forward(connection, display.connect(new SocketConnection(connection), { server: end, client: end }));
}

function checkSettings(machine: Machine, settings: VncSettings): void {
  checkMachine(machine);
  checkObject('the settings', settings, ['name', 'password', 'share']);
  if (!machine.screen.isThere)
    throw new ConfigurationError("VNC: the machine has no display adapter; make it with vga: 'std' (-vga std)");
  if (settings.password !== undefined) checkDes();
}

/** Tries one port after the other. */
async function listenUpTo(
  lastPort: number | undefined,
  address: ListenAddress,
  begin: (address: ListenAddress) => Promise<Listening>,
): Promise<Listening> {
  try {
    return await begin(address);
  } catch (error) {
    if (!(error instanceof AddressInUse) || 'path' in address || address.port >= (lastPort ?? 0)) throw error;
    return listenUpTo(lastPort, { ...address, port: address.port + 1 }, begin);
  }
}

/** Hands on what comes, no faster than it is taken. */
function forward(socket: Duplex, taker: { receive(bytes: Uint8Array): Promise<void>; end(): void }): void {
  // Who is gone has gone, however.
  socket.on('error', () => {});
  socket.on('close', () => taker.end());
  socket.on('end', () => taker.end());
  socket.on('data', (bytes: Buffer) => {
    socket.pause();
    void taker.receive(bytes).then(() => socket.resume());
  });
}

function endpointOf(address: ListenAddress, websocket: boolean): VncEndpoint {
  if ('path' in address) return { host: address.path, service: '', family: 'unix', websocket };
  return {
    ...{ host: address.host, service: String(address.port), websocket },
    family: isIPv6(address.host) ? 'ipv6' : 'ipv4',
  };
}
