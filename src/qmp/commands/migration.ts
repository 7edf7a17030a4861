import type { MachineMigration } from '../../migration/index.ts';
import { MOST_DOWNTIME } from '../../migration/parameters.ts';
import { type MigrationStatistics, megabitsPerSecond } from '../../migration/statistics.ts';
import { startArrival, startMigration } from '../../monitor/migrate.ts';
import { type Arguments, isObject, type JsonObject, type QmpCommand, type QmpContext } from '../command.ts';
import { QmpError } from '../error.ts';

/** Whatever becomes of it `query-migrate` tells. */
function migrate(args: Arguments, context: QmpContext): void {
  startMigration(args.text('uri'), context).catch(() => {});
}

/** MigrationInfo of QEMU's schema. */
function query({ status, error, statistics }: MachineMigration): JsonObject {
  if (status === 'none') return {};
  const counted = statistics && status !== 'cancelled' && status !== 'failed';
  return { status, ...(error !== undefined && { 'error-desc': error }), ...(counted && details(statistics, status)) };
}

function details(statistics: MigrationStatistics, status: string): JsonObject {
  const { totalTime, setupTime, downtime, expectedDowntime } = statistics;
  const expected = Math.round(Math.min(expectedDowntime, Number.MAX_SAFE_INTEGER));
  return {
    ...(status === 'completed' ? { downtime: Math.round(downtime) } : { 'expected-downtime': expected }),
    'setup-time': Math.round(setupTime),
    'total-time': Math.round(totalTime),
    ram: memoryOf(statistics),
  };
}

/** MigrationStats of QEMU's schema. Nothing is sent after the guest runs on there, so what is of that is zero. */
function memoryOf(statistics: MigrationStatistics): JsonObject {
  const { totalBytes, remainingBytes, transferredBytes, normalFrames, zeroFrames, passes } = statistics;
  return {
    ...{ total: totalBytes, remaining: remainingBytes, transferred: transferredBytes },
    ...{ duplicate: zeroFrames, skipped: 0, normal: normalFrames, 'normal-bytes': normalFrames * 4096 },
    ...{ 'dirty-sync-count': passes, 'dirty-pages-rate': 0, mbps: megabitsPerSecond(statistics), 'page-size': 4096 },
    ...{ 'multifd-bytes': 0, 'pages-per-second': 0, 'postcopy-requests': 0, 'postcopy-bytes': 0 },
    ...{ 'precopy-bytes': transferredBytes, 'downtime-bytes': 0, 'dirty-sync-missed-zero-copy': 0 },
  };
}

function setParameters(args: Arguments, { machine }: QmpContext): void {
  const downtimeLimit = args.numberIfGiven('downtime-limit');
  const maxBandwidth = args.numberIfGiven('max-bandwidth');
  if (downtimeLimit !== undefined && (downtimeLimit < 0 || downtimeLimit > MOST_DOWNTIME))
    throw new QmpError("Parameter 'downtime_limit' expects an integer in the range of 0 to (2000 * 1000) ms");
  if (maxBandwidth !== undefined && maxBandwidth < 0)
    throw new QmpError(
      "Parameter 'max_bandwidth' expects an integer in the range of 0 to 18446744073709551615 bytes/second",
    );
  machine.migration.set({
    ...(downtimeLimit !== undefined && { downtimeLimit }),
    ...(maxBandwidth !== undefined && { maxBandwidth }),
  });
}

function setCapabilities(args: Arguments, { migrationEvents }: QmpContext): void {
  for (const [n, one] of args.list('capabilities').entries()) {
    if (!isObject(one)) throw new QmpError("Invalid parameter type for 'capabilities', expected: object");
    if (one.capability !== 'events')
      throw new QmpError(`Parameter 'capability' does not accept value '${one.capability}'`);
    if (one.state === undefined) throw new QmpError(`Parameter 'capabilities[${n}].state' is missing`);
    if (typeof one.state !== 'boolean')
      throw new QmpError(`Invalid parameter type for 'capabilities[${n}].state', expected: boolean`);
    migrationEvents.areTold = one.state;
  }
}

/** Commands about moves to other processes, and from there. */
export const migrationCommands: readonly QmpCommand[] = [
  {
    name: 'migrate',
    parameters: { uri: 'string', detach: 'boolean?', blk: 'boolean?', inc: 'boolean?', resume: 'boolean?' },
    run: migrate,
  },
  { name: 'migrate_cancel', run: (_, { machine }) => machine.migration.cancel() },
  {
    name: 'migrate-incoming',
    parameters: { uri: 'string' },
    run: (args, context) => startArrival(args.text('uri'), context),
  },
  { name: 'query-migrate', run: (_, { machine }) => query(machine.migration) },
  {
    name: 'migrate-set-parameters',
    parameters: { 'downtime-limit': 'integer?', 'max-bandwidth': 'integer?' },
    run: setParameters,
  },
  {
    name: 'query-migrate-parameters',
    run: (_, { machine }) => {
      const { downtimeLimit, maxBandwidth } = machine.migration.parameters;
      return { 'downtime-limit': downtimeLimit, 'max-bandwidth': maxBandwidth };
    },
  },
  { name: 'migrate-set-capabilities', parameters: { capabilities: 'array' }, run: setCapabilities },
  {
    name: 'query-migrate-capabilities',
    run: (_, { migrationEvents }) => [{ capability: 'events', state: migrationEvents.areTold }],
  },
];
