import type { RunLimits } from '../isolate/run-limits.ts';
import { checkedInteger, checkNames, shown } from '../util/checks.ts';
import { atOption, ConfigurationError, within } from '../util/errors.ts';
import { memorySize } from './memory-size.ts';

/**
 * Limits of a machine's use of its host; one that is left out does not limit. Transfers of drives and cards have limits of their
 * own.
 */
export interface MachineLimits {
  /** Percent of one processor, from 1 to 100. The guest's time goes on while it rests, as on a busy host. */
  readonly processor?: number | undefined;
  /** Guest instructions since the machine was made. There it is paused. Only with `icount`. */
  readonly instructions?: number | undefined;
  /**
   * Memory of the machine: a number of megabytes, or a text such as "512M", for the guest's memory and what the machine's thread has
   * in use besides. A machine that takes more drops its translations, and is paused if that is not enough. Drives are not counted.
   */
  readonly memory?: number | string | undefined;
  /** Seconds of the host's time since the machine was made, also while it stands still. Then it is ended, with the exit code 124. */
  readonly time?: number | undefined;
  /**
   * Milliseconds, up to 1000, by which timers may be late that wake a halted guest, so that it wakes less often. Devices and input wake
   * it at once.
   */
  readonly slack?: number | undefined;
}

/** The names of the limits. */
export const limitNames = ['processor', 'instructions', 'memory', 'time', 'slack'] as const;

/**
 * Limits as the isolate has them; time is not counted there.
 * @throws ConfigurationError that names the limit
 */
export function checkedLimits(limits: MachineLimits): RunLimits {
  checkNames('limits', limits, limitNames);
  const { processor, instructions, memory, time, slack } = limits;
  if (time !== undefined) atOption('time', () => checkTime(time));
  return {
    processor: processor === undefined ? undefined : atOption('processor', () => checkedShare(processor)),
    instructions:
      instructions === undefined
        ? undefined
        : atOption('instructions', () =>
            checkedInteger('limits.instructions', instructions, 1, Number.MAX_SAFE_INTEGER),
          ),
    memory: memory === undefined ? undefined : atOption('memory', () => checkedBytes(memory)),
    slack: slack === undefined ? undefined : atOption('slack', () => checkedInteger('limits.slack', slack, 0, 1000)),
  };
}

/**
 * Checks limits for whoever keeps them until a machine is made.
 * @throws ConfigurationError that names the limit
 */
export function checkLimits(limits: MachineLimits): void {
  checkedLimits(limits);
}

function checkedShare(percent: number): number {
  if (typeof percent === 'number' && percent >= 1 && percent <= 100) return percent;
  throw new ConfigurationError(`limits.processor is ${shown(percent)}; it must be a number from 1 to 100`);
}

function checkTime(seconds: number): void {
  if (typeof seconds === 'number' && seconds > 0 && Number.isFinite(seconds)) return;
  throw new ConfigurationError(`limits.time is ${shown(seconds)}; it must be a number of seconds, more than 0`);
}

function checkedBytes(size: number | string): number {
  const bytes = within('limits.memory', () => memorySize(size));
  if (bytes > 0) return bytes;
  throw new ConfigurationError(`limits.memory is ${shown(size)}; it must be more than nothing`);
}
