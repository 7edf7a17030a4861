import { randomBytes } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { FleetError } from '../error.ts';
import { RedisRefusal, runScript, type Word } from '../redis.ts';
import { OPERATOR, tenantOf } from '../tenants/names.ts';
import { tenantMachinesKey } from '../tenants/tenants.ts';
import { type KnownEpoch, LostEpochError } from './epoch.ts';
import { DEFAULT_LEASE } from './fleet-lease.ts';
import type { HeardBeat } from './lease.ts';
import {
  checkedName,
  DRAINED,
  FLEET,
  fieldsOf,
  HOSTS,
  type HostPlace,
  type HostRecord,
  hostKey,
  hostMachinesKey,
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
  type Wanted,
  WITH_PORTS,
} from './record.ts';
import { type ScreenKind, viewerChannel } from './screen-messages.ts';
import {
  ACCEPT,
  ADD,
  ASK,
  BEAT,
  BEGIN,
  CLAIM,
  DRAIN,
  FOLLOWERS,
  FORGET,
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
  SHOW,
  TELL_PORTS,
  TYPE,
  USE,
  WANT,
} from './scripts.ts';

/** Entries of a machine's output, and bytes of it, that are kept at most. */
const [MOST_OUTPUT, MOST_OUTPUT_BYTES] = [2000, 4 << 20];

/** A host's right to a machine. */
export interface Holding {
  readonly name: string;
  readonly host: string;
  readonly token: number;
}

/** A host that lives, and what it tells of itself. */
export interface LivingHost extends Partial<Pick<HostRecord, 'name' | 'processors' | 'share'> & HostPlace> {
  readonly id: string;
  /** Bytes of memory for machines. */
  readonly memory: number;
  /** Whether it takes more machines. */
  readonly isOpen: boolean;
  /** Milliseconds of silence after which others may take its machines. */
  readonly lease?: number;
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
  | 'born'
  | 'owner'
  | 'token'
  | 'saved'
  | 'asked'
  | 'answered'
  | 'problem'
  | 'used'
  | 'isAsleep'
  | 'target'
  | 'moves'
  | 'moved'
  | 'network'
  | 'ports'
> & { readonly network?: MachineNetwork };

/** The rest of the record of a machine that no host has had. */
const unused = {
  ...{ owner: '', token: 0, saved: 0, asked: 0, answered: 0, problem: '', used: 0, isAsleep: false },
  ...{ target: '', moves: 0, moved: undefined, ports: '' },
} as const;

/** Milliseconds before something is tried again that Redis takes later. */
const AGAIN = 1000;

/**
 * Hosts and machines in Redis. What a host does with a machine is refused unless it has it: the answer is false then. For a host that knows its epoch a
 * Redis without it is like one that does not answer: it is waited for.
 */
export class Registry {
  readonly #redis: Redis;
  readonly #epoch: KnownEpoch | undefined;

  /** @param epoch the host's; undefined: whoever asks has no machines */
  constructor(redis: Redis, epoch?: KnownEpoch) {
    this.#redis = redis;
    this.#epoch = epoch;
  }

  /**
   * @returns its record, which no host has yet
   * @throws FleetError if there is one of that name, or its tenant may have no more
   */
  async add(name: string, machine: NewMachine): Promise<MachineRecord> {
    const { network = noNetwork } = machine;
    const born = randomBytes(6).toString('hex');
    const record: MachineRecord = { ...unused, ...machine, name, born, network };
    const fields = fieldsOf(record);
    const words = [...Object.entries(fields).flat(), machine.memory, network.forwards.length, name];
    const answer = (await this.#run(ADD, 1, machineKey(checkedName(name)), ...words)) as number;
    if (answer !== 1) throw new FleetError(refusals[-answer]!(name, tenantOf(name)));
    await this.#tell(name);
    return record;
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

  /** All machines; those of a tenant, if one is named. */
  async list(tenant: string = OPERATOR): Promise<readonly MachineRecord[]> {
    const key = tenant === OPERATOR ? MACHINES : tenantMachinesKey(tenant);
    return await this.#records(await this.#redis.smembers(key));
  }

  /** Machines that have ports of the gateway. */
  async withPorts(): Promise<readonly MachineRecord[]> {
    return await this.#records(await this.#redis.smembers(WITH_PORTS));
  }

  /** The machines that a host has. */
  async machinesOf(host: string): Promise<readonly MachineRecord[]> {
    return await this.#records(await this.#redis.smembers(hostMachinesKey(host)));
  }

  async #records(names: readonly string[]): Promise<readonly MachineRecord[]> {
    const sorted = [...names].sort();
    const found = await this.#all(sorted.map(machineKey));
    return sorted.flatMap((name, n) => recordOf(name, found[n]!) ?? []);
  }

  async hosts(): Promise<readonly HostRecord[]> {
    const ids = await this.#redis.zrange(HOSTS, 0, '-1');
    const found = await this.#all(ids.map(hostKey));
    const counts = await Promise.all(ids.map((id) => this.#redis.scard(hostMachinesKey(id))));
    return ids.map((id, n) => hostOf(id, found[n]!, counts[n]!));
  }

  /** Where a host is reached; undefined: there is no such host. */
  async place(id: string): Promise<HostPlace | undefined> {
    const { address, port, pass } = await this.#redis.hgetall(hostKey(id));
    if (address === undefined || pass === undefined) return undefined;
    return { address, port: Number(port), pass };
  }

  /** The hosts that follow one in the order of all, as in a ring, with their beats. */
  async followers(id: string, count: number): Promise<readonly HeardBeat[]> {
    const words = (await this.#run(FOLLOWERS, 0, id, count)) as string[];
    return Array.from({ length: words.length / 3 }, (_, n) => {
      const [id, beat, lease] = words.slice(3 * n, 3 * n + 3);
      return { id: id!, beat: Number(beat), lease: Number(lease || DEFAULT_LEASE) };
    });
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
    if ((await this.#run(WANT, 2, ...keys, wanted, name)) === 0) throw noMachine(name);
    await this.#tell(name);
  }

  /**
   * Asks for a checkpoint of a machine that runs.
   * @returns its number
   * @throws FleetError if there is no such machine
   */
  async askForCheckpoint(name: string): Promise<number> {
    const number = (await this.#run(ASK, 1, machineKey(checkedName(name)), name)) as number;
    if (number === 0) throw noMachine(name);
    return number;
  }

  /** Tells gateways that a machine has changed; hosts are told by the scripts. */
  async #tell(name: string): Promise<void> {
    await this.#redis.publish(NEWS, name);
  }

  /**
   * A host tells that it lives, how much memory it has for machines, and whether it takes more of them.
   * @returns the lease of the fleet, in milliseconds; undefined: it has none
   * @throws LostEpochError if Redis does not have its fleet
   */
  async beat(host: LivingHost): Promise<number | undefined> {
    const answer = (await this.#beat(host)) ?? ((await this.#epoch?.isKept()) ? await this.#beat(host) : undefined);
    if (answer === undefined) throw new LostEpochError();
    this.#epoch?.note(Number(answer.at));
    return answer.lease === '' ? undefined : Number(answer.lease);
  }

  async #beat({ id, memory, isOpen, ...rest }: LivingHost): Promise<{ at: string; lease: string } | undefined> {
    const known = [this.#epoch?.id ?? '', this.#epoch?.least ?? 0];
    const words = [id, memory, isOpen ? 1 : 0, ...known, ...Object.entries(rest).flat()];
    const answer = await runScript(this.#redis, BEAT, 2, hostKey(id), FLEET, ...words);
    if (answer === null) return undefined;
    const [, at, lease] = answer as [number, string, string];
    return { at, lease };
  }

  /**
   * Forgets a host that has no machines.
   * @param beat the one that it had when it was heard of last; left out: it says so itself
   */
  async forgetHost(id: string, beat?: number): Promise<boolean> {
    return (await this.#run(FORGET, 1, hostKey(id), id, beat ?? '')) === 1;
  }

  /**
   * Takes a machine that waits, for the host that has the most memory left; if that is another one, it is told.
   * @param skipped machines that it does not take
   * @returns undefined: there is none for it
   */
  async claim(host: string, skipped: readonly string[] = []): Promise<Holding | undefined> {
    const taken = (await this.#run(CLAIM, 0, host, ...skipped)) as [name: string, token: number] | null;
    return taken === null ? undefined : { name: taken[0], host, token: taken[1] };
  }

  /** Frees a machine of a host that is lost, which had this beat when it was heard of last. */
  async free(name: string, { id, beat }: Pick<HostRecord, 'id' | 'beat'>): Promise<boolean> {
    const keys = [machineKey(name), outputKey(name), hostKey(id)];
    return (await this.#run(FREE, 3, ...keys, id, beat, name)) === 1;
  }

  /**
   * A host is to take no machines, or to take them again. One that begins again under its name does as it did.
   * @param id of the host; or the name of one that is not there now and was drained
   * @throws FleetError if there is no such host
   */
  async drain(id: string, isDrained: boolean): Promise<void> {
    if ((await this.#run(DRAIN, 1, hostKey(id), Number(isDrained), id)) === 0)
      throw new FleetError(`there is no host '${id}'; 'rawiron-fleet ps' shows which there are`);
  }

  /** Names of hosts that are drained, and will be so when they begin again. */
  async drainedNames(): Promise<readonly string[]> {
    return (await this.#redis.smembers(DRAINED)).sort();
  }

  /**
   * A machine is to move to another host.
   * @throws FleetError if it cannot
   */
  async move(name: string, host: string): Promise<void> {
    const problem = (await this.#run(MOVE, 1, machineKey(checkedName(name)), host, name)) as string;
    if (problem === 'gone') throw noMachine(name);
    if (problem === 'there') throw new FleetError(`${name} is on ${host} already`);
    if (problem === 'moving') throw new FleetError(`${name} moves to another host already; wait for its end`);
    if (problem === 'closed') throw new FleetError(`${host} takes no machines: it is drained, ends, or is gone`);
    if (problem === 'full') throw new FleetError(`${host} has no room for ${name}`);
    if (problem !== '') throw new FleetError(`${name} is ${problem}; only a machine that runs can move`);
    await this.#tell(name);
  }

  /** A machine does not move to a host, which may not go on with it from now on. */
  async recall(holding: Holding, target: string, problem: string): Promise<boolean> {
    return await this.#owned(RECALL, holding, target, holding.name, problem);
  }

  /**
   * A host goes on with a machine that has come from another one, which held it.
   * @returns the token; undefined: it is not to go on there
   */
  async accept({ name, host, token }: Holding, here: string): Promise<number | undefined> {
    const keys = [machineKey(name), outputKey(name)];
    const taken = (await this.#sure(ACCEPT, 2, ...keys, host, token, here, name)) as number;
    if (taken === 0) return undefined;
    // Gateways have another host to connect to.
    void this.#tell(name).catch(() => {});
    return taken;
  }

  /** Keeps how a machine has moved. */
  async tellMove(name: string, figures: MoveFigures): Promise<void> {
    await this.#run(MOVED, 1, machineKey(name), figures.token, JSON.stringify(figures));
  }

  /**
   * Sends input to a machine.
   * @returns whether a host has heard it
   */
  async type(name: string, bytes: Uint8Array): Promise<boolean> {
    const keys = [machineKey(name), inputChannel(name)];
    return (await this.#run(TYPE, 2, ...keys, Buffer.from(bytes))) !== 0;
  }

  /**
   * A gateway keeps a machine's network for some time.
   * @returns whether it may
   */
  async keepNetwork(name: string, gateway: string, milliseconds: number): Promise<boolean> {
    return (await this.#run(KEEP_NETWORK, 1, networkKey(name), gateway, milliseconds)) === 1;
  }

  async leaveNetwork(name: string, gateway: string): Promise<void> {
    await this.#run(LEAVE_NETWORK, 1, networkKey(name), gateway);
  }

  /** A gateway tells of a machine's ports: "open", or why it has not got them. */
  async tellPorts(name: string, ports: string): Promise<void> {
    await this.#run(TELL_PORTS, 1, machineKey(name), ports);
  }

  /** Somebody uses a machine's console. */
  async use(name: string): Promise<void> {
    await this.#run(USE, 1, machineKey(name));
  }

  /**
   * A machine is to be suspended as nobody has used it.
   * @param used how much it was used, as its host knows
   * @returns false: somebody has used it since, or the host has it no more
   */
  async rest(holding: Holding, used: number): Promise<boolean> {
    return await this.#owned(REST, holding, used);
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
    return await this.#owned(SAY, holding, at, Buffer.from(bytes), MOST_OUTPUT, MOST_OUTPUT_BYTES);
  }

  /** A message for somebody who looks at a machine's screen. */
  async show(holding: Holding, id: string, kind: ScreenKind, bytes: Uint8Array): Promise<boolean> {
    return await this.#owned(SHOW, holding, viewerChannel(id), Buffer.concat([Buffer.of(kind), bytes]));
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

  #run(script: string, keys: number, ...words: readonly Word[]): Promise<unknown> {
    return runScript(this.#redis, script, keys, ...words);
  }

  /** Runs a script that answers 0 if a host does not have a machine: the truth only in a Redis that has lost nothing. */
  async #sure(script: string, keys: number, ...words: readonly Word[]): Promise<unknown> {
    for (;;) {
      try {
        const answer = await this.#run(script, keys, ...words);
        if (answer !== 0 || this.#epoch === undefined || (await this.#epoch.isKept())) return answer;
        await this.#epoch.settled();
      } catch (error) {
        if (this.#epoch === undefined || !(error instanceof RedisRefusal)) throw error;
        await wait(AGAIN);
      }
    }
  }

  async #owned(script: string, { name, host, token }: Holding, ...words: Word[]) {
    const keys = [machineKey(name), outputKey(name)];
    return (await this.#sure(script, 2, ...keys, host, token, ...words)) === 1;
  }
}

/** Reasons for which there is no new machine, as `ADD` numbers them. */
const refusals: readonly ((name: string, tenant: string) => string)[] = [
  (name) => `there is a machine '${name}' already; 'rawiron-fleet stop ${name}' removes it`,
  (_, tenant) => `there is no tenant '${tenant}'; 'rawiron-fleet tenant set ${tenant}' makes it`,
  (_, tenant) => `${tenant} has as many machines as it may have; remove one, or ask for a larger quota`,
  (_, tenant) => `the machines of ${tenant} may not have so much memory; remove one, or ask for a larger quota`,
];

const noMachine = (name: string) =>
  new FleetError(`there is no machine '${name}'; 'rawiron-fleet ps' shows which there are`);

function hostOf(id: string, fields: Readonly<Record<string, string>>, machines: number): HostRecord {
  const number = (name: string) => Number(fields[name] ?? 0);
  const isDrained = fields.drained === '1';
  const free = fields.open === '1' && !isDrained ? number('memory') - number('taken') : 0;
  return {
    ...{ id, name: fields.name ?? '', beat: number('beat'), memory: number('memory'), free },
    ...{ machines, processors: number('processors'), share: number('share'), isDrained },
    lease: number('lease') || DEFAULT_LEASE,
  };
}
