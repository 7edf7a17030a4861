import { type AddressRange, type LogItem, logItems } from '../../runtime/machine/log-items.ts';
import { matchingEvents, traceEventNames } from '../../runtime/machine/trace/events.ts';
import { checkedInteger, checkedSome, checkObject, shown } from '../util/checks.ts';
import { ConfigurationError } from '../util/errors.ts';

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
  for (const pattern of trace) {
    if (typeof pattern === 'string' && matchingEvents(pattern.replace(/^-/, '')).length > 0) continue;
    throw new ConfigurationError(`there is no trace event ${shown(pattern)}; there are ${traceEventNames.join(', ')}`);
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
  return ranges.map((range, n) => {
    checkObject(`logRanges[${n}]`, range, ['first', 'last']);
    const first = checkedInteger(`logRanges[${n}].first`, range.first, 0, HIGHEST);
    return { first, last: checkedInteger(`logRanges[${n}].last`, range.last, first, HIGHEST) };
  });
}
