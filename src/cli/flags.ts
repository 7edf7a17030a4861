import { ConfigurationError, type EngineName, type EngineSettings, type MachineOptions, memorySize } from '../index.ts';
import { checkedCpu } from '../options.ts';
import { parseInteger, parseProperties, parseSwitch } from './properties.ts';
import type { Backend, Settings } from './settings.ts';

/** One row of the command line's table: parsing and `--help` come from it. */
export interface Flag {
  /** Without dashes; the first is the one that help shows. */
  readonly names: readonly string[];
  /** What its argument is called in the help; none: it takes no argument. */
  readonly argument?: string;
  /** The argument may be left out; it then comes behind a "=". */
  readonly optional?: true;
  readonly help: string;
  /** The settings with this flag. Throws ConfigurationError if the argument is wrong. */
  apply(settings: Settings, argument: string): Settings;
}

const machine = (settings: Settings, options: Partial<MachineOptions>): Settings => ({
  ...settings,
  machine: { ...settings.machine, ...options },
});

export const flags: readonly Flag[] = [
  {
    names: ['m'],
    argument: 'SIZE',
    help: 'memory in megabytes, or with K, M or G (default: 128)',
    apply: (settings, text) => machine(settings, { memory: checkedMemory(text) }),
  },
  {
    names: ['cpu'],
    argument: 'MODEL[,+FEATURE][,-FEATURE]',
    help: '486, pentium, pentium3, core2 or max (default), with features added or taken away; help: list them',
    apply: applyCpu,
  },
  {
    names: ['machine', 'M'],
    argument: 'max-ram-below-4g=SIZE',
    help: 'how much memory is below 4 GB; the rest begins there',
    apply: (settings, text) => machine(settings, { memoryBelow4G: parseLowMemory(text) }),
  },
  {
    names: ['kernel'],
    argument: 'FILE',
    help: 'boot this Linux bzImage or Multiboot kernel',
    apply: (settings, kernel) => ({ ...settings, kernel }),
  },
  {
    names: ['initrd'],
    argument: 'FILE',
    help: 'initial RAM disk for the kernel',
    apply: (settings, initrd) => ({ ...settings, initrd }),
  },
  {
    names: ['append'],
    argument: 'TEXT',
    help: 'command line for the kernel',
    apply: (settings, append) => ({ ...settings, append }),
  },
  {
    names: ['bios'],
    argument: 'FILE',
    help: 'start this ROM image at the reset vector',
    apply: (settings, bios) => ({ ...settings, bios }),
  },
  {
    names: ['nographic'],
    help: 'COM1 on this terminal, with Ctrl-A for commands (the default: there is no window)',
    apply: (settings) => ({ ...settings, nographic: true }),
  },
  {
    names: ['serial'],
    argument: 'DEVICE',
    help: 'COM1 (COM2, … if repeated) on stdio, mon:stdio, file:PATH or null',
    apply: (settings, text) => ({ ...settings, serials: [...settings.serials, parseBackend(text)] }),
  },
  {
    names: ['debugcon'],
    argument: 'DEVICE',
    help: 'output to port 0xe9 on stdio, file:PATH or null',
    apply: (settings, text) => ({
      ...machine(settings, { debugConsole: { iobase: settings.machine.debugConsole?.iobase ?? 0xe9 } }),
      debugConsole: parseBackend(text),
    }),
  },
  {
    names: ['device'],
    argument: 'isa-debug-exit|isa-debugcon|pc-testdev[,PROPERTY=VALUE]',
    help:
      'isa-debug-exit,iobase=N,iosize=N: a write there ends the program, with exit code 2 * value + 1; ' +
      'isa-debugcon,iobase=N,chardev=ID; pc-testdev: what kvm-unit-tests asks for',
    apply: applyDevice,
  },
  {
    names: ['chardev'],
    argument: 'stdio|null|file,id=ID[,path=PATH]',
    help: 'a named connection for -serial chardev:ID and -device isa-debugcon',
    apply: (settings, text) => ({ ...settings, chardevs: { ...settings.chardevs, ...parseChardev(text) } }),
  },
  {
    names: ['global'],
    argument: 'isa-debugcon.iobase=N',
    help: 'port of the debug console',
    apply: (settings, text) => machine(settings, { debugConsole: { iobase: parseDebugConsolePort(text) } }),
  },
  {
    names: ['icount'],
    argument: 'shift=N',
    help: 'time from executed instructions, 2^N ns each, N from 0 to 10: runs are alike',
    apply: (settings, text) => machine(settings, { icount: { shift: parseShift(text) } }),
  },
  {
    names: ['no-reboot'],
    help: 'leave where the guest would reboot',
    apply: (settings) => machine(settings, { reboot: 'exit' }),
  },
  {
    names: ['engine'],
    argument: 'NAME[,check=on][,threshold=N][,blocks=N][,instructions=N]',
    help: 'interpreter or translator (default); check what it makes; when to translate, and how much at a time',
    apply: (settings, text) => machine(settings, { engine: parseEngine(text) }),
  },
  {
    names: ['isolate'],
    argument: 'NAME',
    help: 'run the machine in a worker (default) or in the thread of the caller',
    apply: (settings, name) => machine(settings, { isolate: name as 'worker' | 'caller' }),
  },
  {
    names: ['name'],
    argument: 'TEXT',
    help: 'name of the machine',
    apply: (settings, name) => machine(settings, { name }),
  },
  {
    names: ['inspect'],
    argument: 'PATH|PORT',
    optional: true,
    help: 'let inspectors attach by a Unix socket or a TCP port of 127.0.0.1 (rawiron inspect)',
    apply: (settings, inspect) => ({ ...settings, inspect }),
  },
  {
    names: ['symbols'],
    argument: 'FILE',
    help: 'names of guest functions for profiles: ELF file, System.map or text of /proc/kallsyms',
    apply: (settings, symbols) => ({ ...settings, symbols }),
  },
  {
    names: ['help', 'h'],
    help: 'show this help',
    apply: (settings) => ({ ...settings, action: 'help' }),
  },
  {
    names: ['version'],
    help: 'show the version',
    apply: (settings) => ({ ...settings, action: 'version' }),
  },
];

/** How a flag is written, with its argument. */
export function flagUsage({ names, argument, optional }: Flag): string {
  const flag = names.map((name) => `-${name}`).join(', ');
  if (argument === undefined) return flag;
  return optional ? `${flag}[=${argument}]` : `${flag} ${argument}`;
}

/** Flags of QEMU that mean something here too, but nothing that can be done yet. */
export const unsupportedFlags: ReadonlySet<string> = new Set(
  `accel action add-fd alt-grab append-file audio audiodev balloon blockdev boot bt cdrom compat curses
  d D daemonize dfilter display drive dtb dump-vmstate enable-fips enable-kvm fda fdb full-screen fsdev fw_cfg g gdb
  hda hdb hdc hdd incoming iscsi jitdump k L loadvm mem-path mem-prealloc mon monitor msg mtdblock net netdev
  nic no-acpi no-fd-bootchk no-hpet no-shutdown no-user-config nodefaults nouserconfig numa object only-migratable
  option-rom overcommit parallel perfmap pflash pidfile plugin portrait preconfig prom-env qmp qmp-pretty qtest
  readconfig realtime rotate rtc run-with runas S s sandbox sd sdl seed semihosting set shim show-cursor singlestep smbios
  smp snapshot soundhw spice tb-size tpmdev trace usb usbdevice uuid vga virtfs virtioconsole vnc watchdog win2k-hack
  writeconfig xen-attach`.split(/\s+/),
);

function checkedMemory(text: string): string {
  const { size = '' } = parseProperties(text, 'size', []);
  memorySize(size);
  return size;
}

function parseLowMemory(text: string): string {
  const { 'max-ram-below-4g': size } = parseProperties(text, 'type', ['max-ram-below-4g']);
  if (size === undefined) throw new ConfigurationError(`'${text}' is not supported; give max-ram-below-4g=SIZE`);
  memorySize(size);
  return size;
}

function parseBackend(text: string): Backend {
  if (text === 'stdio' || text === 'mon:stdio') return { type: 'stdio', muxed: text === 'mon:stdio' };
  if (text === 'null' || text === 'none') return { type: 'null' };
  if (text.startsWith('chardev:')) return { type: 'chardev', id: text.slice('chardev:'.length) };
  if (text.startsWith('file:') && text.length > 'file:'.length)
    return { type: 'file', path: text.slice('file:'.length) };
  throw new ConfigurationError(`'${text}' is not supported; it is one of stdio, mon:stdio, file:PATH, null`);
}

/** The defaults are QEMU's. */
const devices: Readonly<Record<string, (settings: Settings, text: string) => Settings>> = {
  'isa-debug-exit': (settings, text) => {
    const { iobase = '0x501', iosize = '2' } = parseProperties(text, 'driver', ['iobase', 'iosize']);
    const debugExit = { iobase: parseInteger('iobase', iobase), iosize: parseInteger('iosize', iosize) };
    return machine(settings, { debugExit });
  },
  'isa-debugcon': (settings, text) => {
    const { iobase = '0xe9', chardev = '' } = parseProperties(text, 'driver', ['iobase', 'chardev']);
    const debugConsole = { iobase: parseInteger('iobase', iobase) };
    return { ...machine(settings, { debugConsole }), debugConsole: { type: 'chardev', id: chardev } };
  },
  'pc-testdev': (settings, text) => {
    parseProperties(text, 'driver', []);
    return machine(settings, { pcTestdev: true });
  },
};

function applyDevice(settings: Settings, text: string): Settings {
  const driver = text.split(',')[0]!.replace(/^driver=/, '');
  if (!Object.hasOwn(devices, driver)) throw new ConfigurationError(`the device '${driver}' is not supported`);
  return devices[driver]!(settings, text);
}

function parseChardev(text: string): Record<string, Backend> {
  const { backend, id, path } = parseProperties(text, 'backend', ['id', 'path']);
  if (!id) throw new ConfigurationError(`'${text}' has no name; give id=ID`);
  if ((backend === 'file') !== (path !== undefined))
    throw new ConfigurationError(`'${text}' is not supported; a file, and nothing else, has a path`);
  return { [id]: parseBackend(path === undefined ? backend! : `file:${path}`) };
}

function parseDebugConsolePort(text: string): number {
  const [property, value = ''] = text.split('=');
  if (property !== 'isa-debugcon.iobase') throw new ConfigurationError(`the property '${property}' is not supported`);
  return parseInteger(property, value);
}

function parseEngine(text: string): EngineSettings {
  const { name, check, ...numbers } = parseProperties(text, 'name', ['check', 'threshold', 'blocks', 'instructions']);
  return {
    ...(name !== undefined && { name: name as EngineName }),
    ...(check !== undefined && { check: parseSwitch('check', check) }),
    ...Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, parseInteger(key, value)])),
  };
}

function parseShift(text: string): number {
  const { shift = '' } = parseProperties(text, 'shift', []);
  return parseInteger('shift', shift);
}

function applyCpu(settings: Settings, cpu: string): Settings {
  if (cpu === 'help' || cpu === '?') return { ...settings, action: 'list-cpus' };
  return machine(settings, { cpu: checkedCpu(cpu) });
}
