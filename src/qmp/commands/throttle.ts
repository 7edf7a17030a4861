import type { Drive } from '../../drives/drive.ts';
import { type DriveLimits, isLimited } from '../../drives/throttle/limits.ts';
import { limitsByCommandName } from '../../drives/throttle/names.ts';
import type { Arguments, JsonObject, Parameters, QmpCommand, QmpContext } from '../command.ts';
import { QmpError } from '../error.ts';
import { driveOf } from './drive.ts';

/** Limits that must be given; others may be left out. */
const needed = ['bps', 'bps_rd', 'bps_wr', 'iops', 'iops_rd', 'iops_wr'];

/** As QEMU's BlockDeviceInfo has them where there are none. */

/** The limits of a drive, as QEMU's BlockDeviceInfo has them. */
export function limitsOf({ limits, name }: Pick<Drive, 'limits' | 'name'>): JsonObject {
  const rates = Object.fromEntries(needed.map((one) => [one, limits[limitsByCommandName.get(one)!] ?? 0]));
  if (!isLimited(limits)) return rates;
  const others = [...limitsByCommandName].flatMap(([one, limit]) => (limits[limit] ? [[one, limits[limit]]] : []));
  const lengths = [...limitsByCommandName].flatMap(([one, limit]) => lengthOf(limits, one, limit));
  return { ...rates, ...Object.fromEntries(lengths), ...Object.fromEntries(others), group: limits.group ?? name };
}

/** A burst lasts a second unless something else was said. */
function lengthOf(limits: DriveLimits, name: string, limit: string): (readonly [string, number])[] {
  const max = /^(.*)Length$/.exec(limit)?.[1];
  return max !== undefined && limits[max as 'bpsMax'] ? [[name, 1]] : [];
}

async function setThrottle(args: Arguments, context: QmpContext): Promise<void> {
  const drive = driveOf(args, context);
  if (drive.image === null) throw new QmpError(`Device '${drive.label}' has no medium`);
  const group = args.textIfGiven('group');
  const limits = [...limitsByCommandName].map(([name, limit]) => [limit, args.numberIfGiven(name)]);
  const given = limits.filter(([, value]) => value !== undefined);
  await drive.setLimits({ ...Object.fromEntries(given), ...(group !== undefined && { group }) });
}

const parameters = [...limitsByCommandName.keys()].map((name) => [
  name,
  needed.includes(name) ? 'integer' : 'integer?',
]);

/** Limits what a drive may read and write. */
export const throttleCommand: QmpCommand = {
  name: 'block_set_io_throttle',
  parameters: { device: 'string?', id: 'string?', group: 'string?', ...(Object.fromEntries(parameters) as Parameters) },
  run: setThrottle,
};
