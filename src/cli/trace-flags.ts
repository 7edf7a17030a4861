import { type AddressRange, ConfigurationError, type LogItem, logItems } from '../index.ts';
import { checkedTrace } from '../options/log-options.ts';
import type { Flag } from './flag.ts';
import { parseProperties } from './properties.ts';
import { machine, type Settings } from './settings.ts';

/** Flags for logs of what the guest does. */
export const traceFlags: readonly Flag[] = [
  {
    names: ['d'],
    argument: 'ITEM,…',
    list: 'list-log-items',
    help: 'log what the guest does; -d help lists the items',
    details: 'The items: in_asm, exec, cpu, fpu, mmu, int, cpu_reset, guest_errors, unimp, trace:PATTERN.',
    apply: applyLog,
  },
  {
    names: ['dfilter'],
    argument: 'RANGE,…',
    help: 'log only code that begins at these addresses',
    details: 'They are linear addresses: FIRST..LAST, FIRST+BYTES or LAST-BYTES.',
    apply: applyFilter,
  },
  {
    names: ['D'],
    argument: 'FILE',
    help: 'where the log goes (default: standard error)',
    details: 'The log is that of -d and -trace.',
    apply: (settings, logFile) => ({ ...settings, logFile }),
  },
  {
    names: ['trace'],
    argument: '[enable=]PATTERN[,file=FILE]',
    list: 'list-trace-events',
    help: 'log events of devices; -trace help lists them',
    details:
      'Events are accesses to ports and registers, interrupts, requests of disks, frames of network cards. PATTERN is the name of one, with * and ?; with a minus before it: not.',
    apply: applyTrace,
  },
];

const HIGHEST = 0xffffffff;

/** Given twice, the items add up, as in QEMU. */
function applyLog(settings: Settings, text: string): Settings {
  const all = text.split(',');
  const patterns = all.flatMap((item) => (item.startsWith('trace:') ? [item.slice('trace:'.length)] : []));
  const items = all.filter((item) => !item.startsWith('trace:'));
  const unknown = items.find((item) => !Object.hasOwn(logItems, item));
  if (unknown !== undefined)
    throw new ConfigurationError(`unknown log item '${unknown}'; it is one of: ${Object.keys(logItems).join(', ')}`);
  const logged = machine(settings, { log: [...(settings.machine.log ?? []), ...(items as LogItem[])] });
  return patterns.reduce(withTrace, logged);
}

/** Given twice, the last ranges count, as in QEMU. */
function applyFilter(settings: Settings, text: string): Settings {
  return machine(settings, { logRanges: text.split(',').map(parsedRange) });
}

const FORMS = 'give FIRST..LAST, FIRST+BYTES or LAST-BYTES, numbers decimal or with 0x';

/** As QEMU has them: from the first address on, or up to the last one. */
function parsedRange(text: string): AddressRange {
  const number = '(0x[\\da-f]+|0|[1-9]\\d*)';
  const [, left, operator, right] = new RegExp(`^${number}(\\.\\.|\\+|-)${number}$`, 'i').exec(text) ?? [];
  if (operator === undefined) throw new ConfigurationError(`'${text}' is no range; ${FORMS}`);
  const [one, other] = [Number(left), Number(right)];
  const [first, last] = ends(one, operator, other);
  if (first < 0 || last < first || last > HIGHEST)
    throw new ConfigurationError(`'${text}' is no range within 32 bits; ${FORMS}`);
  return { first, last };
}

function ends(one: number, operator: string, other: number): [first: number, last: number] {
  if (operator === '..') return [one, other];
  return operator === '+' ? [one, one + other - 1] : [one - other + 1, one];
}

function applyTrace(settings: Settings, text: string): Settings {
  const { enable, file } = parseProperties(text, 'enable', ['file']);
  const traced = enable === undefined ? settings : withTrace(settings, enable);
  return file === undefined ? traced : { ...traced, logFile: file };
}

function withTrace(settings: Settings, pattern: string): Settings {
  return machine(settings, { trace: [...(settings.machine.trace ?? []), ...checkedTrace([pattern])] });
}
