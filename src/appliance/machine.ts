import { MOST_PROCESSORS } from '../../runtime/cpu/topology.ts';
import type { CardOptions } from '../cards/options.ts';
import { usualMost } from '../options/memory-size.ts';
import type { MachineOptions } from '../options/options.ts';
import { printable } from '../util/printable.ts';
import type { ApplianceDescription } from './descriptor.ts';
import { type ApplianceImage, drivesOf } from './drives.ts';

/** Options of a machine that an appliance decides. */
export type ApplianceOptions = Pick<
  MachineOptions,
  'memory' | 'processors' | 'drives' | 'scsiControllers' | 'network' | 'soundCards'
>;

type CardModel = NonNullable<CardOptions['card']>;

/** Network cards by the names that appliances have for them, in lower case. */
const cards: ReadonlyMap<string, CardModel> = new Map([
  ['', 'e1000'],
  ['e1000', 'e1000'],
  // VMware's "flexible" card is a PCnet ("vlance") until a driver of VMware's turns it into another one.
  ['flexible', 'pcnet'],
  ['pcnet', 'pcnet'],
  ['pcnet32', 'pcnet'],
  ['vlance', 'pcnet'],
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
  const { firmware } = description;
  if (firmware !== '') note(`it wants firmware of the kind '${firmware}': give it as the docs say (docs/firmware.md)`);
  return {
    ...memoryOf(description, note),
    ...processorsOf(description, note),
    ...drivesOf(description.drives, images, note),
    network: description.cards.map(({ name, model }) => ({ card: cardOf(name, model, note) })),
    ...soundOf(description, note),
  };
}

function memoryOf({ memory }: ApplianceDescription, note: (text: string) => void): ApplianceOptions {
  if (typeof memory === 'string') note(`memory of '${memory}' is not understood; give the machine memory by -m`);
  if (typeof memory !== 'number') return {};
  const [wanted, most] = [memory / MEGABYTE, usualMost / MEGABYTE];
  if (wanted > most) note(`it wants ${wanted} MB of memory, and gets ${most}`);
  return { memory: Math.floor(Math.min(wanted, most)) };
}

function processorsOf({ processors }: ApplianceDescription, note: (text: string) => void): ApplianceOptions {
  if (processors > MOST_PROCESSORS) note(`it wants ${processors} processors, and gets ${MOST_PROCESSORS}`);
  return processors > 1 ? { processors: Math.min(processors, MOST_PROCESSORS) } : {};
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
