import { changeableFeatures } from '../../runtime/cpu/features.ts';
import { cpuModelNames } from '../../runtime/cpu/model.ts';
import { cardModels, type DisplayModel, logItems, traceEvents } from '../index.ts';
import { packageVersion } from '../node/version.ts';
import { acceptedFlags } from './accepted.ts';
import { devices, deviceUsage } from './devices.ts';
import { escapeHelp } from './escape.ts';
import { flags, flagUsage } from './flags.ts';

const column = 24;

export function helpText(): string {
  const [rows, accepted] = [flags, acceptedFlags].map((list) => list.map((flag) => row(flagUsage(flag), flag.help)));
  return `Usage: rawiron DISK-IMAGE [flags]
       rawiron -cdrom FILE [flags]
       rawiron -kernel FILE [-initrd FILE] [-append TEXT] [flags]
       rawiron -bios FILE [flags]
       rawiron start [flags]     boot Debian's kernel and busybox, got through apt
       rawiron demo [flags]      boot the small system that is built in
       rawiron image COMMAND     make, show, copy, check and resize disk images; image --help says more
       rawiron inspect COMMAND   look into the translation cache; inspect --help lists the commands
       rawiron profile           where a machine's time goes; profile --help says more
       rawiron pack F NEW-F      make of a folder what a web server needs for guests to share it; pack --help says more
       rawiron ps                the machines that run on this host; --json: for programs
       rawiron completion SHELL  what completes these words in bash, zsh or fish
       rawiron help [COMMAND]    show this help, or that of a command

Flags have the meaning that they have in QEMU.
${rows.join('\n')}

Flags of QEMU that ask for what is so anyway:
${accepted.join('\n')}

Exit codes: 0 when the guest turns the machine off or you leave; 1 for an error;
2 for a triple fault with -no-reboot; the guest's own for isa-debug-exit.

On the console:
${escapeHelp.replace(/^/gm, '  ')}
`;
}

/** What `-cpu` takes. */
export function cpuText(): string {
  return `Models:
${indented(cpuModelNames)}

Features:
${indented(changeableFeatures)}
`;
}

/** What `-machine` takes. */
export function machineText(): string {
  return `Machines:\n${row('pc', 'PC with i440FX and PIIX3 (default); pc-i440fx-VERSION is the same')}\n`;
}

/** What `-accel` takes. */
export function acceleratorText(): string {
  return `Accelerators:\n${row('tcg', 'translation of guest code to JavaScript (-engine says more)')}\n`;
}

const displayHelp: Readonly<Record<DisplayModel | 'none', string>> = {
  none: 'no graphic card',
  std: "a VGA with Bochs' VBE and 16 MB (default where there is firmware)",
  cirrus: 'a Cirrus Logic CL-GD5446 with 4 MB, which old systems have drivers for',
};

/** What `-vga` takes. */
export function displayText(): string {
  const rows = Object.entries(displayHelp).map(([name, help]) => row(name, help));
  return `Display adapters:\n${rows.join('\n')}\n`;
}

/** What `-device` takes. */
export function deviceText(): string {
  const rows = Object.entries(devices).map(([name, { help }]) => row(deviceUsage(name), help));
  return `Devices, with the defaults of their properties; each may have a name, id=ID:\n${rows.join('\n')}\n`;
}

/** What `-nic model=` takes. */
export function cardText(): string {
  const rows = cardModels.map((model) => row(model, devices[model]!.help));
  return `Network cards:\n${rows.join('\n')}\n`;
}

/** What `-d` takes. */
export function logItemsText(): string {
  const rows = Object.entries(logItems).map(([name, meaning]) => row(name, meaning));
  return `Log items (comma separated):\n${rows.join('\n')}\n`;
}

/** What `-trace` takes. */
export function traceEventsText(): string {
  const rows = Object.entries(traceEvents).map(([name, meaning]) => row(name, meaning));
  return `Trace events, which patterns with * and ? name:\n${rows.join('\n')}\n`;
}

/** Words in lines of at most 78 characters. */
function indented(words: readonly string[]): string {
  return words
    .join(' ')
    .replace(/(.{1,76})(?: |$)/g, '  $1\n')
    .trimEnd();
}

/** A line of help. A long first column has a line of its own. */
export function row(usage: string, help: string): string {
  const left = `  ${usage}`;
  return left.length < column ? left.padEnd(column) + help : `${left}\n${' '.repeat(column)}${help}`;
}

export function versionText(): string {
  return `rawiron ${packageVersion()}\n`;
}
