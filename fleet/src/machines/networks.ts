import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { Redis } from 'ioredis';
import { type NetworkBackend, NetworkWire, openNetwork } from 'rawiron';
import { KEPT } from './cards.ts';
import { visit } from './door.ts';
import { epochInRedis, KnownEpoch, LostEpochError } from './epoch.ts';
import { type MachineRecord, NEWS, OPEN } from './record.ts';
import { Registry } from './registry.ts';

/** Settings of a gateway's networks. */
export interface NetworkSettings {
  connect(): Redis;
  /** Where the ports of machines are reached. */
  readonly address: string;
  /** The gateway's name, by which one that begins again has its networks at once; only one may have it at a time. Default: none, another time another one. */
  readonly name?: string;
  log(message: string): void;
}

/** Milliseconds between two looks at machines with ports, and after which another gateway may have a network that nobody keeps. */
const [LOOK, LEFT] = [500, 10_000];

/** A machine's network where it is kept: frames come from the machine's host, wherever that is. */
class KeptNetwork {
  readonly run: number;
  readonly #network: NetworkBackend;
  readonly #wire = new NetworkWire({ kept: KEPT });
  /** The token by which the host has the machine that it is connected to. */
  #token = 0;

  private constructor(run: number, network: NetworkBackend) {
    this.run = run;
    this.#network = network;
    // What does not fit is lost: both ends of a connection send it again.
    network.onFrame = (frame) => {
      this.#wire.send(frame);
      return true;
    };
    this.#wire.onFrame = (frame) => {
      network.send(frame);
      return true;
    };
  }

  /** @throws ConfigurationError if a port is taken */
  static async open(address: string, record: MachineRecord): Promise<KeptNetwork> {
    const hostForward = record.network.forwards.map(({ port, guestPort }) => ({
      ...{ hostAddress: address, hostPort: port, guestPort },
    }));
    const network = await openNetwork({ type: 'user', restrict: true, hostForward });
    return new KeptNetwork(runOf(record), network);
  }

  /** Connects it to the host that has the machine now, if it is not. */
  async follow({ name, owner, token }: MachineRecord, registry: Registry, gateway: string): Promise<void> {
    if (this.#token === token && this.#wire.isConnected) return;
    const place = await registry.place(owner);
    if (place === undefined) return;
    this.#wire.connect(await visit(place, { act: 'network', name, from: gateway, token }));
    this.#token = token;
  }

  /** Ends all connections, and lets go of the ports. */
  async close(): Promise<void> {
    await Promise.all([this.#network.close(), this.#wire.close()]);
  }
}

/** How often a machine has begun to run from a checkpoint: connections of another time are not those that its guest knows. */
const runOf = ({ token, moves }: MachineRecord): number => token - moves;

/**
 * The networks of machines that have ports, at a gateway: the TCP of each is here, and its machine's frames come from its host. So connections stay
 * when the machine moves. Each network is kept by one gateway.
 */
export class MachineNetworks implements AsyncDisposable {
  readonly #id: string;
  readonly #settings: NetworkSettings;
  readonly #redis: Redis;
  /** The connection that hears of news. */
  readonly #hearing: Redis;
  readonly #registry: Registry;
  readonly #kept = new Map<string, KeptNetwork>();
  /** News of the ports of machines, as they were told last. */
  readonly #told = new Map<string, string>();
  readonly #attending = new Map<string, Promise<void>>();
  readonly #timer: NodeJS.Timeout;
  #looking: Promise<void> | undefined;
  #isStale = false;
  /** Undefined: no host has begun yet. */
  #epoch: KnownEpoch | undefined;
  /** Redis does not have the records of its fleet. */
  #isLost = false;

  private constructor(settings: NetworkSettings) {
    this.#settings = settings;
    this.#id = settings.name ?? `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
    this.#redis = settings.connect();
    this.#hearing = settings.connect();
    this.#registry = new Registry(this.#redis);
    this.#timer = setInterval(() => this.#look(), LOOK);
  }

  static async start(settings: NetworkSettings): Promise<MachineNetworks> {
    const networks = new MachineNetworks(settings);
    networks.#hearing.on('message', () => networks.#look());
    await networks.#hearing.subscribe(NEWS);
    return networks;
  }

  /** Looks at machines with ports; again after that if it is called meanwhile. */
  #look(): void {
    this.#isStale = true;
    this.#looking ??= (async () => {
      while (this.#isStale) {
        this.#isStale = false;
        await this.#lookOnce().catch((error: Error) => this.#settings.log(error.message));
      }
      this.#looking = undefined;
    })();
  }

  async #lookOnce(): Promise<void> {
    const records = await this.#registry.withPorts();
    const isLost = !(await this.#isKept());
    if (isLost && !this.#isLost) this.#settings.log(new LostEpochError().message);
    this.#isLost = isLost;
    if (isLost) return await this.#keepAll();
    const isThere = (name: string) => records.some((record) => record.name === name);
    for (const name of this.#kept.keys()) if (!isThere(name)) await this.#drop(name);
    for (const name of this.#told.keys()) if (!isThere(name)) this.#told.delete(name);
    // A host that does not answer holds up its own machines only.
    for (const record of records) {
      if (this.#attending.has(record.name)) continue;
      const attended = this.#attend(record).finally(() => this.#attending.delete(record.name));
      this.#attending.set(record.name, attended);
    }
  }

  /** Whether Redis has the records of its fleet. */
  async #isKept(): Promise<boolean> {
    const found = this.#epoch === undefined ? await epochInRedis(this.#redis) : undefined;
    if (found !== undefined) this.#epoch = new KnownEpoch(this.#redis, found);
    return this.#epoch === undefined || (await this.#epoch.isKept());
  }

  /** Networks stay, for machines that their hosts keep until an operator has put the records back. */
  async #keepAll(): Promise<void> {
    for (const name of this.#kept.keys()) await this.#registry.keepNetwork(name, this.#id, LEFT);
  }

  async #attend(record: MachineRecord): Promise<void> {
    const { name, state } = record;
    try {
      if (!(await this.#registry.keepNetwork(name, this.#id, LEFT))) return await this.#drop(name);
      const kept = this.#kept.get(name);
      if (kept !== undefined && kept.run !== runOf(record)) await this.#drop(name);
      if (state !== 'running') return;
      const network = this.#kept.get(name) ?? (await KeptNetwork.open(this.#settings.address, record));
      this.#kept.set(name, network);
      await network.follow(record, this.#registry, this.#id);
      await this.#tell(record, OPEN);
    } catch (error) {
      await this.#tell(record, (error as Error).message).catch(() => {});
    }
  }

  /** Tells what has become of a machine's ports, once. */
  async #tell({ name, ports }: MachineRecord, now: string): Promise<void> {
    if (now !== OPEN && this.#told.get(name) !== now) this.#settings.log(`network of ${name}: ${now}`);
    this.#told.set(name, now);
    if (ports !== now) await this.#registry.tellPorts(name, now);
  }

  async #drop(name: string): Promise<void> {
    const network = this.#kept.get(name);
    this.#kept.delete(name);
    await network?.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    this.#hearing.disconnect();
    await this.#looking;
    await Promise.all(this.#attending.values());
    for (const name of [...this.#kept.keys()]) {
      await this.#drop(name);
      await this.#registry.leaveNetwork(name, this.#id).catch(() => {});
    }
    this.#redis.disconnect();
  }
}
