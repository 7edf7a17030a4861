import { type AddressRange, type LogItem, logItems } from '../../runtime/machine/log-items.ts';
import { matchingEvents, traceEventNames } from '../../runtime/machine/trace/events.ts';
import { checkedInteger, checkedSome, checkObject, shown } from '../util/checks.ts';
import { atOption, ConfigurationError, optionPath } from '../util/errors.ts';

/**
 * Items that there are.
 * @throws ConfigurationError
 */
export function checkedLog(log: readonly LogItem[]): readonly LogItem[] {
  return checkedSome('log', 'log item', log, Object.keys(logItems) as LogItem[]);
}

/**
 * Patterns that name events which there are.
 * @throws ConfigurationError
 */
export function checkedTrace(trace: readonly string[]): readonly string[] {
  if (!Array.isArray(trace)) throw new ConfigurationError(`trace is ${shown(trace)}; it must be an array`);
  for (const [n, pattern] of trace.entries()) {
    if (typeof pattern === 'string' && matchingEvents(pattern.replace(/^-/, '')).length > 0) continue;
    throw new ConfigurationError(
      `there is no trace event ${shown(pattern)}; there are ${traceEventNames.join(', ')}`,
      optionPath(n),
    );
  }
  return trace;
}

const HIGHEST = 0xffffffff;

/**
 * Ranges of linear addresses.
 * @throws ConfigurationError
 */
export function checkedLogRanges(ranges: readonly AddressRange[]): readonly AddressRange[] {
  if (!Array.isArray(ranges)) throw new ConfigurationError(`logRanges is ${shown(ranges)}; it must be an array`);
  return ranges.map((range, n) => atOption(n, () => checkedRange(`logRanges[${n}]`, range)));
}

function checkedRange(option: string, range: AddressRange): AddressRange {
  checkObject(option, range, ['first', 'last']);
  const first = atOption('first', () => checkedInteger(`${option}.first`, range.first, 0, HIGHEST));
  return { first, last: atOption('last', () => checkedInteger(`${option}.last`, range.last, first, HIGHEST)) };
}
