import { ConfigurationError, type Machine, type MachineLimits } from '../index.ts';
import { checkedLimits } from '../options/limits.ts';
import type { Flag } from './flag.ts';
import { parseInteger, propertyList } from './properties.ts';
import { machine } from './settings.ts';

/** The flag that limits the machine's use of its host; QEMU leaves that to other programs. */
export const limitsFlag: Flag = {
  names: ['limits'],
  argument: '[processor=PERCENT][,memory=SIZE][,instructions=N][,time=SECONDS][,slack=MILLISECONDS]',
  help: 'what the machine may take of its host',
  details:
    "processor: percent of one processor. memory: that of the guest and of the machine's thread. instructions: how many, with -icount. At these two the machine is paused. time: seconds of the host's time since it was made; then it is ended, with exit code 124. slack: timers may wake the halted guest so much later, and so less often. set_limit in the monitor changes a limit. QEMU has no such flag.",
  apply: (settings, text) => machine(settings, { limits: { ...settings.machine.limits, ...parseLimits(text) } }),
};

function parseLimits(text: string): MachineLimits {
  const limits = Object.fromEntries(propertyList(text, '').map(([name, value]) => [name, parseLimit(name, value)]));
  checkedLimits(limits);
  return limits;
}

/**
 * The value of a limit.
 * @throws ConfigurationError
 */
function parseLimit(name: string, text: string): number | string {
  if (name === 'memory') return text;
  if (name === 'instructions' || name === 'time' || name === 'slack') return parseInteger(name, text);
  if (name !== 'processor') throw new ConfigurationError(`there is no limit '${name}'; see --help`);
  return parseInteger(name, text.replace(/%$/, ''));
}

const taken = { instructions: 'it has executed as many instructions as', memory: 'it takes more memory than' } as const;

/** Tells the user why a machine stands still, or is ended, that has come to a limit. */
export function reportLimits(machine: Machine, tell: (text: string) => void): void {
  machine.on('limit', (name) =>
    tell(
      name === 'time'
        ? `rawiron: the machine is ended: it has been there for ${machine.limits.time} seconds, which is its limit of time`
        : `rawiron: the machine is paused: ${taken[name]} its limit is; "set_limit ${name} off" and "cont" in the monitor let it go on`,
    ),
  );
}
