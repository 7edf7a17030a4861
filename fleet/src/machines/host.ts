import { randomBytes } from 'node:crypto';
import { availableParallelism, hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { MachineOptions } from 'rawiron';
import { confinementHere } from '../confined/apart.ts';
import { openByTenant } from '../confined/confined-machine.ts';
import { removeLeftFolders } from '../confined/folders.ts';
import { FleetError } from '../error.ts';
import { MemoryPermits } from '../memory-permits.ts';
import { SnapshotStore } from '../pieces.ts';
import type { ObjectStore } from '../store.ts';
import { Arrivals } from './arrivals.ts';
import { type Cards, cardsOf } from './cards.ts';
import { HostDoor, type Visitor } from './door.ts';
import { awaitEpoch, KnownEpoch, LostEpochError } from './epoch.ts';
import { Evacuation } from './evacuation.ts';
import { agreedLease } from './fleet-lease.ts';
import { tellHeld } from './held.ts';
import { Lease } from './lease.ts';
import type { LastWords } from './move-channel.ts';
import { Neighbours } from './neighbours.ts';
import { OVERHEAD } from './placement.ts';
import { MemoryPressure, type SystemMemory, systemMemory } from './pressure.ts';
import { Rebalancer } from './rebalance.ts';
import { inputChannel, type MachineRecord, newsChannel } from './record.ts';
import { type Holding, type LivingHost, Registry } from './registry.ts';
import { Rounds } from './rounds.ts';
import { screenChannel } from './screen-messages.ts';
import { type OpenMachine, Seat, type SeatSettings } from './seat.ts';
import { StoredMachines } from './stored-machines.ts';
import type { Input } from './typed.ts';

/** Settings of a host. */
export interface HostSettings {
  /** Connects to Redis; a host needs more than one connection. */
  connect(): Redis;
  readonly store: ObjectStore;
  /** By which it is drained also when it begins again. Default: that of its computer. */
  readonly name?: string;
  /** Bytes of memory for its machines. */
  readonly memory: number;
  /** Milliseconds after which others may take its machines when nothing is heard of it, as in all of its fleet. Default: what the fleet has, 10,000 at first. */
  readonly lease?: number;
  /** Makes the machine of a record go on from its checkpoint. Default: those of tenants in processes of their own, others in this one. */
  readonly open?: OpenMachine;
  /** Default: that of this system. */
  readonly systemMemory?: SystemMemory;
  /** Options of its machines; limits of theirs come before its own. Default: none. */
  readonly options?: Pick<MachineOptions, 'memoryMerge' | 'limits'>;
  /** Milliseconds for giving its machines away when it ends. Default: 50,000. */
  readonly grace?: number;
  /** Whether it moves machines to others when it is full. Default: false. */
  readonly rebalance?: boolean;
  /** Where other hosts and gateways reach it. Default: 127.0.0.1, at a port that is free, for hosts of one computer. */
  readonly listen?: { readonly address: string; readonly port: number };
  /** Hears what goes wrong. */
  log(message: string): void;
}

/** Milliseconds for giving machines away when a host ends, and for what comes after that: a minute together. */
export const [GRACE, FAREWELL] = [50_000, 4000];
/** Snapshots that are on their way into the store at a time, and bytes of guests' memory in them. */
const [SAVES, SAVED_BYTES] = [4, 512 << 20];
/** Leases for which others hear of what a host has that does not find its fleet. */
const HELD = 3;
/** Milliseconds between two complaints of such a host. */
const COMPLAINT = 60_000;
/** Milliseconds between two looks at its neighbours, at most, and before a machine that could not go on is tried again. */
const [LOOK, PAUSE] = [1000, 10_000];

/** Runs machines that stay, as many as its memory has room for. */
export class FleetHost implements AsyncDisposable {
  readonly id: string;
  readonly #name: string;
  readonly #settings: HostSettings;
  readonly #redis: Redis;
  /** The connection that hears of news and input. */
  readonly #hearing: Redis;
  readonly #registry: Registry;
  readonly #snapshots: SnapshotStore;
  readonly #stored: StoredMachines;
  readonly #permits = new MemoryPermits(SAVED_BYTES, SAVES);
  readonly #epoch: KnownEpoch;
  readonly #lease: Lease;
  readonly #neighbours: Neighbours;
  readonly #seats = new Map<string, Seat>();
  readonly #arrivals: Arrivals;
  readonly #rounds: Rounds;
  readonly #pressure: MemoryPressure;
  #door: HostDoor | undefined;
  /** When machines that could not go on here may be tried again. */
  readonly #pauses = new Map<string, number>();
  #isEnding = false;
  #complainedAt = Number.NEGATIVE_INFINITY;
  /** Redis does not have its fleet. */
  #isLost = false;

  private constructor(settings: HostSettings, { redis, epoch, lease }: FoundFleet) {
    const { name = hostname(), rebalance, log, systemMemory: memory = systemMemory } = settings;
    this.#name = name;
    this.id = `${name}-${process.pid}-${randomBytes(3).toString('hex')}`;
    this.#settings = settings;
    this.#redis = redis;
    this.#hearing = settings.connect();
    this.#epoch = epoch;
    this.#registry = new Registry(redis, epoch);
    this.#snapshots = new SnapshotStore(settings.store);
    this.#stored = new StoredMachines(settings.store);
    const rebalancer = rebalance ? new Rebalancer(this.id) : undefined;
    this.#neighbours = new Neighbours({ id: this.id, registry: this.#registry, rebalancer, log });
    this.#arrivals = this.#makeArrivals();
    this.#lease = new Lease(lease, {
      beat: (duration) => this.#beat(duration),
      stale: () => this.#stale(),
      fresh: () => this.#fresh(),
    });
    this.#pressure = new MemoryPressure({
      ...memory,
      machines: () => [...this.#seats.values()].map(({ memoryUser }) => memoryUser),
      log,
    });
    this.#rounds = new Rounds({
      mayAct: () => !this.#isEnding && this.#lease.isFresh,
      attend: async (name) => this.#attend(await this.#registry.look(name)),
      watch: () => this.#neighbours.watch(),
      lookAtOwn: () => this.#lookAtOwn(),
      claim: () => this.#claim(),
      failed: log,
    });
  }

  #makeArrivals(): Arrivals {
    return new Arrivals({
      ...{ id: this.id, registry: this.#registry, options: this.#settings.options ?? {} },
      hasRoom: (memory) => !this.#isEnding && this.#lease.isFresh && this.#free >= memory + OVERHEAD,
      vacate: (name) => this.#vacate(name),
      listen: (name) => this.#hearing.subscribe(inputChannel(name), screenChannel(name)),
      seat: (record, token, cards, words) =>
        this.#seat(record, { name: record.name, host: this.id, token }, cards, words),
      failed: (name, problem) => this.#settings.log(`${name} has not come: ${problem}`),
      left: (name) => {
        if (!this.#seats.has(name)) this.#unhear(name);
      },
    });
  }

  /**
   * Begins to run machines. Waits for a Redis that has the fleet of the store.
   * @throws FleetError if it cannot be reached by others, or the fleet has another lease
   */
  static async start(settings: HostSettings): Promise<FleetHost> {
    await removeLeftFolders();
    const fleet = await findFleet(settings);
    const host = new FleetHost(settings, fleet);
    await host.#open(settings.listen);
    await host.#lease.renew();
    void host.#lease.run();
    host.#hearing.on('messageBuffer', (channel: Buffer, bytes: Buffer) => host.#hear(channel.toString(), bytes));
    await host.#hearing.subscribe(newsChannel(host.id));
    host.#rounds.begin(Math.min(LOOK, fleet.lease / 10));
    host.#pressure.begin();
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

  get #living(): LivingHost {
    const share = [...this.#seats.values()].reduce((sum, { share }) => sum + share, 0);
    // Nothing more is for a host that ends.
    const room = { memory: this.#settings.memory, isOpen: !this.#isEnding };
    return { id: this.id, name: this.#name, ...room, processors: availableParallelism(), share, ...this.#door!.place };
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

  /** Tells that the host lives; what it has, where Redis does not have its fleet. */
  async #beat(duration: number): Promise<void> {
    try {
      const lease = await this.#registry.beat({ ...this.#living, lease: duration });
      if (lease !== undefined) this.#lease.change(lease);
      this.#complainedAt = Number.NEGATIVE_INFINITY;
      this.#isLost = false;
    } catch (error) {
      if (error instanceof LostEpochError) await this.#hold(error, duration);
      else if (!this.#isEnding) this.#complain(error as Error);
      throw error;
    }
  }

  async #hold(error: LostEpochError, lease: number): Promise<void> {
    this.#complain(error);
    this.#isLost = true;
    this.#lease.end();
    const machines = [...this.#seats.values()].map(({ held }) => held);
    const { id, at } = this.#epoch;
    await tellHeld(this.#redis, { host: this.id, epoch: id, at, lease, machines }, lease * HELD);
  }

  #complain({ message }: Error): void {
    const now = performance.now();
    if (now - this.#complainedAt < COMPLAINT) return;
    this.#complainedAt = now;
    this.#settings.log(`${message}; ${this.#seats.size} machines are here`);
  }

  #stale(): void {
    if (this.#seats.size > 0) this.#settings.log('Redis has not heard of this host in time: its machines stand still');
    for (const seat of this.#seats.values()) seat.halt();
  }

  #fresh(): void {
    this.#neighbours.forgetAll();
    for (const seat of this.#seats.values()) seat.go().catch((error: Error) => this.#settings.log(error.message));
  }

  #hear(channel: string, bytes: Buffer): void {
    if (channel === newsChannel(this.id)) return void this.#rounds.tell(bytes.toString());
    const names = [...this.#seats.keys(), ...this.#arrivals.names];
    const name = names.find((name) => channel === inputChannel(name) || channel === screenChannel(name));
    if (name === undefined) return;
    const seat = this.#seats.get(name);
    if (channel === screenChannel(name)) return void seat?.view(bytes);
    const input = inputOf(bytes);
    if (seat === undefined) this.#arrivals.input(name, input);
    else seat.input(input);
  }

  async #lookAtOwn(): Promise<void> {
    // One that comes while they are read is in none of them.
    const seats = [...this.#seats];
    const records = await this.#registry.machinesOf(this.id);
    await this.#endLost(seats, records);
    for (const record of records) await this.#attend(record);
    await this.#neighbours.rebalance(records);
  }

  /** Ends those of some machines that are not this host's any more. */
  async #endLost(
    seats: readonly (readonly [name: string, seat: Seat])[],
    records: readonly MachineRecord[],
  ): Promise<void> {
    for (const [name, seat] of seats) {
      const record = records.find((record) => record.name === name);
      const isHere = record?.owner === this.id && record.token === seat.holding.token;
      // A Redis that has lost its records knows nothing.
      if (!isHere && !(await this.#registry.holds(seat.holding))) void seat.lose();
    }
  }

  /** Does what a machine that may be here wants. */
  async #attend(record: MachineRecord | undefined): Promise<void> {
    if (record?.owner !== this.id) return;
    const seat = this.#seats.get(record.name);
    if (seat !== undefined) seat.follow(record);
    // It was taken, and the answer was lost.
    else if (!this.#arrivals.has(record.name))
      await this.#registry.leave({ name: record.name, host: this.id, token: record.token }, 'waiting', '');
  }

  /** Takes machines that wait as long as they are for this host. */
  async #claim(): Promise<void> {
    const now = performance.now();
    for (const [name, end] of this.#pauses) if (end <= now) this.#pauses.delete(name);
    while (!this.#isEnding && this.#lease.isFresh) {
      const taken = await this.#registry.claim(this.id, [...this.#pauses.keys()]);
      if (taken === undefined) return;
      // It was taken as this host was asked to end.
      if (this.#isEnding) return void (await this.#registry.leave(taken, 'waiting', ''));
      await this.#vacate(taken.name);
      const record = await this.#registry.find(taken.name);
      this.#seat(record, taken, cardsOf(record.network)).begin();
    }
  }

  /** Ends an older machine of a name: others have had it since, and have let it come here again. */
  async #vacate(name: string): Promise<void> {
    await this.#seats.get(name)?.lose();
  }

  #seat(record: MachineRecord, holding: Holding, { wire, options }: Cards, words?: LastWords): Seat {
    const { name } = holding;
    const { log, open = openByTenant(confinementHere(log), false, log) } = this.#settings;
    const settings: SeatSettings = {
      ...{ wire, open, registry: this.#registry, lease: this.#lease, snapshots: this.#snapshots },
      ...{ stored: this.#stored, permits: this.#permits },
      options: { ...this.#settings.options, ...options },
      listen: () => this.#hearing.subscribe(inputChannel(name), screenChannel(name)),
      deafen: () => this.#hearing.unsubscribe(inputChannel(name)),
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
    this.#unhear(name);
    // There is room for others now.
    this.#rounds.lookAround();
  }

  #unhear(name: string): void {
    void this.#hearing.unsubscribe(inputChannel(name), screenChannel(name)).catch(() => {});
  }

  /**
   * Gives all machines away, and takes no more: a few at a time move to other hosts while they run; those that cannot are put into the store, from where
   * others take them. Takes `grace` at most, and ten seconds.
   */
  async stop(): Promise<void> {
    this.#isEnding = true;
    this.#pressure.end();
    void this.#lease.renew();
    const grace = this.#settings.grace ?? GRACE;
    const ending = {
      registry: this.#registry,
      living: () => this.#neighbours.living(),
      isFresh: () => this.#lease.isFresh,
      isLost: () => this.#isLost,
    };
    const evacuation = new Evacuation(ending, grace);
    const here = evacuation.leave([...this.#seats.values()]);
    const onTheirWay = this.#settled().then(() => evacuation.leave([...this.#seats.values()]));
    // What a store that is away does not take goes on from the checkpoint before.
    await atMost(grace, Promise.all([here, onTheirWay]));
    evacuation.end();
    this.#lease.stop();
    await atMost(FAREWELL, Promise.all([...this.#seats.values()].map((seat) => seat.lose())));
    await this.#door?.[Symbol.asyncDispose]();
    // Others notice that it is gone.
    await atMost(FAREWELL, this.#registry.forgetHost(this.id));
    for (const redis of [this.#hearing, this.#redis]) redis.disconnect();
  }

  /** Resolves when no machine comes any more. Nothing is settled before an operator has put lost records back: machines on their way stay where they are. */
  async #settled(): Promise<void> {
    const settled = Promise.all([this.#rounds.end(), this.#arrivals.ended()]);
    if (!this.#isLost) await settled;
  }

  /** Calls `stop()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/** The fleet that a host belongs to. */
interface FoundFleet {
  readonly redis: Redis;
  readonly epoch: KnownEpoch;
  /** Milliseconds. */
  readonly lease: number;
}

/** @throws FleetError if it has another lease than is asked for */
async function findFleet({ connect, store, log, lease: asked }: HostSettings): Promise<FoundFleet> {
  const redis = connect();
  try {
    const epoch = new KnownEpoch(redis, await awaitEpoch(redis, store, log));
    return { redis, epoch, lease: await agreedLease(redis, asked) };
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}

/** Resolves when something is done or has failed, or after so many milliseconds. */
async function atMost(milliseconds: number, done: Promise<unknown>): Promise<void> {
  await Promise.race([done.catch(() => {}), wait(milliseconds, undefined, { ref: false })]);
}

/** Input as it comes: its number, a colon, and its bytes. */
function inputOf(message: Buffer): Input {
  const end = message.indexOf(':');
  return { number: Number(message.subarray(0, end).toString()), bytes: new Uint8Array(message.subarray(end + 1)) };
}
