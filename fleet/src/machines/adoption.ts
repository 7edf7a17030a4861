import type { Redis } from 'ioredis';
import { FleetError } from '../error.ts';
import { runScript } from '../redis.ts';
import type { ObjectStore } from '../store.ts';
import { epochInRedis, epochInStore, freshEpochId, hasFleetOf, putEpoch } from './epoch.ts';
import { type HeldByHost, readHeld } from './held.ts';
import { FLEET, fieldsOf, type MachineRecord, machineKey, outputKey } from './record.ts';
import { RESTORE } from './scripts.ts';
import type { HeldMachine } from './seat.ts';
import { StoredMachines } from './stored-machines.ts';

/** A machine whose record is put back. */
export interface AdoptedMachine {
  readonly record: MachineRecord;
  /** What its host has of it. Missing: no host has told that it has it, and it goes on from its checkpoint. */
  readonly held?: HeldMachine;
  /** The host that had it by the store, and does not say so; empty: none, or the one that has it. */
  readonly absent: string;
}

/** Records for a Redis that has lost a fleet's, from what hosts have, and from the store. */
export class Adoption {
  readonly machines: readonly AdoptedMachine[];
  /** Hosts that wait for an operator. */
  readonly hosts: readonly string[];
  readonly #redis: Redis;
  readonly #store: ObjectStore;
  readonly #told: readonly HeldByHost[];

  private constructor(redis: Redis, store: ObjectStore, told: readonly HeldByHost[], stored: readonly MachineRecord[]) {
    this.#redis = redis;
    this.#store = store;
    this.#told = told;
    this.hosts = told.map(({ host }) => host);
    this.machines = merged(told, stored);
  }

  /**
   * Looks at what hosts tell now, and at the store. Changes nothing.
   * @returns undefined: Redis has its fleet, and no host waits
   */
  static async look(redis: Redis, store: ObjectStore): Promise<Adoption | undefined> {
    const [found, stored] = [await epochInRedis(redis), await epochInStore(store)];
    // What a host told before it was adopted stays in Redis for a while.
    const told = (await readHeld(redis)).filter(({ epoch }) => found?.before.includes(epoch) !== true);
    if (hasFleetOf(found, stored) && told.length === 0) return undefined;
    return new Adoption(redis, store, told, await new StoredMachines(store).list());
  }

  /**
   * Puts all records into Redis, which the hosts take as theirs from then on.
   * @throws FleetError if hosts do not tell what they have, unless their machines are to go on from checkpoints
   */
  async carryOut(settings: { readonly checkpoints: boolean }): Promise<void> {
    const absent = this.machines.filter((machine) => machine.absent !== '');
    if (absent.length > 0 && !settings.checkpoints)
      throw new FleetError(
        `${absent.map(({ record, absent }) => `${record.name} (${absent})`).join(', ')}: hosts that had them do not answer; start those, wait for them, or let these machines go on from their checkpoints (--checkpoints)`,
      );
    for (const machine of this.machines) await this.#restore(machine);
    const [found, stored] = [await epochInRedis(this.#redis), await epochInStore(this.#store)];
    const before = new Set(this.#told.map(({ epoch }) => epoch));
    for (const epoch of [found, stored]) for (const id of epoch ? [epoch.id, ...epoch.before] : []) before.add(id);
    const epoch = { id: freshEpochId(), before: [...before] };
    await putEpoch(this.#store, epoch);
    const at = Math.max(0, found?.at ?? 0, ...this.#told.map(({ at }) => at));
    const [lease] = this.#told.map((told) => told.lease);
    const facts = { epoch: epoch.id, before: epoch.before.join(' '), at, ...(lease !== undefined && { lease }) };
    await this.#redis.hset(FLEET, facts);
  }

  async #restore({ record, held }: AdoptedMachine): Promise<void> {
    const { name, memory, network, owner } = record;
    const fields = { ...fieldsOf(record), said: held?.said ?? record.offset, typed: held?.typed ?? 0 };
    const words = [owner, name, memory, network.forwards.length, ...Object.entries(fields).flat()];
    await runScript(this.#redis, RESTORE, 2, machineKey(name), outputKey(name), ...words);
  }
}

/** The machines that hosts have, and those of the store that none has. */
function merged(told: readonly HeldByHost[], stored: readonly MachineRecord[]): readonly AdoptedMachine[] {
  const held = new Map<string, HeldMachine>();
  for (const machine of told.flatMap(({ machines }) => machines)) {
    const { name, token } = machine.record;
    // Two hosts may have one that was moving: the later one's is the machine.
    if (token > (held.get(name)?.record.token ?? -1)) held.set(name, machine);
  }
  const hosts = new Set(told.map(({ host }) => host));
  const others = stored.filter((record) => isAfter(record, held.get(record.name)?.record));
  for (const { name } of others) held.delete(name);
  return [
    ...[...held.values()].map((machine) => ({ record: machine.record, held: machine, absent: '' })),
    ...others.map((record) => ({
      record: atRest(record),
      absent: record.owner === '' || hosts.has(record.owner) ? '' : record.owner,
    })),
  ];
}

/** Whether the store's record is of a later time than that of a host, which may have slept, or has given the machine up since it told of it. */
function isAfter(stored: MachineRecord, held: MachineRecord | undefined): boolean {
  if (held === undefined) return true;
  const isGivenUp = stored.token === held.token && stored.owner === '';
  return stored.born === held.born && (stored.token > held.token || isGivenUp);
}

/** The record of a machine on no host, which goes on from its checkpoint if it is to run. */
function atRest(record: MachineRecord): MachineRecord {
  const { owner, wanted, policy, state } = record;
  const free = { ...record, owner: '', target: '' };
  if (owner === '') return free;
  const problem = `its host ${owner} was lost`;
  if (wanted === 'suspended') return { ...free, state: 'suspended', problem };
  if (policy === 'lost') return { ...free, state: 'lost', wanted: 'suspended', problem };
  return { ...free, state: state === 'ended' ? 'ended' : 'waiting', problem };
}
