import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { SnapshotStore } from '../pieces.ts';
import type { ObjectStore } from '../store.ts';
import { HeardHosts, Lease } from './lease.ts';
import { type HostRecord, inputChannel, type MachineRecord, NEWS } from './record.ts';
import { Registry } from './registry.ts';
import { Seat } from './seat.ts';

/** Settings of a host. */
export interface HostSettings {
  /** Connects to Redis; a host needs more than one connection. */
  connect(): Redis;
  readonly store: ObjectStore;
  /** Bytes of memory for its machines. */
  readonly memory: number;
  /** Milliseconds after which others may take its machines when nothing is heard of it. Default: 10,000. All hosts of a fleet have the same. */
  readonly lease?: number;
  /** Hears what goes wrong. */
  log(message: string): void;
}

/** Milliseconds that last checkpoints may take when a host ends. */
const GRACE = 60_000;
/** Memory that a machine takes besides its guest's, in bytes. */
const OVERHEAD = 48 << 20;
/** Milliseconds between two looks at all machines, and before a machine that could not go on is tried again. */
const [LOOK, PAUSE] = [500, 10_000];

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
      beat: () => this.#registry.beat(this.#record),
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
    await host.#hearing.subscribe(NEWS);
    host.#timer = setInterval(() => void host.#look(), LOOK);
    return host;
  }

  get #record(): Omit<HostRecord, 'beat'> {
    // Nothing more is for a host that ends.
    const free = this.#isEnding ? 0 : this.#free;
    return { id: this.id, memory: this.#settings.memory, free, machines: this.#seats.size };
  }

  get #free(): number {
    return [...this.#seats.values()].reduce((free, { memory }) => free - memory - OVERHEAD, this.#settings.memory);
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
    if (channel === NEWS) return void this.#look();
    for (const [name, seat] of this.#seats) if (channel === inputChannel(name)) seat.input(bytes);
  }

  /** Looks at all machines, and does what is to be done here. */
  async #look(): Promise<void> {
    if (this.#isLooking || this.#isEnding || !this.#lease.isFresh) return;
    this.#isLooking = true;
    try {
      const hosts = await this.#registry.hosts();
      for (const { id, beat } of hosts) this.#heard.hear(id, beat);
      const records = await this.#registry.list();
      this.#endLost(records);
      for (const record of records) await this.#attend(record, hosts);
      await this.#forgetLost(hosts, records);
    } catch (error) {
      this.#settings.log((error as Error).message);
    } finally {
      this.#isLooking = false;
    }
  }

  /** Ends machines that are not this host's any more. */
  #endLost(records: readonly MachineRecord[]): void {
    for (const [name, seat] of this.#seats) {
      const record = records.find((record) => record.name === name);
      if (record?.owner !== this.id || record.token !== seat.holding.token) void seat.lose();
    }
  }

  async #attend(record: MachineRecord, hosts: readonly HostRecord[]): Promise<void> {
    const { name, owner, token, state, wanted } = record;
    const seat = this.#seats.get(name);
    if (owner === this.id) {
      if (seat !== undefined) seat.follow(record);
      // It was taken, and the answer was lost.
      else await this.#registry.leave({ name, host: owner, token }, 'waiting', '');
    } else if (owner !== '') await this.#freeIfLost(name, owner, hosts);
    else if (state === 'waiting' && wanted === 'running' && this.#isBest(record, hosts)) {
      const taken = await this.#registry.take(name, this.id);
      if (taken !== undefined) this.#seat(record, taken);
    }
  }

  async #freeIfLost(name: string, owner: string, hosts: readonly HostRecord[]): Promise<void> {
    const beat = hosts.find(({ id }) => id === owner)?.beat ?? 0;
    this.#heard.hear(owner, beat);
    if (this.#heard.isLost(owner) && (await this.#registry.free(name, { id: owner, beat })))
      this.#settings.log(`${name}: its host ${owner} is lost`);
  }

  /** Whether the machine is to run here: where most memory is free. */
  #isBest({ name, memory }: MachineRecord, hosts: readonly HostRecord[]): boolean {
    if (this.#free < memory + OVERHEAD || (this.#pauses.get(name) ?? 0) > performance.now()) return false;
    return hosts.every(({ id, free }) => {
      if (id === this.id || this.#heard.isSilent(id)) return true;
      return free < this.#free || (free === this.#free && id > this.id);
    });
  }

  #seat(record: MachineRecord, token: number): void {
    const { name } = record;
    const seat: Seat = new Seat({ name, host: this.id, token }, record, {
      ...{ registry: this.#registry, lease: this.#lease, snapshots: this.#snapshots },
      listen: () => this.#hearing.subscribe(inputChannel(name)),
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
    void this.#hearing.unsubscribe(inputChannel(name));
  }

  /** Hosts that are lost and have nothing are of no interest. */
  async #forgetLost(hosts: readonly HostRecord[], records: readonly MachineRecord[]): Promise<void> {
    for (const { id } of hosts) {
      if (!this.#heard.isLost(id) || records.some(({ owner }) => owner === id)) continue;
      await this.#registry.forgetHost(id);
      this.#heard.forget(id);
    }
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
