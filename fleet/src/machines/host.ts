import { randomBytes } from 'node:crypto';
import { availableParallelism, hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { FleetError } from '../error.ts';
import { SnapshotStore } from '../pieces.ts';
import type { ObjectStore } from '../store.ts';
import { Arrivals } from './arrivals.ts';
import { type Cards, cardsOf } from './cards.ts';
import { HostDoor, type Visitor } from './door.ts';
import { HeardHosts, Lease } from './lease.ts';
import type { LastWords } from './move-channel.ts';
import { OVERHEAD } from './placement.ts';
import { Rebalancer } from './rebalance.ts';
import { type HostRecord, inputChannel, type MachineRecord, NEWS } from './record.ts';
import { type HostNews, Registry } from './registry.ts';
import { type Input, Seat, type SeatSettings } from './seat.ts';

/** Settings of a host. */
export interface HostSettings {
  /** Connects to Redis; a host needs more than one connection. */
  connect(): Redis;
  readonly store: ObjectStore;
  /** Bytes of memory for its machines. */
  readonly memory: number;
  /** Milliseconds after which others may take its machines when nothing is heard of it. Default: 10,000. All hosts of a fleet have the same. */
  readonly lease?: number;
  /** Whether it moves machines to others when it is full. Default: false. */
  readonly rebalance?: boolean;
  /** Where other hosts and gateways reach it. Default: 127.0.0.1, at a port that is free, for hosts of one computer. */
  readonly listen?: { readonly address: string; readonly port: number };
  /** Hears what goes wrong. */
  log(message: string): void;
}

/** Milliseconds that last checkpoints may take when a host ends. */
const GRACE = 60_000;
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
  readonly #arrivals: Arrivals;
  #door: HostDoor | undefined;
  /** When machines that could not go on here may be tried again. */
  readonly #pauses = new Map<string, number>();
  /** Missing: a full host stays full. */
  readonly #rebalancer: Rebalancer | undefined;
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
    this.#rebalancer = settings.rebalance ? new Rebalancer(this.id) : undefined;
    this.#arrivals = new Arrivals({
      ...{ id: this.id, registry: this.#registry },
      hasRoom: (memory) => !this.#isEnding && this.#lease.isFresh && this.#free >= memory + OVERHEAD,
      listen: (name) => this.#hearing.subscribe(inputChannel(name)),
      seat: (record, token, cards, words) => this.#seat(record, token, cards, words),
      failed: (name, problem) => settings.log(`${name} has not come: ${problem}`),
      left: (name) => {
        if (!this.#seats.has(name)) void this.#hearing.unsubscribe(inputChannel(name)).catch(() => {});
      },
    });
    this.#lease = new Lease(lease, {
      beat: () => this.#registry.beat(this.#news),
      stale: () => this.#stale(),
      fresh: () => this.#fresh(),
    });
  }

  /**
   * Begins to run machines.
   * @throws FleetError if it cannot be reached by others
   */
  static async start(settings: HostSettings): Promise<FleetHost> {
    const host = new FleetHost(settings);
    await host.#open(settings.listen);
    await host.#lease.renew();
    void host.#lease.run();
    host.#hearing.on('messageBuffer', (channel: Buffer, bytes: Buffer) => host.#hear(channel.toString(), bytes));
    await host.#hearing.subscribe(NEWS);
    host.#timer = setInterval(() => void host.#look(), LOOK);
    return host;
  }

  async #open({ address, port } = { address: '127.0.0.1', port: 0 }): Promise<void> {
    try {
      this.#door = await HostDoor.listen(address, port, (visitor) => this.#receive(visitor));
    } catch (error) {
      for (const redis of [this.#hearing, this.#redis]) redis.disconnect();
      throw error;
    }
  }

  get #news(): HostNews {
    // Nothing more is for a host that ends.
    const free = this.#isEnding ? 0 : this.#free;
    const share = [...this.#seats.values()].reduce((sum, { share }) => sum + share, 0);
    const { memory } = this.#settings;
    const room = { memory, free, machines: this.#seats.size, processors: availableParallelism(), share };
    return { id: this.id, ...room, ...this.#door!.place };
  }

  get #free(): number {
    const taken = [...[...this.#seats.values()].map(({ memory }) => memory), ...this.#arrivals.memory];
    return taken.reduce((free, memory) => free - memory - OVERHEAD, this.#settings.memory);
  }

  /** Somebody is at the door. */
  async #receive(visitor: Visitor): Promise<void> {
    const { act, name } = visitor.greeting;
    if (act === 'move') return await this.#arrivals.receive(visitor);
    const seat = this.#seats.get(name);
    if (act !== 'network' || seat === undefined) throw new FleetError(`${name} is not on this host`);
    seat.connect(visitor.welcome());
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
    const name = [...this.#seats.keys(), ...this.#arrivals.names].find((name) => channel === inputChannel(name));
    if (name === undefined) return;
    const input = inputOf(bytes);
    const seat = this.#seats.get(name);
    if (seat === undefined) this.#arrivals.input(name, input);
    else seat.input(input);
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
      await this.#rebalance(hosts, records);
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
      // A machine that has just come has an older token in what was read before that.
      const isOlder = record !== undefined && record.token < seat.holding.token;
      if (!isOlder && (record?.owner !== this.id || record.token !== seat.holding.token)) void seat.lose();
    }
  }

  async #attend(record: MachineRecord, hosts: readonly HostRecord[]): Promise<void> {
    const { name, owner, token, state, wanted } = record;
    const seat = this.#seats.get(name);
    if (owner === this.id) {
      if (seat !== undefined) seat.follow(record);
      // It was taken, and the answer was lost.
      else if (!this.#arrivals.has(name)) await this.#registry.leave({ name, host: owner, token }, 'waiting', '');
    } else if (owner !== '') await this.#freeIfLost(name, owner, hosts);
    else if (state === 'waiting' && wanted === 'running' && this.#isBest(record, hosts)) {
      const taken = await this.#registry.take(name, this.id);
      if (taken !== undefined) this.#seat(record, taken, cardsOf(record.network)).begin();
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
    return hosts.every(({ id, free, isDrained }) => {
      if (id === this.id && isDrained) return false;
      if (id === this.id || this.#heard.isSilent(id)) return true;
      return free < this.#free || (free === this.#free && id > this.id);
    });
  }

  #seat(record: MachineRecord, token: number, { wire, options }: Cards, words?: LastWords): Seat {
    const { name } = record;
    const holding = { name, host: this.id, token };
    const settings: SeatSettings = {
      ...{ wire, options, registry: this.#registry, lease: this.#lease, snapshots: this.#snapshots },
      listen: () => this.#hearing.subscribe(inputChannel(name)),
      failed: (problem) => {
        this.#settings.log(`${name}: ${problem}`);
        this.#pauses.set(name, performance.now() + PAUSE);
      },
      warn: (message) => this.#settings.log(`${name}: ${message}`),
      gone: () => this.#rise(name, seat),
    };
    const seat: Seat = new Seat(holding, record, settings, words);
    this.#seats.set(name, seat);
    return seat;
  }

  #rise(name: string, seat: Seat): void {
    // It may be here again already.
    if (this.#seats.get(name) !== seat) return;
    this.#seats.delete(name);
    void this.#hearing.unsubscribe(inputChannel(name));
  }

  /** Moves a machine elsewhere if this host is full. */
  async #rebalance(hosts: readonly HostRecord[], records: readonly MachineRecord[]): Promise<void> {
    const there = hosts.filter(({ id }) => !this.#heard.isSilent(id));
    const move = this.#rebalancer?.next(there, records);
    if (move === undefined) return;
    this.#settings.log(`${move.name} moves to ${move.to}, as this host is full`);
    await this.#registry.move(move.name, move.to);
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
    await this.#door?.[Symbol.asyncDispose]();
    await this.#registry.forgetHost(this.id).catch(() => {});
    for (const redis of [this.#hearing, this.#redis]) redis.disconnect();
  }

  /** Calls `stop()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** Input as it comes: its number, a colon, and its bytes. */
function inputOf(message: Buffer): Input {
  const end = message.indexOf(':');
  return { number: Number(message.subarray(0, end).toString()), bytes: new Uint8Array(message.subarray(end + 1)) };
}
