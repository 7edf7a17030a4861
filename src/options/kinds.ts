import { type OptionalCardModel, optionalCards } from '../../runtime/machine/catalogue/cards.ts';
import type { MachineOptions } from './options.ts';

/**
 * The relation of a machine option to a saved state. `part`: it decides what the machine is made of; a state fits only a machine
 * with the same value. `setting`: it is saved with the state, which also fits machines with other values. `image`: it is saved
 * with the state in a form of its own, with bytes in the place of files' names. `here`: it decides how the machine runs here and
 * now. No state contains it, nor is it taken from one: whoever makes a snapshot must not choose what is opened where it is read.
 */
type OptionKind = 'part' | 'setting' | 'image' | 'here';

/** Cards that an option adds are parts. */
const cardKinds = Object.fromEntries(Object.values(optionalCards).map(({ option }) => [option, 'part'])) as Readonly<
  Record<(typeof optionalCards)[OptionalCardModel]['option'], 'part'>
>;

const kinds = {
  memory: 'part',
  memoryBelow4G: 'part',
  cpu: 'part',
  processors: 'part',
  engine: 'setting',
  boot: 'image',
  bootOrder: 'setting',
  serialConsole: 'setting',
  smbios: 'setting',
  uuid: 'setting',
  drives: 'image',
  network: 'image',
  sound: 'here',
  soundCards: 'part',
  isolate: 'here',
  icount: 'setting',
  reboot: 'setting',
  shutdown: 'setting',
  debugExit: 'part',
  acpi: 'part',
  hpet: 'part',
  generationId: 'part',
  vmport: 'part',
  xen: 'part',
  xenConsoles: 'part',
  xenKeyboard: 'part',
  xenFramebuffer: 'part',
  parallelPort: 'part',
  pcTestdev: 'part',
  ...cardKinds,
  ahci: 'part',
  scsiControllers: 'part',
  usb: 'part',
  usbControllers: 'part',
  pciSlots: 'part',
  keyboardLayout: 'setting',
  rng: 'part',
  shares: 'image',
  balloon: 'part',
  virtioPorts: 'part',
  vga: 'part',
  videoBios: 'image',
  firmwareFiles: 'image',
  memoryContents: 'image',
  debugConsole: 'part',
  log: 'setting',
  logRanges: 'here',
  trace: 'here',
  startTime: 'here',
  memoryMerge: 'here',
  name: 'here',
  incoming: 'here',
  limits: 'here',
} as const satisfies Readonly<Record<keyof MachineOptions, OptionKind>>;

/** Options that say what the machine is made of. */
export type PartOption = {
  [Name in keyof typeof kinds]: (typeof kinds)[Name] extends 'part' ? Name : never;
}[keyof typeof kinds];

/** All options there are. */
export const optionNames: readonly string[] = Object.keys(kinds);

/** Options of some kinds. */
export function optionsOf(...wanted: readonly OptionKind[]): string[] {
  return Object.entries(kinds).flatMap(([name, kind]) => (wanted.includes(kind) ? [name] : []));
}
