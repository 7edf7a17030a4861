import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import type { MachineLimits } from 'rawiron';
import { FleetError } from '../error.ts';
import { findImage, type Image, nameImage } from '../images.ts';
import { checkMachineLimits } from '../limits.ts';
import type { ObjectStore } from '../store.ts';
import { fullName, OPERATOR, ownName } from '../tenants/names.ts';
import { tenantStore } from '../tenants/store.ts';
import { MachineConsole } from './console.ts';
import { checkEpoch } from './epoch.ts';
import { bestHost, OVERHEAD } from './placement.ts';
import {
  type HostRecord,
  type LossPolicy,
  type MachineRecord,
  type MoveFigures,
  OPEN,
  type PortForward,
} from './record.ts';
import { type NewMachine, Registry } from './registry.ts';
import { StoredMachines } from './stored-machines.ts';
import { MachineView, type ViewListener } from './view.ts';

/** The settings of a machine that stays. */
export interface MachineStart {
  /** Name of an image of the store. */
  readonly image: string;
  /** Seconds between two checkpoints; 0: there are none but those that are asked for. Default: 60. */
  readonly every?: number;
  /** Seconds after which it is suspended when no console of it was open; it goes on when one is opened. Default: 0, never. */
  readonly idle?: number;
  /** Its fate when its host is lost. Default: "restart". */
  readonly policy?: LossPolicy;
  /** Limits of its use of a host. */
  readonly limits?: MachineLimits;
  /** Ports of the gateway that lead to TCP ports of the guest. Its image has a network card then. */
  readonly forwards?: readonly PortForward[];
}

/** Seconds after which a machine may be suspended as nobody uses it, at least. */
const LEAST_IDLE = 10;
/** Milliseconds between two looks at a machine that is waited for, and the longest wait. */
const [LOOK, PATIENCE] = [100, 60_000];
/** Milliseconds to wait for a gateway that has a machine's ports. */
const GATEWAY = 10_000;
/** Milliseconds to wait for the figures of a move that is over. */
const FIGURES = 3000;

/** The machines of a fleet that stay, for whoever owns them. */
export class FleetMachines implements AsyncDisposable {
  readonly #connect: () => Redis;
  readonly #redis: Redis;
  readonly #registry: Registry;
  readonly #store: ObjectStore;
  /** The store with what all tenants have, and the records of machines in it. */
  readonly #allStore: ObjectStore;
  readonly #stored: StoredMachines;
  readonly #tenant: string;

  /**
   * @param connect connects to Redis
   * @param tenant whose machines, and images, they are; left out: those of all, tenants before their names
   */
  constructor(connect: () => Redis, store: ObjectStore, tenant: string = OPERATOR) {
    this.#connect = connect;
    this.#redis = connect();
    this.#registry = new Registry(this.#redis);
    this.#store = tenantStore(store, tenant);
    this.#allStore = store;
    this.#stored = new StoredMachines(store);
    this.#tenant = tenant;
  }

  /**
   * Adds a machine that goes on from an image. A host with room for it takes it.
   * @throws FleetError if there is one of that name, or no such image, or a limit is none
   */
  async start(
    name: string,
    { image, every = 60, idle = 0, policy = 'restart', limits = {}, forwards = [] }: MachineStart,
  ): Promise<void> {
    checkSeconds('checkpoint', every, 0);
    if (idle !== 0) checkSeconds('idle', idle, LEAST_IDLE);
    checkMachineLimits(limits);
    const { manifest, memory, cards = [] } = await findImage(this.#store, image);
    if (forwards.length > 0 && cards.length === 0)
      throw new FleetError(
        `${image} has no network card that a port could lead to; add a snapshot of a machine with one (-nic user)`,
      );
    const network = { cards, forwards };
    if (forwards.length > 0 && this.#tenant !== OPERATOR)
      throw new FleetError('machines of tenants have no ports yet; start it without');
    await this.#add(name, { ...{ image, memory, limits, every, idle, policy, manifest, network }, ...fresh });
  }

  /** @throws FleetError if Redis does not have the records of the store's fleet */
  async check(): Promise<void> {
    await checkEpoch(this.#redis, this.#allStore);
  }

  /** Adds a machine; the store hears of it, too. @throws FleetError if there is one of that name, or Redis has lost its fleet */
  async #add(name: string, machine: NewMachine): Promise<void> {
    await this.check();
    await this.#stored.put(await this.#registry.add(this.#full(name), machine));
  }

  /** @throws FleetError if there is none */
  async find(name: string): Promise<MachineRecord> {
    return this.#own(await this.#registry.find(this.#full(name)));
  }

  async list(): Promise<readonly MachineRecord[]> {
    return (await this.#registry.list(this.#tenant)).map((record) => this.#own(record));
  }

  /** The name among those of all tenants; it may have none before it here. @throws FleetError */
  #full(name: string): string {
    if (this.#tenant !== OPERATOR && name.includes('/'))
      throw new FleetError(`'${name}' is no name of a machine; give letters, digits, . _ -, up to 63 of them`);
    return fullName(this.#tenant, name);
  }

  #own(record: MachineRecord): MachineRecord {
    return { ...record, name: ownName(this.#tenant, record.name) };
  }

  /** The hosts that have told of themselves; some may be lost. */
  hosts(): Promise<readonly HostRecord[]> {
    return this.#registry.hosts();
  }

  /** Puts a machine's state into the store, and takes it from its host. Resolves when that is done. */
  async suspend(name: string): Promise<void> {
    await this.#registry.want(this.#full(name), 'suspended');
    await this.#until(name, 'to be suspended', (record) => record?.owner === '');
  }

  /** Lets a machine go on, on any host, that was suspended, lost or turned off. */
  async resume(name: string): Promise<void> {
    await this.#registry.want(this.#full(name), 'running');
  }

  /** Resolves when a machine runs that is starting, or was suspended as nobody used it, which goes on; leaves all others as they are. */
  async wake(name: string): Promise<void> {
    // Its host does not suspend it from now on.
    await this.#registry.use(this.#full(name));
    const { wanted, state, isAsleep } = await this.find(name);
    if (isAsleep) await this.resume(name);
    const isStarting = wanted === 'running' && (state === 'waiting' || state === 'starting');
    if (isAsleep || isStarting) await this.running(name);
  }

  /**
   * Resolves when a gateway has the ports of a machine that runs.
   * @throws FleetError if it has not, and why
   */
  async forwarded(name: string): Promise<void> {
    for (const began = performance.now(); performance.now() - began < GATEWAY; await wait(LOOK)) {
      const { ports } = await this.find(name);
      if (ports === OPEN) return;
      if (ports !== '') throw new FleetError(`the ports of ${name} lead nowhere: ${ports}`);
    }
    throw new FleetError(`no gateway has the ports of ${name}; start one ('rawiron-fleet gateway')`);
  }

  /** Resolves when a host has the machine. */
  async running(name: string): Promise<MachineRecord> {
    await this.#until(name, 'for a host with room for it', (record) => record?.state === 'running');
    return await this.find(name);
  }

  /** Removes a machine, with all that it has. Resolves when its host has ended it. */
  async stop(name: string): Promise<void> {
    const record: MachineRecord = { ...(await this.#registry.find(this.#full(name))), wanted: 'gone' };
    // Nobody puts it back from the store from now on.
    await this.#stored.put(record);
    await this.#registry.want(this.#full(name), 'gone');
    await this.#until(name, 'to be ended', (found) => found?.born !== record.born);
    await this.#stored.remove(record);
  }

  /** Makes a checkpoint now. Resolves with the record that has it; the last one of a machine that does not run is as good. */
  async checkpoint(name: string): Promise<MachineRecord> {
    const number = await this.#registry.askForCheckpoint(this.#full(name));
    await this.#until(name, 'for its checkpoint', (record) => {
      const isOnNoHost = record?.owner === '' && record.state !== 'waiting';
      return isOnNoHost || (record?.answered ?? 0) >= number;
    });
    return await this.find(name);
  }

  /** Makes an image of a machine as it is now; it runs on. */
  async snapshot(name: string, image: string): Promise<Image> {
    const { manifest, memory, network } = await this.checkpoint(name);
    const made = { name: image, manifest, memory, cards: network.cards };
    await nameImage(this.#store, made);
    return made;
  }

  /**
   * Makes a second machine, which goes on from where the first one is now.
   * @throws FleetError if there is one of that name
   */
  async clone(name: string, other: string): Promise<void> {
    const { image, memory, limits, every, idle, policy, manifest, network } = await this.checkpoint(name);
    // A port of the gateway leads to one machine.
    const own = { cards: network.cards, forwards: [] };
    await this.#add(other, { ...{ image, memory, limits, every, idle, policy, manifest, network: own }, ...fresh });
  }

  /**
   * Moves a machine that runs to another host, and lets it run meanwhile. Resolves when it runs there.
   * @param host its ID, or its name; of several hosts of a name the best one that takes it
   * @returns how it has moved; undefined: nobody knows, as the host that it was on has ended since
   * @throws FleetError if it has not moved
   */
  async move(name: string, host: string): Promise<MoveFigures | undefined> {
    const named = [...(await this.#hostsOf(host))];
    const record = await this.find(name);
    for (;;) {
      const to = bestHost(record, named) ?? named[0]!;
      try {
        const { token } = await this.find(name);
        await this.#registry.move(this.#full(name), to.id);
        return await this.#moved(name, to.id, token);
      } catch (error) {
        // One that has begun again under its name may be there twice for some seconds.
        named.splice(named.indexOf(to), 1);
        if (named.length === 0) throw error;
      }
    }
  }

  /** Hosts of an ID or a name. @throws FleetError if there are none */
  async #hostsOf(word: string): Promise<readonly HostRecord[]> {
    const hosts = await this.hosts();
    const found = hosts.filter(({ id, name }) => id === word || name === word);
    if (found.length > 0) return found;
    const all = hosts.map(({ id, name }) => (name === '' ? id : `${name} (${id})`)).join(', ');
    throw new FleetError(`there is no host '${word}'; there are ${all || 'none that run'}`);
  }

  /** Waits until a machine is on another host than when it had this token, or will not be. */
  async #moved(name: string, host: string, token: number): Promise<MoveFigures | undefined> {
    let since: number | undefined;
    for (;;) {
      const { owner, target, problem, moved, token: now } = await this.find(name);
      if (moved?.token === token + 1 && owner === host) return moved;
      if (owner === host) since ??= performance.now();
      else if (now !== token || target === '')
        throw new FleetError(`${name} has not moved: ${problem || 'it has another host'}`);
      if (since !== undefined && performance.now() - since > FIGURES) return undefined;
      await wait(LOOK);
    }
  }

  /**
   * Moves all machines of a host to others, which takes no new ones from now on.
   * @param host its ID, or its name, which several hosts may have
   * @param told hears of each machine what has become of it
   * @returns the machines that are still there
   * @throws FleetError if there is no such host
   */
  async drain(host: string, told: (name: string, result: MoveFigures | Error | undefined) => void): Promise<string[]> {
    const ids = (await this.#hostsOf(host)).map(({ id }) => id);
    for (const id of ids) await this.#registry.drain(id, true);
    const left: string[] = [];
    for (const { name, owner } of (await this.list()).filter(({ owner }) => ids.includes(owner))) {
      const result = await this.#moveAway(name, owner).catch((error: Error) => error);
      if (result instanceof Error) left.push(name);
      told(name, result);
    }
    return left;
  }

  async #moveAway(name: string, host: string): Promise<MoveFigures | undefined> {
    await this.#until(name, 'until it runs', (record) => record?.state !== 'starting');
    const record = await this.find(name);
    if (record.owner !== host) return undefined;
    const hosts = [...(await this.hosts())];
    let failure = new FleetError(`no other host has ${megabytes(record.memory + OVERHEAD)} MB free`);
    // One that has told of itself may be lost by now.
    for (let to = bestHost(record, hosts); to !== undefined; to = bestHost(record, hosts)) {
      try {
        return await this.move(name, to.id);
      } catch (error) {
        failure = error as FleetError;
        hosts.splice(hosts.indexOf(to), 1);
      }
    }
    throw failure;
  }

  /** Names of hosts that are drained, and will be so when they begin again. */
  drainedNames(): Promise<readonly string[]> {
    return this.#registry.drainedNames();
  }

  /**
   * Lets a host take machines again.
   * @param host its ID or its name, also of one that is not there now
   * @throws FleetError if there is no such host
   */
  async undrain(host: string): Promise<void> {
    const ids = (await this.hosts()).filter(({ id, name }) => id === host || name === host).map(({ id }) => id);
    for (const id of ids.length > 0 ? ids : [host]) await this.#registry.drain(id, false);
  }

  /** Opens a machine's console. */
  console(name: string): MachineConsole {
    return new MachineConsole(this.#full(name), this.#connect);
  }

  /** Opens a connection with the VNC server of a machine's screen. @throws FleetError if it does not run */
  view(name: string, listener: ViewListener): Promise<MachineView> {
    return MachineView.open(this.#full(name), this.#connect, listener);
  }

  /** The picture of a machine's screen, as PNG. @throws FleetError if it does not run, or has no display */
  picture(name: string): Promise<Uint8Array> {
    return MachineView.picture(this.#full(name), this.#connect);
  }

  /** Waits until the record of a machine, which may be gone then, is as it should be. */
  async #until(name: string, what: string, isDone: (record: MachineRecord | undefined) => boolean): Promise<void> {
    let began = performance.now();
    for (;;) {
      const record = await this.#registry.look(this.#full(name));
      if (isDone(record)) return;
      // A host reads its state from the store, which may be large.
      if (record?.state === 'starting') began = performance.now();
      if (record === undefined) throw new FleetError(`${name} was removed meanwhile`);
      if (performance.now() - began > PATIENCE) {
        const why = record.problem && ` (${record.problem})`;
        throw new FleetError(`${name} still waits ${what}${why}; 'rawiron-fleet ps' shows machines and hosts`);
      }
      await wait(LOOK);
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#redis.disconnect();
  }
}

/** A machine that nobody has had yet. */
const fresh = { wanted: 'running', state: 'waiting', offset: 0 } as const satisfies Partial<NewMachine>;

function checkSeconds(name: string, value: number, least: number): void {
  if (!(Number.isInteger(value) && value >= least && value <= 86_400))
    throw new FleetError(`${name} is ${value}; it must be a whole number of seconds, ${least} to 86400`);
}

const megabytes = (bytes: number): number => Math.round(bytes / 2 ** 20);
