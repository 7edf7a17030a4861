import type { MigrationStatistics } from '../migration/statistics.ts';
import { megabitsPerSecond } from '../migration/statistics.ts';
import type { CommandContext } from './command.ts';

/** `info migrate`: the lines of QEMU's that there is something to tell of. */
export function infoMigrate({ machine }: CommandContext): string {
  const { status, error, statistics } = machine.migration;
  if (status === 'none') return '';
  const reason = error === undefined ? '' : ` (${error})`;
  return [`Migration status: ${status}${reason}`, ...(statistics ? statisticLines(statistics, status) : [])]
    .map((line) => `${line}\n`)
    .join('');
}

function statisticLines(statistics: MigrationStatistics, status: string): string[] {
  const { totalTime, downtime, expectedDowntime, setupTime } = statistics;
  const kilobytes = (bytes: number): string => `${Math.floor(bytes / 1024)} kbytes`;
  return [
    `total time: ${Math.round(totalTime)} ms`,
    status === 'completed'
      ? `downtime: ${Math.round(downtime)} ms`
      : `expected downtime: ${Math.round(Math.min(expectedDowntime, Number.MAX_SAFE_INTEGER))} ms`,
    `setup: ${Math.round(setupTime)} ms`,
    `transferred ram: ${kilobytes(statistics.transferredBytes)}`,
    `throughput: ${megabitsPerSecond(statistics).toFixed(2)} mbps`,
    `remaining ram: ${kilobytes(statistics.remainingBytes)}`,
    `total ram: ${kilobytes(statistics.totalBytes)}`,
    `duplicate: ${statistics.zeroFrames} pages`,
    'skipped: 0 pages',
    `normal: ${statistics.normalFrames} pages`,
    `normal bytes: ${kilobytes(statistics.normalFrames * 4096)}`,
    `dirty sync count: ${statistics.passes}`,
    'page size: 4 kbytes',
  ];
}

/** `info migrate_parameters`: those that there are. */
export function infoParameters({ machine }: CommandContext): string {
  const { maxBandwidth, downtimeLimit } = machine.migration.parameters;
  return `max-bandwidth: ${maxBandwidth} bytes/second\ndowntime-limit: ${downtimeLimit} ms\n`;
}
