import type { OptionDifference } from '../options/differences.ts';
import type { PartOption } from '../options/kinds.ts';

/** Flags that make an option what it is; the value is that of the option, as JSON. */
const flags: Readonly<Record<PartOption, (value: string) => string>> = {
  memory: (value) => `-m ${value.replaceAll('"', '')}`,
  memoryBelow4G: () => '-machine max-ram-below-4g=',
  cpu: (value) => `-cpu ${value.replaceAll('"', '')}`,
  processors: () => '-smp',
  soundCards: () => '-device of the sound cards',
  debugExit: () => '-device isa-debug-exit',
  acpi: () => '-no-acpi',
  hpet: () => '-no-hpet',
  parallelPort: () => '-parallel',
  pcTestdev: () => '-device pc-testdev',
  edu: () => '-device edu',
  ahci: () => '-device ahci',
  usb: () => '-usb and the -device of what is plugged in',
  usbControllers: () => '-device of the USB controllers',
  pciSlots: () => 'addr= of each -device',
  rng: () => '-device virtio-rng-pci',
  balloon: () => '-device virtio-balloon',
  virtioPorts: () => '-device virtio-serial and its ports',
  vga: (value) => `-vga ${value.replaceAll('"', '')}`,
  debugConsole: () => '-debugcon',
};

/** Options that a state has apart, of files. */
const others: Readonly<Record<string, string>> = { drives: '-drive', network: '-nic', shares: '-virtfs' };

/** The changes of the command line that make a machine fit a saved state; undefined where the flag for an option is not known. */
export function flagsToChange(differences: readonly OptionDifference[]): string | undefined {
  const changes = differences.flatMap(({ path, saved }) => {
    const option = /^\w+/.exec(path)![0];
    const flag = option in flags ? flags[option as PartOption](saved ?? '') : others[option];
    if (flag === undefined) return [];
    if (path !== option) return [flag];
    const isGiven = flag.startsWith('-no-') ? saved === 'false' : saved !== undefined && saved !== 'false';
    return [isGiven ? flag : `without ${flag}`];
  });
  return changes.length === 0 ? undefined : [...new Set(changes)].join(', ');
}
