import { createServer, type IncomingMessage, type Server, type ServerResponse, STATUS_CODES } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import type { Duplex } from 'node:stream';
import type { Redis } from 'ioredis';
import { type WebSocket, WebSocketServer } from 'ws';
import { FleetError, StoreError } from '../error.ts';
import { fleetFigures } from '../fleet-figures.ts';
import { healthAt } from '../health.ts';
import type { Log } from '../log.ts';
import { FleetMachines } from '../machines/machines.ts';
import { ProcessMetrics } from '../metrics.ts';
import type { ObjectStore } from '../store.ts';
import { tenantStore } from '../tenants/store.ts';
import { type Rights, type Scope, Tokens } from '../tenants/tokens.ts';
import { Upkeep } from '../upkeep.ts';
import { type AuthoritySettings, cookieOf, isLoopback, isWelcome, rightsOf, tokenOf } from './authority.ts';
import { makeBounds } from './bound.ts';
import { type Answer, bodyOf, decoded, jsonOf, send, textIn } from './exchange.ts';
import { fleetRoutes } from './fleet-routes.ts';
import { imageRoutes } from './image-routes.ts';
import { machineRoutes } from './machine-routes.ts';
import { pageFile } from './page.ts';
import { RequestFigures, routeLabel } from './requests.ts';
import { runRoutes } from './run-routes.ts';
import { serveConsole } from './serve-console.ts';
import { closeWith, serveScreen } from './serve-screen.ts';

/** Settings of a gateway. */
export interface GatewaySettings {
  /** Connects to Redis; a gateway needs more than one connection. */
  connect(): Redis;
  readonly store: ObjectStore;
  readonly address: string;
  /** 0: one that is free. */
  readonly port: number;
  /** Pages of these origins may connect, such as https://example.com; its own, and programs that are no pages, always may. */
  readonly origins?: readonly string[];
  /** Whether a token is needed. Default: if it can be reached from elsewhere. */
  readonly needsToken?: boolean;
  /** Certificate and key of TLS, as PEM. Left out: nothing is encrypted. */
  readonly tls?: { readonly cert: Buffer; readonly key: Buffer };
  readonly log: Log;
}

const routes = [...machineRoutes, ...imageRoutes, ...runRoutes, ...fleetRoutes];

/** Bytes of a message of a client, and of the body of who has no token yet. */
const [MOST_MESSAGE, MOST_LOGIN] = [64 << 10, 4096];
/** Milliseconds between two looks whether who has a console or screen open still may. */
const LOOK = 3000;

/**
 * The fleet over HTTP, its page, and machines' consoles and screens over WebSocket: /machines/NAME/console takes and gives bytes of COM1,
 * /machines/NAME/screen what a VNC server and its viewer say. Whoever asks has the rights of its token. A machine that was suspended as nobody used it
 * goes on when somebody connects.
 */
export class FleetGateway implements AsyncDisposable {
  readonly #settings: GatewaySettings;
  readonly #server: Server;
  readonly #redis: Redis;
  readonly #authority: AuthoritySettings;
  /** By their tenants. */
  readonly #machines = new Map<string, FleetMachines>();
  readonly #bounds = makeBounds();
  /** Its own, and those of the fleet. */
  readonly metrics: ProcessMetrics;
  readonly #figures: RequestFigures;
  #upkeep: Upkeep | undefined;
  readonly #sockets = new WebSocketServer({
    ...{ noServer: true, maxPayload: MOST_MESSAGE },
    // Viewers in pages ask for it.
    handleProtocols: (offered) => (offered.has('binary') ? 'binary' : ([...offered][0] ?? false)),
  });

  private constructor(settings: GatewaySettings) {
    const { address, connect, needsToken = !isLoopback(address), origins = [], tls } = settings;
    this.#settings = settings;
    this.#redis = connect();
    this.metrics = new ProcessMetrics(this.#redis);
    this.metrics.add(fleetFigures(this.metrics.registry, this.#redis));
    this.#figures = new RequestFigures(this.metrics.registry, () => this.#sockets.clients.size);
    this.#authority = { tokens: new Tokens(this.#redis), isOpen: !needsToken, origins };
    const answer = (request: IncomingMessage, response: ServerResponse) =>
      void this.#answer(request, response).catch(() => response.destroy());
    this.#server = tls === undefined ? createServer(answer) : createSecureServer(tls, answer);
    this.#server.on('upgrade', (request, socket, head) => {
      this.#upgrade(request, socket, head).catch(() => socket.destroy());
    });
  }

  /** @throws FleetError if it cannot listen there */
  static async listen(settings: GatewaySettings): Promise<FleetGateway> {
    const gateway = new FleetGateway(settings);
    const { address, port } = settings;
    await new Promise<void>((resolve, reject) => {
      gateway.#server.once('error', (error) => reject(new FleetError(`${address}:${port}: ${error.message}`)));
      gateway.#server.listen(port, address, resolve);
    });
    gateway.#upkeep = new Upkeep(settings);
    return gateway;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const began = performance.now();
    const asked = { method: request.method ?? '', path: (request.url ?? '/').replace(/\?.*$/s, '') };
    try {
      send(response, await this.#answerOf(request));
    } catch (error) {
      const { message } = error as Error;
      // Nothing else can be said after a head.
      if (response.headersSent) return void response.destroy();
      const isRefusal = error instanceof FleetError && !(error instanceof StoreError);
      if (!isRefusal) this.#settings.log(message, { level: 'error', ...asked });
      send(response, isRefusal ? { status: 409, body: message } : { status: 503, body: 'it cannot be had now' });
    }
    const [status, milliseconds] = [response.statusCode, Math.round(performance.now() - began)];
    const route = routes.find(({ path }) => path.test(asked.path));
    this.#figures.answered(asked.method, route === undefined ? 'page' : routeLabel(route.path), status, milliseconds);
    this.#settings.log('request', { level: 'debug', ...asked, status, milliseconds });
  }

  async #answerOf(request: IncomingMessage): Promise<Answer> {
    const address = URL.parse(request.url ?? '/', 'http://gateway');
    if (address === null) return { status: 400, body: 'that is no address' };
    const { pathname, searchParams: query } = address;
    const found = routes.filter(({ path }) => path.test(pathname));
    if (pathname === '/login' || pathname === '/logout') return await this.#loggedIn(request, pathname);
    const health = await healthAt(pathname, this.#redis);
    if (health !== undefined) return health;
    if (found.length === 0)
      return (await pageFile(pathname)) ?? { status: 404, body: 'there is nothing at this address' };
    const route = found.find(({ method }) => method === request.method);
    if (route === undefined) return { status: 405, headers: { allow: found.map(({ method }) => method).join(', ') } };
    const rights = await this.#admit(request, route.scope);
    if ('status' in rights) return rights;
    const [, ...names] = pathname.match(route.path)!;
    const { store, connect } = this.#settings;
    const check = async () => {
      const now = await this.#admit(request, route.scope);
      if ('status' in now || now.tenant !== rights.tenant) throw new FleetError('its token is not valid any more');
    };
    return await route.answer({
      ...{ rights, query, connect, allStore: store, redis: this.#redis, machines: this.#machinesOf(rights.tenant) },
      ...{ names: names.map(decoded), bounds: this.#bounds, metrics: this.metrics },
      ...{ hasToken: tokenOf(request) !== undefined, idempotencyKey: idempotencyKeyOf(request) },
      store: tenantStore(store, rights.tenant),
      async body(most) {
        const bytes = await bodyOf(request, most);
        // It may have taken its time.
        await check();
        return bytes;
      },
      check,
    });
  }

  /** Gives the page a token, or takes it away. */
  async #loggedIn(request: IncomingMessage, pathname: string): Promise<Answer> {
    if (request.method !== 'POST' || !isWelcome(request, this.#authority)) return { status: 403 };
    const given = pathname === '/login' ? await jsonOf({ body: (most) => bodyOf(request, most) }, MOST_LOGIN) : {};
    const token = textIn(given, 'token')?.trim() ?? '';
    if (pathname === '/login' && (await this.#authority.tokens.check(token)) === undefined)
      return { status: 401, body: 'this token is not valid' };
    return { status: 204, headers: { 'set-cookie': cookieOf(token, this.#settings.tls !== undefined) } };
  }

  /** The rights of who asks, or why it may not. */
  async #admit(
    request: IncomingMessage,
    scope: Scope | undefined,
  ): Promise<Rights | Required<Pick<Answer, 'status' | 'body'>>> {
    if (!isWelcome(request, this.#authority))
      return { status: 403, body: 'pages of this origin may not; see --origins' };
    const rights = await rightsOf(request, this.#authority);
    if (rights === undefined) return { status: 401, body: "it needs a token that is valid; 'rawiron-fleet token'" };
    return scope === undefined || rights.scopes.includes(scope)
      ? rights
      : { status: 403, body: `the token is not for ${scope}` };
  }

  #machinesOf(tenant: string): FleetMachines {
    const { connect, store } = this.#settings;
    const machines = this.#machines.get(tenant) ?? new FleetMachines(connect, store, tenant);
    this.#machines.set(tenant, machines);
    return machines;
  }

  async #upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): Promise<void> {
    socket.on('error', () => {});
    const [, name, part] = request.url?.match(/^\/machines\/([^/]+)\/(console|screen)$/) ?? [];
    const rights = name === undefined ? { status: 404 } : await this.#admit(request, 'console');
    if ('status' in rights) return refuse(socket, rights.status);
    const place = this.#bounds.clients.enter(rights.tenant);
    if (place === undefined) return refuse(socket, 429);
    socket.once('close', () => place[Symbol.dispose]());
    const serve = part === 'screen' ? serveScreen : serveConsole;
    this.#sockets.handleUpgrade(request, socket, head, (client) => {
      this.#watch(request, client);
      void serve(this.#machinesOf(rights.tenant), decoded(name!), client);
    });
  }

  /** Sends a client away that may not be here any more: its token was revoked, or its tenant removed. */
  #watch(request: IncomingMessage, client: WebSocket): void {
    const look = async () => {
      const rights = await rightsOf(request, this.#authority);
      if (rights?.scopes.includes('console')) return;
      // It may take its time to close, and type meanwhile.
      client.removeAllListeners('message');
      closeWith(client, 'its token is not valid any more, or not for consoles');
    };
    // Who cannot be asked about now is looked at later.
    const timer = setInterval(() => void look().catch(() => {}), LOOK);
    client.on('close', () => clearInterval(timer));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#upkeep?.[Symbol.asyncDispose]();
    this.#redis.disconnect();
    for (const machines of this.#machines.values()) await machines[Symbol.asyncDispose]();
    for (const client of this.#sockets.clients) client.terminate();
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** The draft of the IETF has the key in quotes (RFC 8941, strings); many clients send it without. */
function idempotencyKeyOf({ headers }: IncomingMessage): string | undefined {
  const text = headers['idempotency-key'];
  return typeof text === 'string' ? text.replace(/^"(.*)"$/, '$1') : undefined;
}

/** Ends a connection that was to become a WebSocket. */
function refuse(socket: Duplex, status: number): void {
  socket.end(`HTTP/1.1 ${status} ${STATUS_CODES[status]}\r\n\r\n`);
}
