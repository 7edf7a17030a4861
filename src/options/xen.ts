import { XEN_VERSION } from '../../runtime/machine/catalogue/xen.ts';
import type { MachineConfig } from '../machine-core.ts';
import { checkedBoolean, checkedInteger, checkNames, shown } from '../util/checks.ts';
import { atOption, ConfigurationError } from '../util/errors.ts';

/** Xen around the guest. */
export interface XenOptions {
  /**
   * The version that guests see, such as "4.16", from "4.0" to "4.17". Before 4.17 each processor has no vector of its own for events,
   * as far as guests are told. Default: "4.17".
   */
  readonly version?: string;
}

/** Options of a machine that have to do with Xen. */
interface WithXen {
  readonly xen?: boolean | XenOptions;
  readonly xenConsoles?: number;
  readonly xenKeyboard?: boolean;
  readonly xenFramebuffer?: boolean;
  readonly drives?: readonly (string | { readonly interface?: string })[];
  readonly network?: readonly { readonly card?: string }[];
}

/** Devices that a machine has once. */
const switches = ['xenKeyboard', 'xenFramebuffer'] as const;
/** Linux knows a console by one digit. */
const MOST_CONSOLES = 10;
const OLDEST_VERSION = 0x00040000;

/** A version as its two numbers have it in 16 bits each; undefined: there is none of that text. */
function versionOf(text: unknown): number | undefined {
  const [, major, minor] = (typeof text === 'string' && /^(\d)\.(\d\d?)$/.exec(text)) || [];
  const version = Number(major) * 2 ** 16 + Number(minor);
  return version >= OLDEST_VERSION && version <= XEN_VERSION ? version : undefined;
}

/** The text of a version, of which `-accel` has the numbers. */
export function xenVersionText(version: number): string {
  return `${version >>> 16}.${version & 0xffff}`;
}

function checkedVersion({ version = xenVersionText(XEN_VERSION) }: XenOptions): Pick<MachineConfig, 'xenVersion'> {
  const xenVersion = versionOf(version);
  if (xenVersion === undefined)
    throw new ConfigurationError(
      `xen.version is ${shown(version)}; give a version from ${xenVersionText(OLDEST_VERSION)} to ${xenVersionText(XEN_VERSION)}`,
      'version',
    );
  return xenVersion === XEN_VERSION ? {} : { xenVersion };
}

function isXen(xen: boolean | XenOptions): boolean {
  if (typeof xen !== 'object') return checkedBoolean('xen', xen);
  checkNames('xen', xen, ['version']);
  return true;
}

const isSwitchedOn = (name: (typeof switches)[number], options: WithXen): boolean =>
  atOption(name, () => checkedBoolean(name, options[name] ?? false));

const checkedConsoles = (count: number): number =>
  atOption('xenConsoles', () => checkedInteger('xenConsoles', count, 0, MOST_CONSOLES));

/** Whoever plans what is in the list refuses what is none. */
const listOf = <Item>(list: readonly Item[] | undefined): readonly Item[] => (Array.isArray(list) ? list : []);

/** @throws ConfigurationError for a device of Xen in a machine without it */
function checkNoXen({ xenConsoles = 0, drives, network, ...others }: WithXen): void {
  const disk = listOf(drives).findIndex((drive) => typeof drive === 'object' && drive?.interface === 'xen');
  const card = listOf(network).findIndex((one) => one?.card === 'xen-net-device');
  const places = [
    ...(disk >= 0 ? [`drives[${disk}]`] : []),
    ...(card >= 0 ? [`network[${card}]`] : []),
    ...(checkedConsoles(xenConsoles) === 0 ? [] : ['xenConsoles']),
    ...switches.filter((name) => isSwitchedOn(name, others)),
  ];
  if (places.length > 0)
    throw new ConfigurationError(
      `${places[0]} is for drivers of Xen, which the machine has not; give xen (-machine xen=on)`,
      places[0],
    );
}

/**
 * Xen as the options ask for it.
 * @throws ConfigurationError that names the option
 */
export function checkedXen(
  options: WithXen,
): Pick<MachineConfig, 'xen' | 'xenVersion' | 'xenConsoles' | (typeof switches)[number]> {
  const { xen = false, xenConsoles = 0 } = options;
  const isThere = atOption('xen', () => isXen(xen));
  if (!isThere) {
    checkNoXen(options);
    return {};
  }
  const consoles = checkedConsoles(xenConsoles);
  return {
    xen: true,
    ...(typeof xen === 'object' && atOption('xen', () => checkedVersion(xen))),
    ...(consoles > 0 && { xenConsoles: consoles }),
    ...Object.fromEntries(switches.filter((name) => isSwitchedOn(name, options)).map((name) => [name, true])),
  };
}
