import type { HostRecord, MachineRecord } from './record.ts';

/** Memory that a machine takes besides its guest's, in bytes. */
export const OVERHEAD = 48 << 20;

/** A machine's share of a processor, in percent. */
export const shareOf = ({ limits }: Pick<MachineRecord, 'limits'>): number => limits.processor ?? 100;

/** The part of a host's processors that is promised to its machines: 1 is all of them. */
export const loadOf = ({ share, processors }: HostRecord): number => share / (100 * Math.max(1, processors));

/** The best of some hosts for a machine that is to leave another one; undefined: none has room. */
export function bestHost(
  machine: Pick<MachineRecord, 'memory' | 'owner'>,
  hosts: readonly HostRecord[],
): HostRecord | undefined {
  const fit = hosts.filter(
    ({ id, free, isDrained }) => id !== machine.owner && !isDrained && free >= machine.memory + OVERHEAD,
  );
  // Where processors are hardly taken, memory decides.
  const rank = (host: HostRecord) => Math.round(4 * Math.max(1, loadOf(host)));
  return fit.sort((a, b) => rank(a) - rank(b) || b.free - a.free || (a.id < b.id ? -1 : 1))[0];
}
