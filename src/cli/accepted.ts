import type { Flag } from './flag.ts';
import { checkProperties, type PropertyPatterns } from './properties.ts';
import { warned } from './settings.ts';

const off = /^off$/;
const onOrOff = /^(on|off)$/;
const anything = /^/;
const never = /^(?!)/;

/** A flag of QEMU's that may ask for what this machine is or does anyway, and for nothing else. */
interface AcceptedFlag {
  readonly names: readonly string[];
  readonly argument?: string;
  readonly help: string;
  /** Allowed values of its properties; the first property is the one whose name may be left out. */
  readonly properties?: PropertyPatterns;
  /** A sentence for the error message, where another value is asked for: how it is here, and what to do. */
  readonly instead?: string;
  /** A warning for users of the flag about the part of it that has no effect. */
  warning?(properties: Readonly<Record<string, string>>): string | undefined;
}

const rows: readonly AcceptedFlag[] = [
  {
    names: ['overcommit'],
    argument: 'mem-lock=off,cpu-pm=off',
    help: "memory and idle time stay the host's",
    properties: { 'mem-lock': off, 'cpu-pm': off },
    instead: 'the host decides about memory and idle time; give off',
  },
  {
    names: ['msg'],
    argument: 'timestamp=off',
    help: 'messages without times',
    properties: { timestamp: onOrOff, 'guest-name': onOrOff },
    instead: 'give timestamp=off',
    warning: (given) =>
      Object.values(given).includes('on') ? '-msg: messages have neither times nor the name of the guest' : undefined,
  },
  {
    names: ['watchdog-action'],
    argument: 'ACTION',
    help: 'there is no watchdog that could act',
    properties: { action: anything },
  },
  {
    names: ['sandbox'],
    argument: 'off',
    help: 'no sandbox around the program',
    properties: { enable: off, obsolete: never, elevateprivileges: never, spawn: never, resourcecontrol: never },
    instead: 'there is no sandbox around the program; the guest reaches only what its devices are connected to',
  },
  { names: ['no-user-config', 'nouserconfig'], help: 'there are no configuration files' },
];

/** Flags of QEMU's that have no effect here because the machine is as they ask; anything else they ask is refused. */
export const acceptedFlags: readonly Flag[] = rows.map(({ properties, instead = '', warning, ...row }) => ({
  ...row,
  apply: (settings, text) => {
    if (properties === undefined) return settings;
    const given = checkProperties(text, properties, instead);
    const problem = warning?.(given);
    return problem === undefined ? settings : warned(settings, problem);
  },
}));
