import type { Machine } from '../machine/machine.ts';
import { Emitter } from '../util/events.ts';
import type { VncConnectionInfo } from './endpoint.ts';
import { VncError } from './error.ts';
import { Framebuffer } from './framebuffer.ts';
import { type EncryptDes, VncPassword } from './password.ts';
import type { Deflater } from './picture-encoder.ts';
import { Viewer, type ViewerConnection } from './viewer.ts';

/** Whether several viewers may be there at a time: as each one asks, always, or whatever it asks. */
export type VncSharing = 'allow-exclusive' | 'force-shared' | 'ignore';

/** The machine's parts that a display needs. */
export interface ShownMachine extends Pick<Machine, 'keyboard' | 'mouse' | 'state'> {
  readonly screen: Pick<Machine['screen'], 'picture'>;
}

/** The host's functions that a display needs. */
export interface VncHost {
  readonly encryptDes: EncryptDes;
  openDeflater(): Deflater;
}

/** Events of a display's viewers, with their data. */
export interface VncEvents {
  /** Somebody has connected. */
  connected: VncConnectionInfo;
  /** A viewer has been let in. */
  initialized: VncConnectionInfo;
  /** Somebody has gone. */
  disconnected: VncConnectionInfo;
}

/** How a display is to be. */
export interface VncDisplayOptions {
  readonly name?: string | undefined;
  /** The password for viewers; empty: nobody is let in yet. Left out: none is needed. */
  readonly password?: string | undefined;
  readonly share?: VncSharing | undefined;
  /** Hears why a viewer's connection was ended. */
  readonly log?: ((message: string) => void) | undefined;
}

interface Client {
  readonly info: VncConnectionInfo;
  readonly connection: ViewerConnection;
  /** Null: it has not been let in. */
  isShared: boolean | null;
}

/** A machine's screen, keyboard and mouse for any number of viewers. */
export class VncDisplay extends Emitter<VncEvents> {
  readonly #machine: ShownMachine;
  readonly #host: VncHost;
  readonly #options: VncDisplayOptions;
  readonly #framebuffer: Framebuffer;
  readonly #password: VncPassword | null;
  readonly #clients = new Set<Client>();

  constructor(machine: ShownMachine, host: VncHost, options: VncDisplayOptions) {
    super();
    this.#machine = machine;
    this.#host = host;
    this.#options = options;
    this.#framebuffer = new Framebuffer(machine.screen);
    this.#password = options.password === undefined ? null : new VncPassword(host.encryptDes);
    this.#password?.set(options.password!);
  }

  /** Null: viewers are not asked for one. */
  get password(): VncPassword | null {
    return this.#password;
  }

  /** Viewers that have connected. */
  get clients(): VncConnectionInfo[] {
    return [...this.#clients].map(({ info }) => info);
  }

  /** Somebody has connected, and is served from now on. */
  connect(connection: ViewerConnection, info: VncConnectionInfo): Viewer {
    const client: Client = { info, connection, isShared: null };
    const { keyboard, mouse } = this.#machine;
    const password = this.#password;
    const viewer = new Viewer(connection, {
      ...{ framebuffer: this.#framebuffer, keyboard, mouse },
      name: this.#options.name === undefined ? 'rawiron' : `rawiron (${this.#options.name})`,
      checkAnswer: password ? (challenge, answer) => password.isAnsweredBy(challenge, answer) : undefined,
      openDeflater: this.#host.openDeflater,
      admit: (isShared) => this.#admit(client, isShared),
    });
    this.#clients.add(client);
    void this.emit('connected', info);
    void viewer.serve().then((reason) => this.#left(client, reason));
    return viewer;
  }

  /** Sends all away. */
  close(): void {
    for (const { connection } of this.#clients) connection.close();
  }

  #left(client: Client, reason: string | null): void {
    this.#clients.delete(client);
    const { host, service } = client.info.client;
    // A viewer at a Unix socket has no address.
    const place = [host, service].filter((part) => part !== '').join(':');
    const viewer = place === '' ? 'a viewer' : `the viewer ${place}`;
    if (reason !== null && this.#machine.state !== 'ended')
      this.#options.log?.(`VNC: ${viewer} was sent away: ${reason}`);
    void this.emit('disconnected', client.info);
  }

  /** As QEMU has it: one that wants to be alone sends the others away, unless it may not want that. */
  #admit(client: Client, isShared: boolean): void {
    const { share = 'allow-exclusive' } = this.#options;
    const others = [...this.#clients].filter((other) => other !== client && other.isShared !== null);
    if (share === 'force-shared' && !isShared) throw new VncError('it wants to be alone, and may not');
    if (share === 'allow-exclusive' && isShared && others.some((other) => other.isShared === false))
      throw new VncError('another viewer wants to be alone');
    if (share === 'allow-exclusive' && !isShared) for (const { connection } of others) connection.close();
    client.isShared = isShared;
    void this.emit('initialized', client.info);
  }
}
