import { checkObject } from '../../util/checks.ts';
import { atOption, ConfigurationError } from '../../util/errors.ts';

/** The quantities that can be limited: bytes and requests a second, all of them or those in one direction. */
export const quantities = ['bps', 'bpsRead', 'bpsWrite', 'iops', 'iopsRead', 'iopsWrite'] as const;
export type Quantity = (typeof quantities)[number];

/** How much a drive may read and write, as QEMU's `block_set_io_throttle` has it. Of numbers a second 0, or none, is no limit. */
export interface DriveLimits {
  /** Bytes read and written a second. */
  readonly bps?: number;
  /** Bytes read a second. */
  readonly bpsRead?: number;
  /** Bytes written a second. */
  readonly bpsWrite?: number;
  /** Requests of both directions together, a second. */
  readonly iops?: number;
  /** Requests that read, a second. */
  readonly iopsRead?: number;
  /** Requests that write, a second. */
  readonly iopsWrite?: number;
  /** As `bps`, in a burst. Without it a tenth of a second's may go at once. */
  readonly bpsMax?: number;
  /** As `bpsRead`, in a burst. Without it a tenth of a second's may go at once. */
  readonly bpsReadMax?: number;
  /** As `bpsWrite`, in a burst. Without it a tenth of a second's may go at once. */
  readonly bpsWriteMax?: number;
  /** As `iops`, in a burst. Without it a tenth of a second's may go at once. */
  readonly iopsMax?: number;
  /** As `iopsRead`, in a burst. Without it a tenth of a second's may go at once. */
  readonly iopsReadMax?: number;
  /** As `iopsWrite`, in a burst. Without it a tenth of a second's may go at once. */
  readonly iopsWriteMax?: number;
  /** Seconds that a burst of `bpsMax` may last. Default: 1. */
  readonly bpsMaxLength?: number;
  /** Seconds that a burst of `bpsReadMax` may last. Default: 1. */
  readonly bpsReadMaxLength?: number;
  /** Seconds that a burst of `bpsWriteMax` may last. Default: 1. */
  readonly bpsWriteMaxLength?: number;
  /** Seconds that a burst of `iopsMax` may last. Default: 1. */
  readonly iopsMaxLength?: number;
  /** Seconds that a burst of `iopsReadMax` may last. Default: 1. */
  readonly iopsReadMaxLength?: number;
  /** Seconds that a burst of `iopsWriteMax` may last. Default: 1. */
  readonly iopsWriteMaxLength?: number;
  /** A request of more bytes counts as several, each of so many. */
  readonly iopsSize?: number;
  /** Drives with the same name here share the limits, which are those that were set last. Default: the drive's own name. */
  readonly group?: string;
}

/** The largest value (QEMU's THROTTLE_VALUE_MAX). */
const LARGEST = 1e15;

const numbers: readonly string[] = [
  ...quantities.flatMap((name) => [name, `${name}Max`, `${name}MaxLength`]),
  'iopsSize',
];

/** A number a second, that of bursts (0: none is told), and how many seconds these may last. */
export function rateOf(limits: DriveLimits, name: Quantity): { rate: number; max: number; length: number } {
  const { [name]: rate = 0 } = limits;
  return { rate, max: limits[`${name}Max` as const] ?? 0, length: limits[`${name}MaxLength` as const] ?? 1 };
}

/** Whether anything is limited. */
export function isLimited(limits: DriveLimits): boolean {
  return quantities.some((name) => (limits[name] ?? 0) > 0);
}

/**
 * Limits that can be.
 * @throws ConfigurationError in QEMU's words (util/throttle.c, throttle_is_valid)
 */
export function checkedDriveLimits(limits: DriveLimits): DriveLimits {
  checkObject('limits', limits, [...numbers, 'group']);
  for (const [name, value] of Object.entries(limits)) atOption(name, () => checkValue(name, value));
  if (isTwofold(limits, '') || isTwofold(limits, 'Max'))
    fail('bps/iops/max total values and read/write values cannot be used at the same time');
  if (limits.iopsSize && !limits.iops && !limits.iopsRead && !limits.iopsWrite)
    fail('iops size requires an iops value to be set');
  for (const name of quantities) checkQuantity(limits, name);
  return limits;
}

function fail(problem: string): never {
  throw new ConfigurationError(problem);
}

function checkValue(name: string, value: unknown): void {
  if (name === 'group' ? typeof value === 'string' : numbers.includes(name) && Number.isSafeInteger(value)) return;
  if (name === 'group') fail('group must be a text');
  if (!numbers.includes(name)) fail(`there is no limit '${name}'; there are ${numbers.join(', ')} and group`);
  if (value !== undefined) fail(`the limit ${name} must be a whole number`);
}

/** There is a limit for all and one for a direction. */
function isTwofold(limits: DriveLimits, suffix: '' | 'Max'): boolean {
  return (['bps', 'iops'] as const).some(
    (unit) => limits[`${unit}${suffix}`] && (limits[`${unit}Read${suffix}`] || limits[`${unit}Write${suffix}`]),
  );
}

function checkQuantity(limits: DriveLimits, name: Quantity): void {
  const { rate, max, length } = rateOf(limits, name);
  if (Math.min(rate, max) < 0 || Math.max(rate, max) > LARGEST)
    fail(`bps/iops/max values must be within [0, ${LARGEST}]`);
  if (length <= 0) fail('the burst length cannot be 0');
  if (length > 1 && max === 0) fail('burst length set without burst rate');
  if (length * max > LARGEST) fail('burst length too high for this burst rate');
  if (max > 0 && rate === 0) fail('bps_max/iops_max require corresponding bps/iops values');
  if (max > 0 && max < rate) fail('bps_max/iops_max cannot be lower than bps/iops');
}
