import { deviceOfOption } from '../../runtime/machine/catalogue/index.ts';
import type { OptionDifference } from '../options/differences.ts';
import type { PartOption } from '../options/kinds.ts';

/**
 * Flags that make an option what it is, besides the -device that alone has an option; the value is that of the option, as JSON.
 */
const flags: Readonly<Partial<Record<PartOption, (value: string) => string>>> = {
  memory: (value) => `-m ${value.replaceAll('"', '')}`,
  memoryBelow4G: () => '-machine max-ram-below-4g=',
  cpu: (value) => `-cpu ${value.replaceAll('"', '')}`,
  processors: () => '-smp',
  soundCards: () => '-device of the sound cards',
  debugExit: () => '-device isa-debug-exit',
  acpi: () => '-no-acpi',
  hpet: () => '-no-hpet',
  generationId: () => '-machine vmgenid=off',
  vmport: () => '-machine vmport=off',
  xen: () => '-machine xen=on',
  xenConsoles: () => '-device xen-console, as many of them',
  parallelPort: () => '-parallel',
  usb: () => '-usb and the -device of what is plugged in',
  scsiControllers: () => '-device of the SCSI controllers',
  usbControllers: () => '-device of the USB controllers',
  pciSlots: () => 'addr= of each -device',
  virtioPorts: () => '-device virtio-serial and its ports',
  vga: (value) => `-vga ${value.replaceAll('"', '')}`,
  debugConsole: () => '-debugcon',
};

/** Options that a state has apart, of files. */
const others: Readonly<Record<string, string>> = { drives: '-drive', network: '-nic', shares: '-virtfs' };

/** Undefined: none is known. */
function flagOf(option: string, value = ''): string | undefined {
  const device = deviceOfOption(option);
  return flags[option as PartOption]?.(value) ?? others[option] ?? (device && `-device ${device}`);
}

/** The changes of the command line that make a machine fit a saved state; undefined where the flag for an option is not known. */
export function flagsToChange(differences: readonly OptionDifference[]): string | undefined {
  const changes = differences.flatMap(({ path, saved }) => {
    const option = /^\w+/.exec(path)![0];
    const flag = flagOf(option, saved);
    if (flag === undefined) return [];
    if (path !== option) return [flag];
    const isGiven = flag.startsWith('-no-') ? saved === 'false' : saved !== undefined && saved !== 'false';
    return [isGiven ? flag : `without ${flag.trim()}`];
  });
  return changes.length === 0 ? undefined : [...new Set(changes)].join(', ');
}
