import { type DisplayModel, displayModels, type EngineName, type EngineSettings, keyboardLayouts } from '../index.ts';
import { checkedLayout } from '../input/layout.ts';
import { migrationPlace } from '../node/migration/place.ts';
import { checkedEngine } from '../options/engine-options.ts';
import { checkedCpu, checkedIsolate } from '../options/options.ts';
import { acceleratorFlag } from './accelerators.ts';
import { acceptedFlags } from './accepted.ts';
import { consoleFlags, screenFlags } from './backends/flags.ts';
import { actionNames } from './commands.ts';
import { debugFlags } from './debug-flags.ts';
import { applyDevice } from './devices.ts';
import { bootFlags, driveFlags } from './drive-flags.ts';
import { firmwareFileFlags } from './firmware-file-flags.ts';
import type { Flag } from './flag.ts';
import { icountFlag } from './icount-flag.ts';
import { limitsFlag } from './limits.ts';
import { clockAndGlobalFlags, machineFlag, memoryFlag } from './machine-flags.ts';
import { networkFlags } from './network-flags.ts';
import { objectFlag } from './object-flag.ts';
import { checkProperties, parseInteger, parseProperties, parseSwitch } from './properties.ts';
import { machine, type Settings } from './settings.ts';
import { shareFlags } from './share-flags.ts';
import { smbiosFlags } from './smbios-flags.ts';
import { smpFlag } from './smp-flag.ts';
import { soundFlags } from './sound-flags.ts';
import { traceFlags } from './trace-flags.ts';
import { usbFlags } from './usb-flags.ts';

const systemFlags: readonly Flag[] = [
  memoryFlag,
  {
    names: ['cpu'],
    argument: 'MODEL[,+FEATURE][,-FEATURE][,check=off][,enforce]',
    help: 'the processor model (default: max)',
    details:
      'Models are such as 486, pentium3, n270, qemu32, qemu64, Haswell or max; host is the same as max. +FEATURE adds a feature and -FEATURE takes it away. A feature that no processor here has is left out with a warning (check=off: without), or is an error with enforce. -cpu help lists models and features.',
    list: 'list-cpus',
    apply: (settings, cpu) => machine(settings, { cpu: checkedCpu(cpu.replace(/^host(?=,|$)/, 'max')) }),
  },
  smpFlag,
  machineFlag,
  acceleratorFlag,
  ...clockAndGlobalFlags,
  {
    names: ['no-hpet'],
    help: 'no event timer, as -machine hpet=off',
    details: 'The timer is the high precision event timer (HPET).',
    apply: (settings) => machine(settings, { hpet: false }),
  },
  {
    names: ['no-acpi'],
    help: 'no ACPI tables, as -machine acpi=off',
    apply: (settings) => machine(settings, { acpi: false }),
  },
  {
    names: ['nodefaults'],
    help: 'nothing on COM1, no display adapter, no empty drives',
    details:
      '-serial says what COM1 is on then, and -vga which adapter there is. Without the flag there are an empty CD-ROM drive and an empty floppy drive.',
    apply: (settings) => ({ ...settings, nodefaults: true }),
  },
  ...smbiosFlags,
];

const bootingFlags: readonly Flag[] = [
  {
    names: ['kernel'],
    argument: 'FILE',
    help: 'boot a Linux bzImage or a Multiboot kernel',
    details:
      'Firmware boots it where there is a display adapter (-vga std, cirrus or vmware, -display terminal or web, -vnc) or -bios is given; else it is started directly, which is faster.',
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
    help: 'start this ROM image at the reset vector',
    details:
      "rawiron: the BIOS of the project itself (default). seabios: SeaBIOS and its video BIOS, from Debian's package.",
    apply: (settings, bios) => ({ ...settings, bios }),
  },
  ...bootFlags,
  ...firmwareFileFlags,
];

const deviceFlags: readonly Flag[] = [
  {
    names: ['device'],
    argument: 'NAME[,PROPERTY=VALUE]',
    list: 'list-devices',
    last: true,
    help: 'adds a device; -device help lists them',
    details:
      'Devices are such as network cards or those of virtio. Those on the PCI bus take addr=SLOT, in hexadecimal; the others have the next free slots. -device NAME,help lists the properties.',
    apply: applyDevice,
  },
  objectFlag,
  ...usbFlags,
  ...shareFlags,
];

const displayFlags: readonly Flag[] = [
  {
    names: ['vga'],
    argument: [...displayModels, 'none'].join('|'),
    list: 'list-displays',
    help: 'the display adapter',
    details:
      "std is a VGA with Bochs' VBE, cirrus a Cirrus Logic CL-GD5446, vmware VMware's SVGA II. The default is std where there is firmware, which sets it up.",
    apply: (settings, text) =>
      machine(settings, {
        vga: checkProperties(
          text,
          { type: new RegExp(`^(${displayModels.join('|')}|none)$`) },
          `give ${displayModels.join(', ')} or none`,
        ).type as DisplayModel | 'none',
      }),
  },
  ...screenFlags,
  {
    names: ['k'],
    argument: keyboardLayouts.join('|'),
    help: 'the keyboard layout of the guest (default: en-us)',
    details: 'It is for what is typed on -display terminal, and what comes from VNC viewers as characters.',
    apply: (settings, layout) => machine(settings, { keyboardLayout: checkedLayout(layout) }),
  },
];

const runningFlags: readonly Flag[] = [
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
  limitsFlag,
  icountFlag,
  {
    names: ['no-reboot'],
    help: 'leave where the guest would reboot',
    details: 'After a triple fault the exit code is 2.',
    apply: (settings) => machine(settings, { reboot: 'exit' }),
  },
  {
    names: ['no-shutdown'],
    help: 'stand still where the guest turns the machine off',
    details: 'That is for a look with the monitor; system_reset and cont go on.',
    apply: (settings) => machine(settings, { shutdown: 'pause' }),
  },
  {
    names: ['action'],
    argument: '[reboot=reset|shutdown][,shutdown=poweroff|pause]',
    help: 'what a reboot or shutdown by the guest does',
    details: 'reboot=shutdown is as -no-reboot, and shutdown=pause as -no-shutdown.',
    apply: applyAction,
  },
  {
    names: ['incoming'],
    argument: 'file:FILE|tcp:HOST:PORT|unix:PATH|ws:HOST:PORT|exec:COMMAND|defer',
    help: 'go on with a machine that was saved, or is sent',
    details:
      "file: a file that the monitor's migrate wrote, or Machine.snapshot() of the library. tcp, unix, ws, exec: a machine that another process sends, a page (ws) or a command. Other flags may change what it says. defer: migrate_incoming in the monitor says where it comes from.",
    apply: (settings, text) => ({ ...settings, incoming: parseIncoming(text) }),
  },
  {
    names: ['loadvm'],
    argument: 'TAG',
    help: "go on from a snapshot within the machine's images",
    details: "The monitor's savevm took it.",
    apply: (settings, loadvm) => ({ ...settings, loadvm }),
  },
  {
    names: ['pidfile'],
    argument: 'FILE',
    help: "a file for the number of the program's process",
    details: 'It is there while the program runs.',
    apply: (settings, pidFile) => ({ ...settings, pidFile }),
  },
  {
    names: ['daemonize'],
    help: 'come back when the machine runs in the background',
    details: 'The machine goes on without this terminal.',
    apply: (settings) => ({ ...settings, daemonize: true }),
  },
  {
    names: ['engine'],
    argument: 'interpreter|translator[,check=on][,threshold=N][,blocks=N][,instructions=N]',
    help: 'what runs guest code (default: translator)',
    details:
      'check=on: what the translator makes is checked. threshold, blocks, instructions: when it translates, and how much at a time.',
    apply: (settings, text) => machine(settings, { engine: parseEngine(text) }),
  },
  {
    names: ['isolate'],
    argument: 'worker|caller',
    help: 'which thread the machine runs in (default: worker)',
    details: 'worker: one of its own. caller: that of the program.',
    apply: (settings, name) => machine(settings, { isolate: checkedIsolate(name as 'worker' | 'caller') }),
  },
];

const inspectionFlags: readonly Flag[] = [
  ...traceFlags,
  ...debugFlags,
  {
    names: ['inspect'],
    argument: 'PATH|PORT',
    optional: true,
    help: 'let inspectors attach (rawiron inspect)',
    details: 'They attach by a Unix socket, or a TCP port of 127.0.0.1.',
    apply: (settings, inspect) => ({ ...settings, inspect }),
  },
  {
    names: ['symbols'],
    argument: 'FILE',
    help: 'names of guest functions for profiles',
    details: 'FILE is an ELF file, a System.map or the text of /proc/kallsyms.',
    apply: (settings, symbols) => ({ ...settings, symbols }),
  },
];

const informationFlags: readonly Flag[] = [
  {
    names: ['help', 'h'],
    help: 'show help, or all about a GROUP or a FLAG',
    apply: (settings) => ({
      ...settings,
      action: 'help',
      listed: actionNames.find((name) => name === settings.action),
    }),
  },
  {
    names: ['version'],
    help: 'show the version',
    apply: (settings) => ({ ...settings, action: 'version' }),
  },
];

/** Flags that belong together: a page of the help, and a table of the documents. */
export interface FlagGroup {
  /** By which `--help` knows it. */
  readonly name: string;
  readonly title: string;
  readonly flags: readonly Flag[];
}

export const flagGroups: readonly FlagGroup[] = [
  { name: 'booting', title: 'kernels, firmware and the order of booting', flags: bootingFlags },
  { name: 'system', title: 'processor, memory, board and clock', flags: systemFlags },
  { name: 'disks', title: 'disks, CD-ROM and floppy drives, flash chips', flags: driveFlags },
  { name: 'network', title: 'network cards and networks', flags: networkFlags },
  { name: 'screen', title: 'the display adapter, and where the screen is shown', flags: displayFlags },
  { name: 'consoles', title: 'serial and parallel ports, monitors, QMP', flags: consoleFlags },
  { name: 'sound', title: 'sound cards, and where they are heard', flags: soundFlags },
  { name: 'devices', title: 'other devices, USB, folders of the host', flags: deviceFlags },
  { name: 'running', title: 'limits, time, saved machines, the process', flags: runningFlags },
  { name: 'debugging', title: 'logs, gdb, inspectors', flags: inspectionFlags },
  { name: 'information', title: 'this help and the version', flags: informationFlags },
  { name: 'accepted', title: 'flags of QEMU that ask for what is so anyway', flags: acceptedFlags },
];

export const flags: readonly Flag[] = flagGroups.flatMap((group) => group.flags);

/** How a flag is written, with its argument. */
export function flagUsage({ names, argument, optional }: Flag): string {
  const flag = names.map((name) => `-${name}`).join(', ');
  if (argument === undefined) return flag;
  return optional ? `${flag}[=${argument}]` : `${flag} ${argument}`;
}

/** The actions that are accepted. Those for panic and watchdog change nothing, as there are no such devices here. */
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
  const { name, check, ...numbers } = parseProperties(text, 'name', ['check', 'threshold', 'blocks', 'instructions']);
  const engine: EngineSettings = {
    ...(name !== undefined && { name: name as EngineName }),
    ...(check !== undefined && { check: parseSwitch('check', check) }),
    ...Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, parseInteger(key, value)])),
  };
  checkedEngine(engine);
  return engine;
}
