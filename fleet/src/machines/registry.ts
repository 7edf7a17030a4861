import type { Redis } from 'ioredis';
import { FleetError } from '../error.ts';
import {
  checkedName,
  HOSTS,
  type HostPlace,
  type HostRecord,
  hostKey,
  inputChannel,
  MACHINES,
  type MachineNetwork,
  type MachineRecord,
  type MachineState,
  type MoveFigures,
  machineKey,
  NEWS,
  networkKey,
  noNetwork,
  outputKey,
  recordOf,
  UNUSED,
  type Wanted,
} from './record.ts';
import {
  ACCEPT,
  ADD,
  ASK,
  BEAT,
  BEGIN,
  DRAIN,
  FREE,
  HOLDS,
  KEEP_NETWORK,
  LEAVE,
  LEAVE_NETWORK,
  MOVE,
  MOVED,
  PUBLISH,
  RECALL,
  REST,
  SAY,
  TAKE,
  TYPE,
  USE,
  WANT,
} from './scripts.ts';

/** Entries of a machine's output that are kept, at least. */
const MOST_OUTPUT = 2000;

/** A host's right to a machine. */
export interface Holding {
  readonly name: string;
  readonly host: string;
  readonly token: number;
}

/** A checkpoint of a machine, to be known from now on. */
export interface Checkpoint {
  readonly manifest: string;
  /** Bytes that the machine had sent on COM1. */
  readonly offset: number;
  /** The last request that it answers. */
  readonly answered: number;
}

/** Fields of a new machine. */
export type NewMachine = Omit<
  MachineRecord,
  | 'name'
  | 'owner'
  | 'token'
  | 'taken'
  | 'asked'
  | 'answered'
  | 'problem'
  | 'used'
  | 'target'
  | 'moves'
  | 'moved'
  | 'network'
> & { readonly network?: MachineNetwork };

/** What a host tells of itself. */
export type HostNews = Pick<HostRecord, 'id' | 'memory' | 'free' | 'machines'> &
  Partial<Pick<HostRecord, 'processors' | 'share'> & HostPlace>;

/** Hosts and machines in Redis. What a host does with a machine is refused unless it has it: the answer is false then. */
export class Registry {
  readonly #redis: Redis;

  constructor(redis: Redis) {
    this.#redis = redis;
  }

  /** @throws FleetError if there is one of that name */
  async add(name: string, machine: NewMachine): Promise<void> {
    const fields = {
      ...machine,
      limits: JSON.stringify(machine.limits),
      network: JSON.stringify(machine.network ?? noNetwork),
      owner: '',
      token: 0,
    };
    const words = Object.entries(fields).flat();
    if ((await this.#redis.eval(ADD, 1, machineKey(checkedName(name)), ...words, name)) === 0)
      throw new FleetError(`there is a machine '${name}' already; 'rawiron-fleet stop ${name}' removes it`);
    await this.#tell(name);
  }

  /** @throws FleetError if there is none */
  async find(name: string): Promise<MachineRecord> {
    const record = await this.look(name);
    if (record === undefined) throw noMachine(name);
    return record;
  }

  /** Undefined: there is none. */
  async look(name: string): Promise<MachineRecord | undefined> {
    return recordOf(name, await this.#redis.hgetall(machineKey(checkedName(name))));
  }

  async list(): Promise<readonly MachineRecord[]> {
    const names = (await this.#redis.smembers(MACHINES)).sort();
    const found = await this.#all(names.map(machineKey));
    return names.flatMap((name, n) => recordOf(name, found[n]!) ?? []);
  }

  async hosts(): Promise<readonly HostRecord[]> {
    const ids = (await this.#redis.smembers(HOSTS)).sort();
    const found = await this.#all(ids.map(hostKey));
    return ids.map((id, n) => hostOf(id, found[n]!));
  }

  /** Where a host is reached; undefined: there is no such host. */
  async place(id: string): Promise<HostPlace | undefined> {
    const { address, port, pass } = await this.#redis.hgetall(hostKey(id));
    if (address === undefined || pass === undefined) return undefined;
    return { address, port: Number(port), pass };
  }

  async #all(keys: readonly string[]): Promise<Record<string, string>[]> {
    const asked = this.#redis.pipeline();
    for (const key of keys) asked.hgetall(key);
    return ((await asked.exec()) ?? []).map(([error, fields]) => {
      if (error) throw error;
      return fields as Record<string, string>;
    });
  }

  /** @throws FleetError if there is no such machine */
  async want(name: string, wanted: Wanted): Promise<void> {
    const keys = [machineKey(checkedName(name)), outputKey(name)];
    if ((await this.#redis.eval(WANT, 2, ...keys, wanted, name)) === 0) throw noMachine(name);
    await this.#tell(name);
  }

  /**
   * Asks for a checkpoint of a machine that runs.
   * @returns its number
   * @throws FleetError if there is no such machine
   */
  async askForCheckpoint(name: string): Promise<number> {
    const number = (await this.#redis.eval(ASK, 1, machineKey(checkedName(name)))) as number;
    if (number === 0) throw noMachine(name);
    await this.#tell(name);
    return number;
  }

  async #tell(name: string): Promise<void> {
    await this.#redis.publish(NEWS, name);
  }

  /** A host tells that it lives. */
  async beat({ id, ...news }: HostNews): Promise<void> {
    const fields = Object.entries(news).flat();
    await this.#redis.eval(BEAT, 1, hostKey(id), ...fields);
  }

  /** Forgets a host that has no machines. */
  async forgetHost(id: string): Promise<void> {
    await this.#redis.multi().srem(HOSTS, id).del(hostKey(id)).exec();
  }

  /**
   * Takes a machine that waits for a host.
   * @returns the token; undefined: another host was quicker
   */
  async take(name: string, host: string): Promise<number | undefined> {
    const token = (await this.#redis.eval(TAKE, 1, machineKey(name), host)) as number;
    return token === 0 ? undefined : token;
  }

  /** Frees a machine of a host that is lost, which had this beat when it was heard of last. */
  async free(name: string, { id, beat }: Pick<HostRecord, 'id' | 'beat'>): Promise<boolean> {
    const keys = [machineKey(name), outputKey(name), hostKey(id)];
    return (await this.#redis.eval(FREE, 3, ...keys, id, beat, name)) === 1;
  }

  /**
   * A host is to take no machines, or to take them again.
   * @throws FleetError if there is no such host
   */
  async drain(id: string, isDrained: boolean): Promise<void> {
    if ((await this.#redis.eval(DRAIN, 1, hostKey(id), Number(isDrained))) === 0)
      throw new FleetError(`there is no host '${id}'; 'rawiron-fleet ps' shows which there are`);
  }

  /**
   * A machine is to move to another host.
   * @throws FleetError if it cannot
   */
  async move(name: string, host: string): Promise<void> {
    const problem = (await this.#redis.eval(MOVE, 1, machineKey(checkedName(name)), host)) as string;
    if (problem === 'gone') throw noMachine(name);
    if (problem === 'there') throw new FleetError(`${name} is on ${host} already`);
    if (problem === 'moving') throw new FleetError(`${name} moves to another host already; wait for its end`);
    if (problem !== '') throw new FleetError(`${name} is ${problem}; only a machine that runs can move`);
    await this.#tell(name);
  }

  /** A machine does not move, and nobody but its host may go on with it from now on. */
  async recall(holding: Holding, problem: string): Promise<boolean> {
    return await this.#owned(RECALL, holding, problem);
  }

  /**
   * A host goes on with a machine that has come from another one, which held it.
   * @returns the token; undefined: it is not to go on there
   */
  async accept({ name, host, token }: Holding, here: string): Promise<number | undefined> {
    const keys = [machineKey(name), outputKey(name)];
    const taken = (await this.#redis.eval(ACCEPT, 2, ...keys, host, token, here)) as number;
    if (taken === 0) return undefined;
    // Gateways have another host to connect to.
    void this.#tell(name).catch(() => {});
    return taken;
  }

  /** Keeps how a machine has moved. */
  async tellMove(name: string, figures: MoveFigures): Promise<void> {
    await this.#redis.eval(MOVED, 1, machineKey(name), figures.token, JSON.stringify(figures));
  }

  /**
   * Sends input to a machine.
   * @returns whether a host has heard it
   */
  async type(name: string, bytes: Uint8Array): Promise<boolean> {
    const keys = [machineKey(name), inputChannel(name)];
    return (await this.#redis.eval(TYPE, 2, ...keys, Buffer.from(bytes))) !== 0;
  }

  /**
   * A gateway keeps a machine's network for some time.
   * @returns whether it may
   */
  async keepNetwork(name: string, gateway: string, milliseconds: number): Promise<boolean> {
    return (await this.#redis.eval(KEEP_NETWORK, 1, networkKey(name), gateway, milliseconds)) === 1;
  }

  async leaveNetwork(name: string, gateway: string): Promise<void> {
    await this.#redis.eval(LEAVE_NETWORK, 1, networkKey(name), gateway);
  }

  /** Somebody uses a machine's console. */
  async use(name: string): Promise<void> {
    await this.#redis.eval(USE, 1, machineKey(name));
  }

  /** A machine is to be suspended as nobody has used it. */
  async rest(holding: Holding): Promise<boolean> {
    return await this.#owned(REST, holding, UNUSED);
  }

  /** A machine that was taken runs. */
  async begin(holding: Holding): Promise<boolean> {
    return await this.#owned(BEGIN, holding);
  }

  /** Whether a host still has a machine. */
  async holds(holding: Holding): Promise<boolean> {
    return await this.#owned(HOLDS, holding);
  }

  /** Output of a machine, after so many bytes that it had sent before. */
  async say(holding: Holding, at: number, bytes: Uint8Array): Promise<boolean> {
    return await this.#owned(SAY, holding, at, Buffer.from(bytes), MOST_OUTPUT);
  }

  /** Makes a checkpoint the machine's last one. In a state other than "running" the machine is given back. */
  async publish(
    holding: Holding,
    { manifest, offset, answered }: Checkpoint,
    state: Extract<MachineState, 'running' | 'suspended' | 'ended'>,
  ): Promise<boolean> {
    return await this.#owned(PUBLISH, holding, manifest, offset, answered, state, holding.name);
  }

  /** Gives a machine back as it was at its last checkpoint. */
  async leave(holding: Holding, state: Extract<MachineState, 'waiting' | 'ended'>, problem: string): Promise<boolean> {
    return await this.#owned(LEAVE, holding, state, problem, holding.name);
  }

  async #owned(script: string, { name, host, token }: Holding, ...words: (string | number | Buffer)[]) {
    const keys = [machineKey(name), outputKey(name)];
    return (await this.#redis.eval(script, 2, ...keys, host, token, ...words)) === 1;
  }
}

const noMachine = (name: string) =>
  new FleetError(`there is no machine '${name}'; 'rawiron-fleet ps' shows which there are`);

function hostOf(id: string, fields: Readonly<Record<string, string>>): HostRecord {
  const number = (name: string) => Number(fields[name] ?? 0);
  const isDrained = fields.drained === '1';
  return {
    ...{ id, beat: number('beat'), memory: number('memory'), free: isDrained ? 0 : number('free') },
    ...{ machines: number('machines'), processors: number('processors'), share: number('share'), isDrained },
  };
}
