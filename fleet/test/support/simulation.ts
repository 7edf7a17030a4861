import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { nameImage } from '../../src/images.ts';
import { FleetHost } from '../../src/machines/host.ts';
import { FleetMachines } from '../../src/machines/machines.ts';
import { hostMachinesKey, WAITING } from '../../src/machines/record.ts';
import type { OpenMachine, SeatMachine } from '../../src/machines/seat.ts';
import type { ObjectStore } from '../../src/store.ts';
import type { TestFleet } from './fleet.ts';
import { memoryStore } from './stores.ts';

/** The size of a simulated fleet. */
export interface SimulationSettings {
  readonly hosts: number;
  readonly machines: number;
  /** Milliseconds of a host's lease. */
  readonly lease: number;
  /** Milliseconds for which nothing happens, to see what Redis does then. */
  readonly rest: number;
}

/** The load of Redis over a time. */
export interface RedisLoad {
  readonly seconds: number;
  /** Commands a second, those in scripts among them. */
  readonly commands: number;
  /** Seconds of a processor's time for each second. */
  readonly processor: number;
}

/** Results of a simulation. */
export interface SimulationFigures {
  readonly placements: RedisLoad & { readonly perSecond: number; readonly most: number; readonly least: number };
  readonly rest: RedisLoad;
  /** Seconds from the loss of a tenth of the hosts until all machines have a seat on another one, and how many those are. */
  readonly failover: RedisLoad & { readonly lost: number };
  readonly memory: number;
  readonly keys: number;
  /** Machines that do not run on exactly one host in the end, and those that ran on two at any time. */
  readonly faults: readonly string[];
}

/** Bytes of a machine's memory, and of a host's for each machine that it would have if all had as many, with room for a third more. */
const [MACHINE, SHARE] = [64 << 20, 150 << 20];
/** Machines that are started at the same time. */
const LANES = 64;

/** Machines that only pretend to run: who runs, and where. */
class Pretence {
  readonly faults: string[] = [];
  readonly #running = new Map<string, object>();

  /** Opens machines of a host. */
  readonly open: OpenMachine = async ({ name }) => {
    const self = {};
    const halt = async () => {
      if (this.#running.get(name) === self) this.#running.delete(name);
    };
    const machine: SeatMachine = {
      serial: { write: async () => {}, on: () => {} },
      exited: new Promise(() => {}),
      isOff: false,
      on: () => {},
      start: async () => {
        const other = this.#running.get(name);
        if (other !== undefined && other !== self) this.faults.push(`${name} ran twice`);
        this.#running.set(name, self);
      },
      ...{ pause: halt, stop: halt, reset: async () => {} },
      snapshot: async () => new TextEncoder().encode(name),
    };
    const view = () => Promise.reject(new Error('it has no display'));
    return { machine, screen: { view, picture: view } };
  };

  get running(): ReadonlySet<string> {
    return new Set(this.#running.keys());
  }
}

/** A host, and how it is cut off from Redis. */
interface SimulatedHost {
  readonly host: FleetHost;
  cut(): void;
}

async function startHost(
  fleet: TestFleet,
  store: ObjectStore,
  open: OpenMachine,
  { hosts, machines, lease }: SimulationSettings,
): Promise<SimulatedHost> {
  const connections: Redis[] = [];
  const connect = () => {
    const redis = fleet.connect();
    connections.push(redis);
    return redis;
  };
  const memory = Math.ceil(machines / hosts) * SHARE;
  const host = await FleetHost.start({ connect, store, memory, lease, open, log: () => {} });
  return { host, cut: () => connections.forEach((redis) => void redis.disconnect()) };
}

/** Runs a fleet whose Redis, registry and hosts are real, and whose machines are not; a tenth of the hosts is lost then. */
export async function simulate(fleet: TestFleet, settings: SimulationSettings): Promise<SimulationFigures> {
  const { hosts: hostCount, machines: count, rest } = settings;
  const store = memoryStore();
  await nameImage(store, { name: 'pretended', manifest: 'none', memory: MACHINE });
  const pretence = new Pretence();
  const hosts: SimulatedHost[] = [];
  for (let n = 0; n < hostCount; n++) hosts.push(await startHost(fleet, store, pretence.open, settings));
  await using machines = new FleetMachines(fleet.connect, store);
  const redis = fleet.connect();
  try {
    const placements = await loadOf(redis, async () => {
      const names = Array.from({ length: count }, (_, n) => `machine-${n}`).values();
      const lane = async () => {
        for (const name of names) await machines.start(name, { image: 'pretended', every: 0 });
      };
      await Promise.all(Array.from({ length: LANES }, lane));
      await until(async () => pretence.running.size === count);
    });
    const seats = (await machines.hosts()).map((host) => host.machines);
    const quiet = await loadOf(redis, () => wait(rest));
    const memory = await infoOf(redis, 'used_memory');
    const keys = await redis.dbsize();
    const { lost, ...failover } = await loseTenth(redis, hosts, pretence, count);
    return {
      placements: {
        ...placements,
        perSecond: count / placements.seconds,
        ...{ most: Math.max(...seats), least: Math.min(...seats) },
      },
      ...{ rest: quiet, failover: { ...failover, lost }, memory, keys },
      faults: [...pretence.faults, ...(await faultsOf(machines, hosts, pretence, count))],
    };
  } finally {
    redis.disconnect();
    for (const { cut } of hosts) cut();
    // What they have for their machines' last checkpoints is over with Redis.
    for (const { host } of hosts) void host.stop();
  }
}

/** Cuts a tenth of the hosts off, and waits until others have all that they had. They are taken from the list. */
async function loseTenth(redis: Redis, hosts: SimulatedHost[], pretence: Pretence, count: number) {
  const lost = hosts.splice(0, Math.ceil(hosts.length / 10));
  const keys = lost.map(({ host }) => hostMachinesKey(host.id));
  const load = await loadOf(redis, async () => {
    for (const { cut } of lost) cut();
    await until(async () => {
      if ((await redis.exists(...keys)) > 0 || (await redis.zcard(WAITING)) > 0) return false;
      return pretence.running.size === count;
    });
  });
  return { ...load, lost: lost.length };
}

/** Machines whose record names no host that is there, or that do not run. */
async function faultsOf(machines: FleetMachines, hosts: SimulatedHost[], { running }: Pretence, count: number) {
  const ids = new Set(hosts.map(({ host }) => host.id));
  const records = await machines.list();
  const faults = records.filter(
    ({ name, owner, state }) => state !== 'running' || !ids.has(owner) || !running.has(name),
  );
  const told = faults.map(({ name, owner, state }) => `${name} is ${state} on '${owner}'`);
  return records.length === count ? told : [...told, `there are ${records.length} machines, not ${count}`];
}

async function until(isDone: () => Promise<boolean>): Promise<void> {
  while (!(await isDone())) await wait(20);
}

/** The load of Redis while something is done. */
async function loadOf(redis: Redis, act: () => Promise<unknown>): Promise<RedisLoad> {
  const look = async () => ({
    at: performance.now(),
    commands: await infoOf(redis, 'total_commands_processed'),
    processor: (await infoOf(redis, 'used_cpu_user')) + (await infoOf(redis, 'used_cpu_sys')),
  });
  const before = await look();
  await act();
  const after = await look();
  const seconds = (after.at - before.at) / 1000;
  return {
    seconds,
    commands: (after.commands - before.commands) / seconds,
    processor: (after.processor - before.processor) / seconds,
  };
}

async function infoOf(redis: Redis, field: string): Promise<number> {
  const [, value] = (await redis.info()).match(new RegExp(`^${field}:([\\d.]+)`, 'm')) ?? [];
  return Number(value);
}
