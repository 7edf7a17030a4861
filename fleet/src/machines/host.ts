import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { openByTenant } from '../confined/confined-machine.ts';
import { SnapshotStore } from '../pieces.ts';
import type { ObjectStore } from '../store.ts';
import { HeardHosts, Lease } from './lease.ts';
import { inputChannel, type MachineRecord, newsChannel } from './record.ts';
import { type Holding, type LivingHost, Registry } from './registry.ts';
import { screenChannel } from './screen-messages.ts';
import { type OpenMachine, Seat } from './seat.ts';

/** Settings of a host. */
export interface HostSettings {
  /** Connects to Redis; a host needs more than one connection. */
  connect(): Redis;
  readonly store: ObjectStore;
  /** Bytes of memory for its machines. */
  readonly memory: number;
  /** Milliseconds after which others may take its machines when nothing is heard of it. Default: 10,000. All hosts of a fleet have the same. */
  readonly lease?: number;
  /** Makes the machine of a record go on from its checkpoint. Default: those of tenants in processes of their own, others in this one. */
  readonly open?: OpenMachine;
  /** Hears what goes wrong. */
  log(message: string): void;
}

/** Milliseconds that last checkpoints may take when a host ends. */
const GRACE = 60_000;
/** Milliseconds between two looks at its neighbours, at most, and before a machine that could not go on is tried again. */
const [LOOK, PAUSE] = [1000, 10_000];
/** Looks at its neighbours for one at its own machines: it is told of what they have to do. */
const LOOKS = 3;
/** Hosts that each one watches, as some of them may die together with it. */
const WATCHED = 8;

/** Runs machines that stay, as many as its memory has room for. */
export class FleetHost implements AsyncDisposable {
  readonly id: string = `${hostname()}-${process.pid}-${randomBytes(3).toString('hex')}`;
  readonly #settings: HostSettings;
  readonly #redis: Redis;
  /** The connection that hears of news and input. */
  readonly #hearing: Redis;
  readonly #registry: Registry;
  readonly #snapshots: SnapshotStore;
  readonly #lease: Lease;
  readonly #heard: HeardHosts;
  readonly #seats = new Map<string, Seat>();
  /** When machines that could not go on here may be tried again. */
  readonly #pauses = new Map<string, number>();
  /** Machines that it was told of, and whether it is time to look at all that concerns it. */
  readonly #told = new Set<string>();
  #isDue = false;
  #looks = 0;
  #isEnding = false;
  #isLooking = false;
  #timer: NodeJS.Timeout | undefined;

  private constructor(settings: HostSettings) {
    const { lease = 10_000 } = settings;
    this.#settings = settings;
    this.#redis = settings.connect();
    this.#hearing = settings.connect();
    this.#registry = new Registry(this.#redis);
    this.#snapshots = new SnapshotStore(settings.store);
    this.#heard = new HeardHosts(lease);
    this.#lease = new Lease(lease, {
      beat: () => this.#registry.beat(this.#living),
      stale: () => this.#stale(),
      fresh: () => this.#fresh(),
    });
  }

  /** Begins to run machines. */
  static async start(settings: HostSettings): Promise<FleetHost> {
    const host = new FleetHost(settings);
    await host.#lease.renew();
    void host.#lease.run();
    host.#hearing.on('messageBuffer', (channel: Buffer, bytes: Buffer) => host.#hear(channel.toString(), bytes));
    await host.#hearing.subscribe(newsChannel(host.id));
    const { lease = 10_000 } = settings;
    host.#timer = setInterval(() => host.#lookAround(), Math.min(LOOK, lease / 10));
    host.#lookAround();
    return host;
  }

  get #living(): LivingHost {
    return { id: this.id, memory: this.#settings.memory, isOpen: !this.#isEnding };
  }

  #stale(): void {
    if (this.#seats.size > 0) this.#settings.log('Redis has not heard of this host in time: its machines stand still');
    for (const seat of this.#seats.values()) seat.halt();
  }

  #fresh(): void {
    this.#heard.forgetAll();
    for (const seat of this.#seats.values()) seat.go().catch((error: Error) => this.#settings.log(error.message));
  }

  #hear(channel: string, bytes: Buffer): void {
    if (channel !== newsChannel(this.id)) {
      for (const [name, seat] of this.#seats)
        if (channel === inputChannel(name)) seat.input(bytes);
        else if (channel === screenChannel(name)) seat.view(bytes);
      return;
    }
    this.#told.add(bytes.toString());
    void this.#look();
  }

  /** Looks at all that concerns this host. */
  #lookAround(): void {
    this.#isDue = true;
    void this.#look();
  }

  /** Looks at what is due, and does what is to be done here. */
  async #look(): Promise<void> {
    if (this.#isLooking || this.#isEnding || !this.#lease.isFresh) return;
    this.#isLooking = true;
    try {
      while ((this.#isDue || this.#told.size > 0) && !this.#isEnding) {
        const [isDue, told] = [this.#isDue, [...this.#told]];
        this.#isDue = false;
        this.#told.clear();
        for (const name of told) await this.#attend(await this.#registry.look(name));
        if (isDue) await this.#watch();
        if (isDue && this.#looks++ % LOOKS === 0) await this.#lookAtOwn();
        await this.#claim();
      }
    } catch (error) {
      this.#settings.log((error as Error).message);
    } finally {
      this.#isLooking = false;
    }
  }

  async #lookAtOwn(): Promise<void> {
    const records = await this.#registry.machinesOf(this.id);
    this.#endLost(records);
    for (const record of records) await this.#attend(record);
  }

  /** Ends machines that are not this host's any more. */
  #endLost(records: readonly MachineRecord[]): void {
    for (const [name, seat] of this.#seats) {
      const record = records.find((record) => record.name === name);
      if (record?.owner !== this.id || record.token !== seat.holding.token) void seat.lose();
    }
  }

  /** Does what a machine that may be here wants. */
  async #attend(record: MachineRecord | undefined): Promise<void> {
    if (record?.owner !== this.id) return;
    const seat = this.#seats.get(record.name);
    if (seat !== undefined) seat.follow(record);
    // It was taken, and the answer was lost.
    else await this.#registry.leave({ name: record.name, host: this.id, token: record.token }, 'waiting', '');
  }

  /** Takes machines that wait as long as they are for this host. */
  async #claim(): Promise<void> {
    const now = performance.now();
    for (const [name, end] of this.#pauses) if (end <= now) this.#pauses.delete(name);
    while (!this.#isEnding && this.#lease.isFresh) {
      const taken = await this.#registry.claim(this.id, [...this.#pauses.keys()]);
      if (taken === undefined) return;
      this.#seat(await this.#registry.find(taken.name), taken);
    }
  }

  /** Watches the hosts that follow this one in the order of all: frees the machines of one that is lost, and forgets it. */
  async #watch(): Promise<void> {
    for (const { id, beat } of await this.#registry.followers(this.id, WATCHED)) {
      this.#heard.hear(id, beat);
      if (!this.#heard.isLost(id)) continue;
      for (const { name } of await this.#registry.machinesOf(id))
        if (await this.#registry.free(name, { id, beat })) this.#settings.log(`${name}: its host ${id} is lost`);
      await this.#registry.forgetHost(id, beat);
      this.#heard.forget(id);
    }
  }

  #seat(record: MachineRecord, holding: Holding): void {
    const { name } = holding;
    const seat: Seat = new Seat(holding, record, {
      ...{
        registry: this.#registry,
        lease: this.#lease,
        snapshots: this.#snapshots,
        open: this.#settings.open ?? openByTenant({}, false),
      },
      listen: () => this.#hearing.subscribe(inputChannel(name), screenChannel(name)),
      failed: (problem) => {
        this.#settings.log(`${name}: ${problem}`);
        this.#pauses.set(name, performance.now() + PAUSE);
      },
      warn: (message) => this.#settings.log(`${name}: ${message}`),
      gone: () => this.#rise(name, seat),
    });
    this.#seats.set(name, seat);
    seat.begin();
  }

  #rise(name: string, seat: Seat): void {
    // It may be here again already.
    if (this.#seats.get(name) !== seat) return;
    this.#seats.delete(name);
    void this.#hearing.unsubscribe(inputChannel(name), screenChannel(name));
    // There is room for others now.
    this.#lookAround();
  }

  /** Makes last checkpoints, and gives all machines back: other hosts take them. */
  async stop(): Promise<void> {
    this.#isEnding = true;
    clearInterval(this.#timer);
    void this.#lease.renew();
    const ended = [...this.#seats.values()].map((seat) => seat.end('suspended'));
    // What a store that is away does not take goes on from the checkpoint before.
    await Promise.race([Promise.all(ended), wait(GRACE, undefined, { ref: false })]);
    this.#lease.stop();
    await this.#registry.forgetHost(this.id).catch(() => {});
    for (const redis of [this.#hearing, this.#redis]) redis.disconnect();
  }

  /** Calls `stop()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
