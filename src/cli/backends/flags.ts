import { ConfigurationError } from '../../index.ts';
import { vncFlags, withVnc } from '../display/vnc.ts';
import type { Flag } from '../flag.ts';
import { freePort } from '../port-devices.ts';
import { checkProperties, parseProperties, parseSwitch } from '../properties.ts';
import { machine, type Settings, warned } from '../settings.ts';
import type { Backend } from './backend.ts';
import { kinds } from './kinds.ts';
import { isVirtualConsole, parseBackend, parseChardev } from './parse.ts';

const NO_WINDOW =
  'there are no windows of its own; give web, which has the screen in a browser, terminal, vnc=:N or none, and the library has pictures of the screen';
/** The first display that is free, with its page. */
const WEB = ':0,to=99,websocket=on';

/** Properties of QEMU's displays that are on or off, and have no effect where there is no window. */
const harmless = ['full-screen', 'show-cursor', 'window-close'];
/** Other properties of windows are as little there as windows. */
const windowProperties = ['grab-on-hover', 'zoom-to-fit', 'p2p'];
const displayProperties = {
  type: /^(terminal|curses|none)$/,
  gl: /^off$/,
  ...Object.fromEntries(harmless.map((name) => [name, /^/])),
  ...Object.fromEntries(windowProperties.map((name) => [name, /^(?!)/])),
};

/** Displays by the name that is written in `-display`, with their help. */
export const screens: Readonly<Record<string, string>> = {
  terminal: 'on this terminal; curses is the same',
  web: 'in a browser, at an address that is told',
  'vnc=DISPLAY': 'for viewers, as -vnc has them',
  none: 'nowhere',
};

const usages = Object.values(kinds)
  .map(({ usage }) => usage)
  .join('; ');

/** Flags that say where the screen is shown, as QEMU has them. */
export const screenFlags: readonly Flag[] = [
  {
    names: ['nographic'],
    help: 'COM1 and a monitor on this terminal, no display',
    details: 'Ctrl-A begins commands there. Firmware and boot loaders use COM1, too (-machine graphics=off).',
    apply: (settings) => ({ ...machine(settings, { serialConsole: true }), nographic: true }),
  },
  {
    names: ['echr'],
    argument: 'N',
    help: 'the character that stands for Ctrl-A',
    details: 'It begins commands on the terminal. N is its number, such as 0x14 for Ctrl-T.',
    apply: (settings, text) => ({ ...settings, escapeKey: parseEscapeKey(text) }),
  },
  {
    names: ['display'],
    argument: 'terminal|curses|web|vnc=DISPLAY|none',
    help: 'where the screen is shown',
    details:
      'terminal, curses: on this terminal (default where firmware is booted on a terminal that nothing else is on). web: in a browser, at an address that is printed. vnc: for viewers, as -vnc. none: nowhere.',
    list: 'list-screens',
    apply: (settings, text) => {
      if (text === 'web') return withVnc(settings, WEB);
      if (text.startsWith('vnc=')) return withVnc(settings, text.slice('vnc='.length));
      const given = checkProperties(text, displayProperties, NO_WINDOW);
      for (const name of harmless) if (given[name] !== undefined) parseSwitch(name, given[name]);
      const shown = { ...settings, display: given.type === 'none' ? 'none' : 'terminal' } as const;
      return given['window-close'] === undefined
        ? shown
        : warned(shown, '-display: there is no window that could be closed (window-close)');
    },
  },
  {
    names: ['curses'],
    help: 'the same as -display terminal',
    apply: (settings) => ({ ...settings, display: 'terminal' }),
  },
  ...vncFlags,
];

/** Flags that connect character devices, as QEMU has them. */
export const consoleFlags: readonly Flag[] = [
  {
    names: ['serial'],
    argument: 'DEVICE',
    help: 'COM1 (COM2, … if repeated) on a DEVICE',
    details:
      'DEVICE is stdio, mon:stdio, unix:PATH, tcp:HOST:PORT or telnet:HOST:PORT[,server=on][,wait=off][,reconnect=SECONDS], udp:HOST:PORT[@HOST:PORT], file:PATH, pipe:PATH, chardev:ID or null.',
    apply: (settings, text) => ({
      ...settings,
      serials: [...settings.serials, text === 'none' ? freePort : parseBackend(text)],
    }),
  },
  {
    names: ['parallel'],
    argument: 'DEVICE',
    help: 'the parallel port on a DEVICE (default: null)',
    details: 'What the guest prints goes there. DEVICE is as that of -serial; none: there is no port.',
    apply: (settings, text) => {
      if (text === 'none') return machine(settings, { parallelPort: false });
      return { ...settings, parallels: [...settings.parallels, parseBackend(text)] };
    },
  },
  {
    names: ['monitor'],
    argument: 'DEVICE',
    help: 'a monitor, with the commands of QEMU, on a DEVICE',
    details: 'DEVICE is as that of -serial (default: beside COM1 on the terminal, by Ctrl-A c).',
    // There is no window that could have it: it stays where it is without the flag.
    apply: (settings, text) => (isVirtualConsole(text) ? settings : withMonitor(settings, parseBackend(text))),
  },
  {
    names: ['mon'],
    argument: 'chardev=ID[,mode=readline|control][,pretty=on]',
    help: 'a monitor, or QMP, on a -chardev',
    details: 'mode=control: QMP. pretty=on: with a member on each line.',
    apply: (settings, text) => {
      const { chardev, mode = 'readline', pretty = 'off' } = parseProperties(text, 'chardev', ['mode', 'pretty', 'id']);
      if (!chardev) throw new ConfigurationError(`'${text}' has no chardev; give chardev=ID`);
      if (mode !== 'readline' && mode !== 'control')
        throw new ConfigurationError(`'${mode}' is no mode of a monitor; give readline or control`);
      const isPretty = parseSwitch('pretty', pretty);
      if (isPretty && mode === 'readline')
        throw new ConfigurationError(
          "'pretty' is not compatible with HMP monitors; give mode=control, or leave it out",
        );
      const backend = { type: 'chardev', id: chardev } as const;
      return mode === 'control' ? withControl(settings, backend, isPretty) : withMonitor(settings, backend);
    },
  },
  {
    names: ['qmp'],
    argument: 'DEVICE',
    help: 'QMP, by which programs control the machine',
    details: 'DEVICE is stdio, unix:PATH or tcp:HOST:PORT[,server=on][,wait=off].',
    apply: (settings, text) => withControl(settings, parseBackend(text), false),
  },
  {
    names: ['qmp-pretty'],
    argument: 'DEVICE',
    help: 'as -qmp, with a member on each line, for people',
    apply: (settings, text) => withControl(settings, parseBackend(text), true),
  },
  {
    names: ['debugcon'],
    argument: 'DEVICE',
    help: 'output to port 0xe9 on a DEVICE',
    details: 'DEVICE is as that of -serial.',
    apply: (settings, text) => ({
      ...machine(settings, { debugConsole: { iobase: settings.machine.debugConsole?.iobase ?? 0xe9 } }),
      debugConsole: parseBackend(text),
    }),
  },
  {
    names: ['chardev'],
    argument: `${Object.keys(kinds).join('|')},id=ID[,PROPERTY=VALUE]`,
    help: 'a named connection for devices and monitors',
    details: `It is for chardev:ID, -mon, and devices that take one; with mux=on for several of them, and logfile=FILE[,logappend=on] for a copy of what is sent there. The kinds: ${usages}.`,
    list: 'list-chardevs',
    apply: addChardev,
  },
];

function withControl(settings: Settings, backend: Backend, isPretty: boolean): Settings {
  const { controls = [], prettyControls = [] } = settings;
  const pretty = isPretty && { prettyControls: [...prettyControls, backend] };
  return { ...settings, controls: [...controls, backend], ...pretty };
}

function withMonitor(settings: Settings, backend: Backend): Settings {
  return { ...settings, monitors: [...(settings.monitors ?? []), backend] };
}

function addChardev(settings: Settings, text: string): Settings {
  const added = parseChardev(text);
  const [id] = Object.keys(added);
  if (Object.hasOwn(settings.chardevs, id)) throw new ConfigurationError(`there is a -chardev with id=${id} already`);
  return { ...settings, chardevs: { ...settings.chardevs, ...added } };
}

/** A character of ASCII. */
function parseEscapeKey(text: string): number {
  const key = /^(0x[0-9a-f]+|\d+)$/i.test(text) ? Number(text) : 0;
  if (key < 1 || key > 0x7e)
    throw new ConfigurationError(`'${text}' is no number of a character; give 0x01 to 0x7e, such as 0x14 for Ctrl-T`);
  return key;
}
