import type { CardOptions } from '../cards/options.ts';
import type { DriveOptions } from '../drives/options.ts';
import { usualMost } from '../options/memory-size.ts';
import type { MachineOptions } from '../options/options.ts';
import type { ImageFormat } from '../storage/formats.ts';
import { printable } from '../util/printable.ts';
import type { ApplianceDescription, DescribedDrive } from './descriptor.ts';

/** Options of a machine that an appliance decides. */
export type ApplianceOptions = Pick<MachineOptions, 'memory' | 'processors' | 'drives' | 'network' | 'soundCards'>;

/** An image of an appliance: its name at the host, and its format. */
export interface ApplianceImage {
  readonly image: string;
  readonly format: ImageFormat;
}

type CardModel = NonNullable<CardOptions['card']>;

/** Network cards by the names that appliances have for them, in lower case. */
const cards: ReadonlyMap<string, CardModel> = new Map([
  ['', 'e1000'],
  ['e1000', 'e1000'],
  ['pcnet', 'pcnet'],
  ['pcnet32', 'pcnet'],
  ['virtio', 'virtio-net-pci'],
  ['vmxnet3', 'vmxnet3'],
]);
/** The card in the place of those that are not there. */
const USUAL_CARD = 'e1000';

const MEGABYTE = 1 << 20;
const soundCards = { ac97: 'AC97', sb16: 'sb16' } as const;

/** Makes options of what an appliance says. `tell` hears what the machine has in another way. */
export function optionsOf(
  description: ApplianceDescription,
  images: ReadonlyMap<string, ApplianceImage>,
  tell: (text: string) => void,
): ApplianceOptions {
  const note = (text: string): void => tell(printable(text));
  const { processors, firmware } = description;
  if (firmware !== '') note(`it wants firmware of the kind '${firmware}': give it as the docs say (docs/firmware.md)`);
  return {
    ...memoryOf(description, note),
    ...(processors > 1 && { processors }),
    drives: description.drives.map((drive) =>
      driveOf(drive, { images, note, paravirtual: paravirtualOf(description) }),
    ),
    network: description.cards.map(({ name, model }) => ({ card: cardOf(name, model, note) })),
    ...soundOf(description, note),
  };
}

function memoryOf({ memory }: ApplianceDescription, note: (text: string) => void): ApplianceOptions {
  if (memory === undefined) return {};
  const [wanted, most] = [memory / MEGABYTE, usualMost / MEGABYTE];
  if (wanted > most) note(`it wants ${wanted} MB of memory, and gets ${most}`);
  return { memory: Math.floor(Math.min(wanted, most)) };
}

/** Whether a drive is on a paravirtual SCSI controller of VMware's. */
const isParavirtual = ({ bus, model }: DescribedDrive): boolean =>
  bus === 'scsi' && /^(VirtualSCSI|pvscsi)$/i.test(model);

/** The place of the first such controller that has drives. */
const paravirtualOf = ({ drives }: ApplianceDescription): number | undefined => drives.find(isParavirtual)?.channel;

interface DriveSurroundings {
  readonly images: ReadonlyMap<string, ApplianceImage>;
  readonly note: (text: string) => void;
  /** The place of the SCSI controller that the machine has. */
  readonly paravirtual: number | undefined;
}

function driveOf(described: DescribedDrive, { images, note, paravirtual }: DriveSurroundings): DriveOptions {
  const { name, model, media, file, bus, channel, unit } = described;
  const medium = file === undefined ? {} : { ...images.get(file), snapshot: media !== 'cdrom' };
  if (media === 'floppy') return { ...medium, interface: 'floppy', index: unit };
  const drive = { ...medium, media };
  if (bus === 'ide') return { ...drive, index: 2 * channel + unit };
  if (bus === 'sata' && /^nvme/i.test(model) && media === 'disk') return { ...drive, interface: 'nvme' };
  if (bus === 'sata') return { ...drive, interface: 'sata' };
  if (isParavirtual(described)) {
    if (channel === paravirtual) return { ...drive, interface: 'scsi', index: unit };
    note(`${name || 'a drive'} is on the first SCSI controller: there is one of them`);
    return { ...drive, interface: 'scsi' };
  }
  note(`${name || 'a drive'} is on the IDE: there is no ${model || bus} controller`);
  return drive;
}

function cardOf(name: string, model: string, note: (text: string) => void): CardModel {
  const card = cards.get(model.toLowerCase());
  if (card === undefined) note(`${name || 'a network card'} is an ${USUAL_CARD}: there is no ${model}`);
  return card ?? USUAL_CARD;
}

function soundOf({ sound }: ApplianceDescription, note: (text: string) => void): Pick<ApplianceOptions, 'soundCards'> {
  const found = sound.flatMap(({ name, model }) => {
    const known = Object.entries(soundCards).find(([word]) => model.toLowerCase().includes(word));
    if (known === undefined) note(`${name || 'a sound card'} is left out: there is no ${model || 'such card'}`);
    return known === undefined ? [] : [known[1]];
  });
  return found.length === 0 ? {} : { soundCards: [...new Set(found)] };
}
