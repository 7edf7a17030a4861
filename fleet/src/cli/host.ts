import { totalmem } from 'node:os';
import type { MachineLimits } from 'rawiron';
import { openByTenant } from '../confined/confined-machine.ts';
import { FleetError } from '../error.ts';
import { checkMachineLimits } from '../limits.ts';
import { FleetHost } from '../machines/host.ts';
import { shownAddress } from '../redis.ts';
import { Upkeep } from '../upkeep.ts';
import { leaseIn } from './fleet.ts';
import { healthFlags, serveHealth } from './health.ts';
import { logFlags, serverLog } from './server-log.ts';
import {
  asked,
  checkSettings,
  confinementFlags,
  confinementOf,
  type Flags,
  nameOf,
  number,
  parsed,
  placeFlags,
  placeOf,
  sizeOf,
  strictFlags,
  text,
  type Words,
} from './settings.ts';

export const hostFlags: Flags = {
  ...placeFlags,
  ...confinementFlags,
  ...healthFlags,
  ...logFlags,
  name: { value: 'NAME', help: 'by which it stays drained when it begins again (that of its computer)' },
  memory: { value: 'SIZE', help: 'memory for machines, such as 8G (three quarters of what there is)' },
  listen: {
    value: 'ADDRESS[:PORT]',
    help: 'where other hosts and gateways reach it (127.0.0.1: those of this computer)',
  },
  'mem-merge': { help: "equal pages of machines that are no tenant's are kept once, if this system does that (KSM)" },
  slack: {
    value: 'MILLISECONDS',
    help: 'by how much timers may wake halted machines late, so that idle ones take less of the processor (0)',
  },
  rebalance: { help: 'when it is full, it moves machines to hosts that are not' },
  lease: {
    value: 'SECONDS',
    help: "how long it may be silent before others take its machines (the fleet's; 10 at first)",
  },
  grace: { value: 'SECONDS', help: 'for giving its machines away when it ends (50)' },
  ...strictFlags,
};

/** Runs machines until the process is asked to end. */
export async function hostCommand(args: readonly string[]): Promise<number> {
  const words = parsed(args, hostFlags);
  const place = placeOf(words);
  const memory = memoryOf(words);
  const [lease, grace] = [leaseOf(words), number(words, 'grace')];
  using kept = serverLog(words, place, 'host');
  const { connect } = kept;
  await checkSettings(words, 'host', kept.write);
  await using _upkeep = new Upkeep({ connect, store: place.store, log: kept.write });
  const confinement = await confinementOf(words, place, kept.write);
  await using host = await FleetHost.start({
    ...{ connect, store: place.store, memory, log: kept.write, ...nameOf(words) },
    options: { memoryMerge: words.values['mem-merge'] === true, limits: limitsOf(words) },
    ...{ listen: listenOf(words), rebalance: words.values.rebalance === true },
    ...(lease !== undefined && { lease }),
    ...(grace !== undefined && { grace: grace * 1000 }),
    open: openByTenant(confinement, words.values.isolate === true, kept.write),
  });
  // Ready is what has begun.
  await using _health = await serveHealth(words, connect);
  kept.write(
    `host ${host.id}, ${(memory / 2 ** 30).toFixed(1)} GB for machines, ${shownAddress(place.redis)}, ${place.store.place}`,
  );
  await asked();
  kept.write('gives its machines to other hosts');
  return 0;
}

/** Bytes for machines. */
export function memoryOf(words: Words): number {
  return sizeOf(words, 'memory') ?? Math.floor(totalmem() * 0.75);
}

/** @throws FleetError for what is none */
function limitsOf(words: Words): MachineLimits {
  const limits = { slack: number(words, 'slack') ?? 0 };
  checkMachineLimits(limits);
  return limits;
}

function listenOf(words: Words): { address: string; port: number } {
  const listen = text(words, 'listen') ?? '127.0.0.1';
  const [, address, port = '0'] = listen.match(/^([\w.-]+|\[[\da-fA-F:]+\])(?::(\d{1,5}))?$/) ?? [];
  if (address === undefined || Number(port) > 65_535 || address === '0.0.0.0')
    throw new FleetError(`--listen ${listen}: give the address by which others reach this host, such as 10.0.0.7:9100`);
  return { address: address.replace(/^\[|\]$/g, ''), port: Number(port) };
}

/** Milliseconds; undefined: those of the fleet. */
function leaseOf(words: Words): number | undefined {
  const seconds = text(words, 'lease');
  return seconds === undefined ? undefined : leaseIn('--lease', seconds);
}
