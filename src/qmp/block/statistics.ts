import type { Drive } from '../../drives/drive.ts';
import type { RequestStatistics } from '../../drives/statistics.ts';
import type { Arguments, JsonObject, QmpContext } from '../command.ts';
import { nodeName, qdevOf } from './info.ts';

/**
 * The answer of `query-blockstats`: a BlockStats of QEMU's schema for each drive, or for the node of each medium. Images below
 * are not counted.
 */
export function blockStatistics(args: Arguments, { machine, nodes }: QmpContext): Promise<JsonObject[]> {
  const byNode = args.isSet('query-nodes');
  const drives = machine.drives.filter(({ image }) => !byNode || image !== null);
  const names = (drive: Drive) => ({
    ...(drive.image !== null && { 'node-name': nodeName(drive, nodes) }),
    ...(!byNode && { device: drive.label, qdev: qdevOf(drive) }),
  });
  return Promise.all(drives.map(async (drive) => ({ ...names(drive), stats: await statisticsOf(drive) })));
}

async function statisticsOf(drive: Drive): Promise<JsonObject> {
  const { reads, writes, flushes, discards, writtenUpTo, idleNanoseconds } = await drive.statistics();
  return {
    ...counts('rd', reads),
    ...counts('wr', writes),
    ...counts('unmap', discards),
    ...counts('flush', flushes),
    wr_highest_offset: writtenUpTo,
    ...(idleNanoseconds !== null && { idle_time_ns: idleNanoseconds }),
    account_invalid: true,
    account_failed: true,
    timed_stats: [],
  };
}

/** A flush has no bytes, and is not merged. Requests that no drive takes don't come to the host. */
function counts(way: 'rd' | 'wr' | 'unmap' | 'flush', { requests, failures, bytes, nanoseconds }: RequestStatistics) {
  return {
    ...(way !== 'flush' && { [`${way}_bytes`]: bytes, [`${way}_merged`]: 0 }),
    [`${way}_operations`]: requests,
    [`${way}_total_time_ns`]: nanoseconds,
    [`failed_${way}_operations`]: failures,
    [`invalid_${way}_operations`]: 0,
  };
}
