import { changeableFeatures } from '../../runtime/cpu/features.ts';
import { cpuModelNames } from '../../runtime/cpu/model.ts';
import { deviceModels } from '../../runtime/machine/catalogue/index.ts';
import { cardModels, type DisplayModel, logItems, traceEvents } from '../index.ts';
import { deviceOptionsText, optionsText } from '../options/device-properties.ts';
import { screens } from './backends/flags.ts';
import { kinds } from './backends/kinds.ts';
import { devices, deviceUsage, writtenDevice } from './devices.ts';
import { row } from './layout.ts';
import { machineOptions } from './machine-flags.ts';
import { networkUsages } from './network-flags.ts';
import { objectUsages } from './object-flag.ts';
import { hasAddress } from './pci-addresses.ts';
import type { List } from './settings.ts';
import { audioDrivers } from './sound-flags.ts';

/** The help of `-cpu`. */
function cpuText(): string {
  return `Models:
${indented(cpuModelNames)}

Features:
${indented(changeableFeatures)}
`;
}

/** The help of `-machine`: the machines, or the properties of one of them. */
function machineText(type?: string): string {
  if (type !== undefined) return optionsText('pc-machine', machineOptions);
  return `Machines:\n${row('pc', 'PC with i440FX and PIIX3 (default); pc-i440fx-VERSION is the same')}\n`;
}

/** The help of `-accel`. */
function acceleratorText(): string {
  return `Accelerators:\n${row('tcg', 'translation of guest code to JavaScript (-engine says more)')}\n`;
}

const displayHelp: Readonly<Record<DisplayModel | 'none', string>> = {
  none: 'no graphic card',
  std: "a VGA with Bochs' VBE and 16 MB (default where there is firmware)",
  cirrus: 'a Cirrus Logic CL-GD5446 with 4 MB, which old systems have drivers for',
  vmware: "VMware's SVGA II with 16 MB, for systems that have VMware's drivers",
};

/** The help of `-vga`. */
function displayText(): string {
  const rows = Object.entries(displayHelp).map(([name, help]) => row(name, help));
  return `Display adapters:\n${rows.join('\n')}\n`;
}

/**
 * The help of `-device`: all devices, or the properties of one of them.
 * @throws ConfigurationError for one that is not there
 */
function deviceText(written?: string): string {
  if (written !== undefined) {
    const model = writtenDevice(written);
    const { properties } = devices[model];
    return deviceOptionsText(model, { ...properties, ...(hasAddress(model) && { addr: '' }) });
  }
  const rows = deviceModels.map((model) => row(deviceUsage(model), devices[model].help));
  return `Devices, with the defaults of their properties; each may have a name, id=ID:\n${rows.join('\n')}\n`;
}

/** The help of `-nic model=`. */
function cardText(): string {
  const rows = cardModels.map((model) => row(model, devices[model].help));
  return `Network cards:\n${rows.join('\n')}\n`;
}

/** The help of `-d`. */
function logItemsText(): string {
  const rows = Object.entries(logItems).map(([name, meaning]) => row(name, meaning));
  return `Log items (comma separated):\n${rows.join('\n')}\n`;
}

/** The help of `-trace`. */
function traceEventsText(): string {
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

/** The help of `-netdev`. */
function netdevText(): string {
  return `Networks:\n${rowsOf(networkUsages)}\n`;
}

/** The help of `-audiodev`. */
function audioText(): string {
  return `Audio drivers:\n${rowsOf(audioDrivers)}\n`;
}

/** The help of `-chardev`. */
function chardevText(): string {
  return `Character devices:\n${Object.values(kinds)
    .map(({ usage }) => `  ${usage}\n`)
    .join('')}`;
}

/** The help of `-object`. */
function objectText(): string {
  return `Objects:\n${objectUsages.map((usage) => `  ${usage}\n`).join('')}`;
}

/** The help of `-display`. */
function screenText(): string {
  return `Displays:\n${rowsOf(screens)}\n`;
}

function rowsOf(table: Readonly<Record<string, string>>): string {
  return Object.entries(table)
    .map(([usage, help]) => row(usage, help))
    .join('\n');
}

/** Texts that `help` prints for the argument of a flag; `of`: the words before `help` in the argument. */
export const listTexts: Readonly<Record<List, (of?: string) => string>> = {
  'list-cpus': cpuText,
  'list-machines': machineText,
  'list-accelerators': acceleratorText,
  'list-displays': displayText,
  'list-devices': deviceText,
  'list-cards': cardText,
  'list-netdevs': netdevText,
  'list-audio-drivers': audioText,
  'list-chardevs': chardevText,
  'list-objects': objectText,
  'list-screens': screenText,
  'list-log-items': logItemsText,
  'list-trace-events': traceEventsText,
};
