import { ConfigurationError } from '../../index.ts';
import type { Settings } from '../settings.ts';
import { type Backend, namedBackend, type StdioBackend } from './backend.ts';

/** Which backend each character device is connected to. Devices that share one have the same object. */
export interface BackendPlan {
  /** COM1, COM2, … */
  readonly serials: readonly Backend[];
  readonly monitors: readonly Backend[];
  /** Where QMP is spoken. */
  readonly controls: readonly Backend[];
  /** The QMP backends whose answers have a member on each line. */
  readonly prettyControls: readonly Backend[];
  /** The backend by which gdb connects. */
  readonly gdb?: Backend;
  /** LPT1, … */
  readonly parallels: readonly Backend[];
  readonly debugConsole?: Backend;
  /** Ports of the virtio console device. */
  readonly virtioPorts: readonly Backend[];
  readonly xenConsoles: readonly Backend[];
  /** By -chardev, with their names; also those that no device uses. */
  readonly chardevs: Readonly<Record<string, Backend>>;
  /** Where the screen is shown: this terminal. */
  readonly display?: Backend;
}

const nowhere: Backend = { type: 'null' };
const terminal: Backend = { type: 'stdio', muxed: true };

/** The backends as the flags give them, before those on one terminal are joined. */
interface Given {
  readonly serials: readonly Backend[];
  readonly monitors: readonly Backend[] | undefined;
  /** Backends of QMP and of gdb. */
  readonly controls: readonly Backend[];
  readonly hasDisplay: boolean;
  readonly settings: Settings;
}

/**
 * Connects what the flags name, and QEMU's defaults for what they leave out. Where no display is shown the terminal has COM1
 * and a monitor, as with -nographic.
 * @param hasDisplay the terminal shows the display
 * @throws ConfigurationError if a -chardev is missing, or devices cannot share a backend
 */
export function planBackends(settings: Settings, hasDisplay: boolean): BackendPlan {
  const named = (backend: Backend) => namedBackend(backend, settings.chardevs);
  const controls = (settings.controls ?? []).map(named);
  const gdb = settings.gdbDevice && named(settings.gdbDevice);
  const given = {
    ...{ settings, hasDisplay, controls: gdb ? [...controls, gdb] : controls },
    serials: settings.serials.map(named),
    // Who has QMP has no monitor that was not asked for, as in QEMU.
    monitors: settings.monitors?.map(named) ?? (controls.length > 0 ? [] : undefined),
  };
  const serials = serialsOf(given);
  const plan = {
    serials,
    monitors: [...serials.filter(hasMonitor), ...monitorsOf(given, serials)].filter(({ type }) => type !== 'null'),
    controls: controls.filter(({ type }) => type !== 'null'),
    prettyControls: (settings.prettyControls ?? []).map(named),
    parallels: settings.parallels.map(named),
    virtioPorts: settings.virtioPorts.map(named),
    xenConsoles: settings.xenConsoles.map(named),
    chardevs: settings.chardevs,
    ...(gdb && { gdb }),
    ...(settings.debugConsole && { debugConsole: named(settings.debugConsole) }),
    ...(hasDisplay && { display: terminal }),
  };
  const joined = withOneTerminal(plan);
  checkSharing(joined);
  checkOneTerminal(settings);
  return joined;
}

const shareTerminal =
  'two devices share the terminal; give -chardev stdio,id=ID,mux=on, and chardev:ID for each of them';

/** The terminal is given once, as in QEMU, whether a device uses that or not. @throws ConfigurationError */
function checkOneTerminal(settings: Settings): void {
  const { serials, monitors = [], controls = [], parallels, virtioPorts, xenConsoles, chardevs } = settings;
  const { debugConsole, gdbDevice } = settings;
  const consoles = [...serials, ...monitors, ...controls, ...parallels, ...virtioPorts, ...xenConsoles];
  const places = [...consoles, ...Object.values(chardevs)];
  const single = [debugConsole, gdbDevice].filter((backend) => backend !== undefined);
  const terminals = new Set([...places, ...single].filter(isTerminal));
  if (terminals.size > 1) throw new ConfigurationError(shareTerminal);
}

function hasMonitor(backend: Backend): boolean {
  return 'hasMonitor' in backend;
}

const isTerminal = (backend: Backend): backend is Backend & StdioBackend => backend.type === 'stdio';

function serialsOf({ serials, monitors, controls, hasDisplay, settings }: Given): readonly Backend[] {
  if (serials.length > 0)
    return settings.nographic ? serials.map((b) => (isTerminal(b) ? { ...b, muxed: true } : b)) : serials;
  if (settings.nodefaults) return [];
  return hasDisplay || settings.daemonize || [...(monitors ?? []), ...controls].some(isTerminal)
    ? [nowhere]
    : [terminal];
}

function monitorsOf({ monitors, hasDisplay, settings }: Given, serials: readonly Backend[]): readonly Backend[] {
  if (monitors) return monitors;
  if (settings.nodefaults || serials.some(hasMonitor)) return [];
  if (hasDisplay || serials.includes(terminal)) return [terminal];
  if (!settings.nographic) return [];
  return [{ type: 'stdio', muxed: serials.some(isTerminal) }];
}

/** All that is on the terminal has one object: muxed if it is for any of them. */
function withOneTerminal(plan: BackendPlan): BackendPlan {
  const terminals = [...backendsOf(plan), ...Object.values(plan.chardevs)].filter(isTerminal);
  const log = terminals.find((backend) => backend.log !== undefined)?.log;
  const one: Backend = {
    type: 'stdio',
    muxed: backendsOf(plan).some((backend) => isTerminal(backend) && backend.muxed),
    ...(log && { log }),
  };
  const joined = (backend: Backend) => (isTerminal(backend) ? one : backend);
  return {
    serials: plan.serials.map(joined),
    monitors: [...new Set(plan.monitors.map(joined))],
    controls: plan.controls.map(joined),
    prettyControls: plan.prettyControls.map(joined),
    parallels: plan.parallels.map(joined),
    virtioPorts: plan.virtioPorts.map(joined),
    xenConsoles: plan.xenConsoles.map(joined),
    chardevs: Object.fromEntries(Object.entries(plan.chardevs).map(([id, backend]) => [id, joined(backend)])),
    ...(plan.gdb && { gdb: joined(plan.gdb) }),
    ...(plan.debugConsole && { debugConsole: joined(plan.debugConsole) }),
    ...(plan.display && { display: one }),
  };
}

/** The backends of a plan's devices, one for each. */
export function backendsOf(plan: BackendPlan): Backend[] {
  const { serials, monitors, controls, gdb, parallels, virtioPorts, xenConsoles, debugConsole, display } = plan;
  return [
    ...monitors,
    ...controls,
    ...(gdb ? [gdb] : []),
    ...serials,
    ...parallels,
    ...virtioPorts,
    ...xenConsoles,
    ...(debugConsole ? [debugConsole] : []),
    ...(display ? [display] : []),
  ];
}

function checkSharing(plan: BackendPlan): void {
  const { serials, monitors, controls, gdb, display } = plan;
  if (display && serials.includes(display))
    throw new ConfigurationError(
      'the terminal shows the display; give -display none, or -serial another place such as unix:PATH,server,nowait',
    );
  const all = backendsOf(plan);
  for (const control of controls) checkAlone(control, all, 'QMP', '-qmp');
  if (controls.some(({ type }) => type === 'udp'))
    throw new ConfigurationError(
      'QMP begins when somebody connects, which is unknown with udp; give unix:PATH or tcp:HOST:PORT',
    );
  if (gdb) checkAlone(gdb, all, 'gdb', '-gdb');
  for (const [n, backend] of all.entries()) {
    if (all.indexOf(backend) === n || ('muxed' in backend && backend.muxed)) continue;
    if (backend.type === 'stdio')
      throw new ConfigurationError(
        monitors.includes(backend)
          ? 'a monitor and another device share the terminal; give -serial mon:stdio'
          : shareTerminal,
      );
    if ('muxed' in backend)
      throw new ConfigurationError(`two devices share a ${backend.type}; give its -chardev mux=on`);
    if (backend.type !== 'null')
      throw new ConfigurationError(`two devices share a ${backend.type}; give each a -chardev of its own`);
  }
}

/** @throws ConfigurationError if another device has the place, too */
function checkAlone(backend: Backend, all: readonly Backend[], what: string, flag: string): void {
  if (all.filter((other) => other === backend).length > 1)
    throw new ConfigurationError(`${what} and another device share a place; give ${flag} one of its own`);
}
