import { ConfigurationError } from './errors.ts';
import type { RunLimits } from './isolate/run-limits.ts';
import { memorySize } from './memory-size.ts';
import { checkedInteger, checkNames } from './option-checks.ts';

/** What a machine may take of its host; what is left out has no limit. What drives and cards may move is limited by themselves. */
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
}

/** The names of the limits. */
export const limitNames = ['processor', 'instructions', 'memory'] as const;

/**
 * Limits as the isolate has them.
 * @throws ConfigurationError that names the limit
 */
export function checkedLimits(limits: MachineLimits): RunLimits {
  checkNames('limits', limits, limitNames);
  const { processor, instructions, memory } = limits;
  if (processor !== undefined && !(processor >= 1 && processor <= 100))
    throw new ConfigurationError(`limits.processor is ${processor}; it must be a number from 1 to 100`);
  return {
    processor,
    instructions: instructions && checkedInteger('limits.instructions', instructions, 1, Number.MAX_SAFE_INTEGER),
    memory: memory === undefined ? undefined : memorySize(memory),
  };
}
