import { randomBytes } from 'node:crypto';
import { availableParallelism, hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { MachineOptions } from 'rawiron';
import { confinementHere } from '../confined/apart.ts';
import { openByTenant } from '../confined/confined-machine.ts';
import { removeLeftFolders } from '../confined/folders.ts';
import { FleetError } from '../error.ts';
import { SnapshotStore } from '../pieces.ts';
import type { ObjectStore } from '../store.ts';
import { Arrivals } from './arrivals.ts';
import { type Cards, cardsOf } from './cards.ts';
import { HostDoor, type Visitor } from './door.ts';
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
  /** Milliseconds after which others may take its machines when nothing is heard of it. Default: 10,000. All hosts of a fleet have the same. */
  readonly lease?: number;
  /** Makes the machine of a record go on from its checkpoint. Default: those of tenants in processes of their own, others in this one. */
  readonly open?: OpenMachine;
  /** Default: that of this system. */
  readonly systemMemory?: SystemMemory;
  /** Options of its machines; limits of theirs come before its own. Default: none. */
  readonly options?: Pick<MachineOptions, 'memoryMerge' | 'limits'>;
  /** Milliseconds that last checkpoints may take when it ends. Default: 50,000. */
  readonly grace?: number;
  /** Whether it moves machines to others when it is full. Default: false. */
  readonly rebalance?: boolean;
  /** Where other hosts and gateways reach it. Default: 127.0.0.1, at a port that is free, for hosts of one computer. */
  readonly listen?: { readonly address: string; readonly port: number };
  /** Hears what goes wrong. */
  log(message: string): void;
}

/** Milliseconds that last checkpoints may take when a host ends, and for what comes after them: a minute together. */
const [GRACE, FAREWELL] = [50_000, 4000];
/** Milliseconds of a lease where nobody says how long it is. */
const LEASE = 10_000;
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

  private constructor(settings: HostSettings) {
    const { name = hostname(), lease = LEASE, rebalance, log, systemMemory: memory = systemMemory } = settings;
    this.#name = name;
    this.id = `${name}-${process.pid}-${randomBytes(3).toString('hex')}`;
    this.#settings = settings;
    this.#redis = settings.connect();
    this.#hearing = settings.connect();
    this.#registry = new Registry(this.#redis);
    this.#snapshots = new SnapshotStore(settings.store);
    const rebalancer = rebalance ? new Rebalancer(this.id) : undefined;
    this.#neighbours = new Neighbours({ ...{ id: this.id, registry: this.#registry }, lease, rebalancer, log });
    this.#arrivals = this.#makeArrivals();
    this.#lease = new Lease(lease, {
      beat: () => this.#registry.beat(this.#living),
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
   * Begins to run machines.
   * @throws FleetError if it cannot be reached by others
   */
  static async start(settings: HostSettings): Promise<FleetHost> {
    await removeLeftFolders();
    const host = new FleetHost(settings);
    await host.#open(settings.listen);
    await host.#lease.renew();
    void host.#lease.run();
    host.#hearing.on('messageBuffer', (channel: Buffer, bytes: Buffer) => host.#hear(channel.toString(), bytes));
    await host.#hearing.subscribe(newsChannel(host.id));
    host.#rounds.begin(Math.min(LOOK, (settings.lease ?? LEASE) / 10));
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
    this.#endLost(seats, records);
    for (const record of records) await this.#attend(record);
    await this.#neighbours.rebalance(records);
  }

  /** Ends those of some machines that are not this host's any more. */
  #endLost(seats: readonly (readonly [name: string, seat: Seat])[], records: readonly MachineRecord[]): void {
    for (const [name, seat] of seats) {
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

  /** Makes last checkpoints, and gives all machines back: other hosts take them. No more machines come from now on. Takes a minute at most. */
  async stop(): Promise<void> {
    this.#isEnding = true;
    this.#pressure.end();
    void this.#lease.renew();
    const here = this.#endAll();
    const onTheirWay = Promise.all([this.#rounds.end(), this.#arrivals.ended()]).then(() => this.#endAll());
    // What a store that is away does not take goes on from the checkpoint before.
    await atMost(this.#settings.grace ?? GRACE, Promise.all([here, onTheirWay]));
    this.#lease.stop();
    await atMost(FAREWELL, Promise.all([...this.#seats.values()].map((seat) => seat.lose())));
    await this.#door?.[Symbol.asyncDispose]();
    // Others notice that it is gone.
    await atMost(FAREWELL, this.#registry.forgetHost(this.id));
    for (const redis of [this.#hearing, this.#redis]) redis.disconnect();
  }

  async #endAll(): Promise<void> {
    await Promise.all([...this.#seats.values()].map((seat) => seat.end('suspended')));
  }

  /** Calls `stop()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
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
