import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { FleetError } from '../error.ts';
import { type AdoptedMachine, Adoption } from '../machines/adoption.ts';
import { checkEpoch } from '../machines/epoch.ts';
import { changeLease, DEFAULT_LEASE, findLease, LEAST_LEASE, MOST_LEASE } from '../machines/fleet-lease.ts';
import { connectorOf, type Flags, parsed, placeFlags, placeOf, table, type Words } from './settings.ts';

export const adoptFlags: Flags = {
  ...placeFlags,
  checkpoints: { help: 'machines whose hosts do not answer go on from their checkpoints' },
  'dry-run': { help: 'only shows what would be put back' },
};
export const leaseFlags: Flags = placeFlags;

/** Milliseconds in which hosts tell what they have, and between two looks. */
const [PATIENCE, LOOK] = [DEFAULT_LEASE, 500];

/** Puts the records of machines back into a Redis that has lost them. */
export async function adoptCommand(args: readonly string[]): Promise<number> {
  const words = parsed(args, adoptFlags);
  if (words.rest.length > 0) throw new FleetError(`unexpected argument '${words.rest[0]}'`);
  const { store } = placeOf(words);
  return await withRedis(words, async (redis) => {
    const adoption = await heardAdoption(() => Adoption.look(redis, store));
    if (adoption === undefined) {
      say('Redis has the records of this fleet, and no host waits; nothing is changed');
      return 0;
    }
    const { machines, hosts } = adoption;
    say(table([['NAME', 'GOES ON', ''], ...machines.map(machineRow)]));
    if (words.values['dry-run'] === true) return 0;
    await adoption.carryOut({ checkpoints: words.values.checkpoints === true });
    say(`\n${machines.length} machines are back, ${hosts.length} hosts go on`);
    return 0;
  });
}

/** Waits until all hosts that had machines have told of them, or for as long as they may take. */
async function heardAdoption(look: () => Promise<Adoption | undefined>): Promise<Adoption | undefined> {
  for (const began = performance.now(); ; await wait(LOOK)) {
    const adoption = await look();
    const isWhole = adoption?.machines.every(({ absent }) => absent === '') === true;
    if ((isWhole && adoption.hosts.length > 0) || performance.now() - began > PATIENCE) return adoption;
  }
}

const machineRow = ({ record, held, absent }: AdoptedMachine): string[] => {
  const { name, owner, state, saved } = record;
  if (held !== undefined) return [name, `on ${owner}`, ''];
  const from = saved === 0 ? 'from its image' : `from its checkpoint of ${new Date(saved).toISOString().slice(0, 19)}`;
  return [name, state === 'waiting' ? from : state, absent === '' ? '' : `${absent} had it, and does not answer`];
};

/** Shows the lease of all hosts, or gives them another one. */
export async function leaseCommand(args: readonly string[]): Promise<number> {
  const words = parsed(args, leaseFlags);
  const [seconds, ...more] = words.rest;
  if (more.length > 0) throw new FleetError('give lease, or lease SECONDS');
  const { store } = placeOf(words);
  return await withRedis(words, async (redis) => {
    await checkEpoch(redis, store);
    if (seconds !== undefined) await changeLease(redis, leaseIn('lease', seconds));
    const lease = await findLease(redis);
    say(lease === undefined ? 'no host has begun yet' : `${lease / 1000} s`);
    return 0;
  });
}

/** Milliseconds that the command or flag of a name gives. @throws FleetError for what is no lease */
export function leaseIn(name: string, seconds: string): number {
  const lease = /^\d+$/.test(seconds) ? Number(seconds) * 1000 : Number.NaN;
  if (lease >= LEAST_LEASE && lease <= MOST_LEASE) return lease;
  throw new FleetError(`${name} ${seconds}: give ${LEAST_LEASE / 1000} to ${MOST_LEASE / 1000} seconds`);
}

async function withRedis(words: Words, act: (redis: Redis) => Promise<number>): Promise<number> {
  const redis = connectorOf(placeOf(words))();
  try {
    return await act(redis);
  } finally {
    redis.disconnect();
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`);
}
