import { checkedEngine } from '../engine-options.ts';
import { type DisplayModel, displayModels, type EngineName, type EngineSettings, keyboardLayouts } from '../index.ts';
import { checkedLayout } from '../input/layout.ts';
import { migrationPlace } from '../node/migration/place.ts';
import { checkedCpu, checkedIsolate } from '../options.ts';
import { acceleratorFlag } from './accelerators.ts';
import { characterFlags } from './backends/flags.ts';
import { debugFlags } from './debug-flags.ts';
import { applyDevice } from './devices.ts';
import { driveFlags } from './drive-flags.ts';
import { firmwareFileFlags } from './firmware-file-flags.ts';
import { icountFlag } from './icount-flag.ts';
import { limitsFlag } from './limits.ts';
import { clockAndGlobalFlags, machineFlag, memoryFlag } from './machine-flags.ts';
import { networkFlags } from './network-flags.ts';
import { objectFlag } from './object-flag.ts';
import { checkProperties, parseInteger, parseProperties, parseSwitch } from './properties.ts';
import { type List, machine, type Settings } from './settings.ts';
import { shareFlags } from './share-flags.ts';
import { smbiosFlags } from './smbios-flags.ts';
import { smpFlag } from './smp-flag.ts';
import { soundFlags } from './sound-flags.ts';
import { traceFlags } from './trace-flags.ts';
import { usbFlags } from './usb-flags.ts';

/** One row of the command line's table: parsing and `--help` come from it. */
export interface Flag {
  /** Without dashes; the first is the one that help shows. */
  readonly names: readonly string[];
  /** What its argument is called in the help; none: it takes no argument. */
  readonly argument?: string;
  /** The argument may be left out; it then comes after a "=". */
  readonly optional?: true;
  readonly help: string;
  /** What `help` for an argument lists. */
  readonly list?: List;
  /** It is applied after all others, so that what it refers to may stand behind it, too: as QEMU makes devices. */
  readonly last?: true;
  /** The settings with this flag. Throws ConfigurationError if the argument is wrong. */
  apply(settings: Settings, argument: string): Settings;
}

export const flags: readonly Flag[] = [
  memoryFlag,
  {
    names: ['cpu'],
    argument: 'MODEL[,+FEATURE][,-FEATURE][,check=off][,enforce]',
    help: 'a model such as 486, pentium3, n270, qemu32, qemu64, Haswell or max (default; host: the same), with features added or taken away; enforce: none may be missing; help: list them',
    list: 'list-cpus',
    apply: (settings, cpu) => machine(settings, { cpu: checkedCpu(cpu.replace(/^host(?=,|$)/, 'max')) }),
  },
  smpFlag,
  machineFlag,
  acceleratorFlag,
  {
    names: ['kernel'],
    argument: 'FILE',
    help: 'boot this Linux bzImage or Multiboot kernel: by firmware where there is a display adapter (-vga std or cirrus, -display terminal or web, -vnc) or -bios is given, else directly, which is faster',
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
    argument: 'FILE|rawiron|seabios',
    help: "start this ROM image at the reset vector; rawiron: the BIOS of our own (default); seabios: SeaBIOS and its video BIOS, from Debian's package",
    apply: (settings, bios) => ({ ...settings, bios }),
  },
  ...smbiosFlags,
  ...firmwareFileFlags,
  ...driveFlags,
  ...networkFlags,
  objectFlag,
  ...soundFlags,
  ...usbFlags,
  ...shareFlags,
  {
    names: ['k'],
    argument: keyboardLayouts.join('|'),
    help: 'the keyboard layout that the guest has, for what is typed on -display terminal and comes from VNC viewers as characters (default: en-us)',
    apply: (settings, layout) => machine(settings, { keyboardLayout: checkedLayout(layout) }),
  },
  {
    names: ['vga'],
    argument: [...displayModels, 'none'].join('|'),
    list: 'list-displays',
    help: "the display adapter (default: std where there is firmware, which sets it up); std is a VGA with Bochs' VBE, cirrus a Cirrus Logic CL-GD5446",
    apply: (settings, text) =>
      machine(settings, {
        vga: checkProperties(
          text,
          { type: new RegExp(`^(${displayModels.join('|')}|none)$`) },
          `give ${displayModels.join(', ')} or none`,
        ).type as DisplayModel | 'none',
      }),
  },
  ...characterFlags,
  {
    names: ['device'],
    argument: 'NAME[,PROPERTY=VALUE]',
    list: 'list-devices',
    last: true,
    help: 'adds a device, such as a network card or one of virtio; help: list them. Those on the PCI bus take addr=SLOT, in hexadecimal: the others have the next free slots',
    apply: applyDevice,
  },
  ...clockAndGlobalFlags,
  {
    names: ['no-hpet'],
    help: 'no high precision event timer, as -machine hpet=off',
    apply: (settings) => machine(settings, { hpet: false }),
  },
  {
    names: ['no-acpi'],
    help: 'no ACPI tables, as -machine acpi=off',
    apply: (settings) => machine(settings, { acpi: false }),
  },
  {
    names: ['nodefaults'],
    help: 'COM1 on nothing, unless -serial says otherwise, and no empty CD-ROM and floppy drive',
    apply: (settings) => ({ ...settings, nodefaults: true }),
  },
  icountFlag,
  limitsFlag,
  {
    names: ['no-reboot'],
    help: 'leave where the guest would reboot; after a triple fault with exit code 2',
    apply: (settings) => machine(settings, { reboot: 'exit' }),
  },
  {
    names: ['no-shutdown'],
    help: 'stand still where the guest turns the machine off, for a look with the monitor; system_reset and cont go on',
    apply: (settings) => machine(settings, { shutdown: 'pause' }),
  },
  {
    names: ['action'],
    argument: '[reboot=reset|shutdown][,shutdown=poweroff|pause]',
    help: 'shutdown, pause: as -no-reboot and -no-shutdown',
    apply: applyAction,
  },
  {
    names: ['incoming'],
    argument: 'file:FILE|tcp:HOST:PORT|unix:PATH|ws:HOST:PORT|exec:COMMAND|defer',
    help: "go on from a file that the monitor's migrate wrote, or Machine.snapshot() of the library; or with a machine that another process, or a page (ws:), sends there, or a command gives; other flags may change what it says. defer: migrate_incoming in the monitor says where it comes from",
    apply: (settings, text) => ({ ...settings, incoming: parseIncoming(text) }),
  },
  {
    names: ['loadvm'],
    argument: 'TAG',
    help: "go on from a snapshot within the machine's images, which the monitor's savevm took",
    apply: (settings, loadvm) => ({ ...settings, loadvm }),
  },
  ...traceFlags,
  {
    names: ['engine'],
    argument: 'interpreter|translator[,target=javascript|wasm][,check=on][,threshold=N][,blocks=N][,instructions=N]',
    help: 'what runs guest code (default: translator); check what it makes; when to translate, and how much at a time',
    apply: (settings, text) => machine(settings, { engine: parseEngine(text) }),
  },
  {
    names: ['isolate'],
    argument: 'worker|caller',
    help: 'run the machine in a worker (default) or in the thread of the caller',
    apply: (settings, name) => machine(settings, { isolate: checkedIsolate(name as 'worker' | 'caller') }),
  },
  {
    names: ['name'],
    argument: '[guest=]TEXT',
    help: 'name of the machine',
    apply: (settings, text) => {
      // The others name the process and its threads, which keep the names that they have.
      const { guest } = parseProperties(text, 'guest', ['process', 'debug-threads']);
      return guest === undefined ? settings : machine(settings, { name: guest });
    },
  },
  {
    names: ['pidfile'],
    argument: 'FILE',
    help: "the number of the program's process is in this file while it runs",
    apply: (settings, pidFile) => ({ ...settings, pidFile }),
  },
  {
    names: ['daemonize'],
    help: 'come back when the machine runs; it goes on in the background, without this terminal',
    apply: (settings) => ({ ...settings, daemonize: true }),
  },
  {
    names: ['inspect'],
    argument: 'PATH|PORT',
    optional: true,
    help: 'let inspectors attach by a Unix socket or a TCP port of 127.0.0.1 (rawiron inspect)',
    apply: (settings, inspect) => ({ ...settings, inspect }),
  },
  ...debugFlags,
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

/** What QEMU does in the two other cases is done anyway: nothing, as there is no such device. */
const actionProperties = {
  reboot: /^(reset|shutdown)$/,
  shutdown: /^(poweroff|pause)$/,
  panic: /^(pause|shutdown|exit-failure|none)$/,
  watchdog: /^/,
};

function applyAction(settings: Settings, text: string): Settings {
  const given = checkProperties(text, actionProperties, 'give reboot=reset|shutdown or shutdown=poweroff|pause');
  return machine(settings, {
    ...(given.reboot !== undefined && { reboot: given.reboot === 'reset' ? 'reset' : 'exit' }),
    ...(given.shutdown !== undefined && { shutdown: given.shutdown === 'pause' ? 'pause' : 'exit' }),
  });
}

function parseIncoming(text: string): string {
  if (text === 'defer') return text;
  migrationPlace(text);
  return text;
}

function parseEngine(text: string): EngineSettings {
  const { name, check, target, ...numbers } = parseProperties(text, 'name', [
    'check',
    'target',
    'threshold',
    'blocks',
    'instructions',
  ]);
  const engine: EngineSettings = {
    ...(name !== undefined && { name: name as EngineName }),
    ...(check !== undefined && { check: parseSwitch('check', check) }),
    ...(target !== undefined && { target: target as NonNullable<EngineSettings['target']> }),
    ...Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, parseInteger(key, value)])),
  };
  checkedEngine(engine);
  return engine;
}
