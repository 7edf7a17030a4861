import type { Drive } from '../drives/drive.ts';
import type { CommandContext } from './command.ts';

/** Counts of requests to disks and drives, as QEMU's `info blockstats` shows them. */
export async function infoBlockStatistics({ machine }: CommandContext): Promise<string> {
  return (await Promise.all(machine.drives.map(lineOf))).join('');
}

async function lineOf(drive: Drive): Promise<string> {
  const { reads, writes, flushes, idleNanoseconds } = await drive.statistics();
  const values = {
    rd_bytes: reads.bytes,
    wr_bytes: writes.bytes,
    rd_operations: reads.requests,
    wr_operations: writes.requests,
    flush_operations: flushes.requests,
    wr_total_time_ns: writes.nanoseconds,
    rd_total_time_ns: reads.nanoseconds,
    flush_total_time_ns: flushes.nanoseconds,
    rd_merged: 0,
    wr_merged: 0,
    idle_time_ns: idleNanoseconds ?? 0,
  };
  const texts = Object.entries(values).map(([name, value]) => `${name}=${value}`);
  return `${drive.label}: ${texts.join(' ')}\n`;
}
