import { type ImageName, imageNames, placeOf } from '../src/browser/element-options.ts';
import { isKept } from '../src/browser/files.ts';
import { type ImageKind, imageKind } from '../src/browser/image-kind.ts';
import { MissingImageError } from '../src/util/errors.ts';
import { button, textElement } from './elements.ts';

/** The places that an image of a kind may have, the first free one first. */
const places: Readonly<Record<Exclude<ImageKind, 'snapshot'>, readonly ImageName[]>> = {
  kernel: ['kernel'],
  initrd: ['initrd'],
  floppy: ['fda', 'fdb'],
  cdrom: ['cdrom'],
  disk: ['hda', 'hdb'],
};

/** A place of an image; or the state that a machine goes on from. */
export type PlaceName = ImageName | 'state';
/** All that images and addresses can be put to. */
export const placeNames: readonly PlaceName[] = [...imageNames, 'state'];

const titles: Readonly<Record<PlaceName, string>> = {
  kernel: 'Kernel',
  initrd: 'Initrd',
  bios: 'BIOS',
  fda: 'Floppy A',
  fdb: 'Floppy B',
  hda: 'Disk 1',
  hdb: 'Disk 2',
  cdrom: 'CD',
  state: 'Saved machine',
};

/** An image at a place of the machine: a file of this computer, or an address. */
export type PlacedImage = File | string;

/** The images that were chosen, dropped or named in the address, each at a place of the machine, and the list of them. */
export class Images {
  readonly #list: HTMLElement;
  readonly #onChange: () => void;
  readonly #onSnapshot: (file: File) => Promise<void>;
  readonly #images = new Map<PlaceName, PlacedImage>();
  /** Places whose file is to be kept in the browser. */
  readonly #kept = new Set<PlaceName>();

  /** `onSnapshot` gets files that are saved machines and no images. */
  constructor(list: HTMLElement, onChange: () => void, onSnapshot: (file: File) => Promise<void>) {
    this.#list = list;
    this.#onChange = onChange;
    this.#onSnapshot = onSnapshot;
  }

  get isEmpty(): boolean {
    return this.#images.size === 0;
  }

  get(name: PlaceName): PlacedImage | undefined {
    return this.#images.get(name);
  }

  /** Whether what the guest writes there is to be kept. */
  isKept(name: PlaceName): boolean {
    return this.#kept.has(name);
  }

  /** Those that have an address, by their places. */
  get addresses(): (readonly [PlaceName, string])[] {
    return [...this.#images].flatMap(([name, image]) => (typeof image === 'string' ? [[name, image] as const] : []));
  }

  /** Names of files, and addresses. */
  get titles(): readonly string[] {
    return [...this.#images.values()].map(titleOf);
  }

  put(name: PlaceName, image: PlacedImage): void {
    this.#images.set(name, image);
    this.#kept.delete(name);
    this.#show();
  }

  /** Puts files where images of their kinds belong; the last place of a kind is used again when all are taken. */
  async add(files: Iterable<File>): Promise<void> {
    for (const file of files) {
      const kind = await imageKind(file);
      if (kind === 'snapshot') await this.#onSnapshot(file);
      else this.#putFree(places[kind], file);
    }
  }

  #putFree(possible: readonly PlaceName[], file: File): void {
    this.put(possible.find((name) => !this.#images.has(name)) ?? possible.at(-1)!, file);
  }

  removeAll(): void {
    for (const name of [...this.#images.keys()]) this.#remove(name);
  }

  /** Forgets those that have an address. */
  removeAddresses(): void {
    for (const [name] of this.addresses) this.#remove(name);
  }

  #remove(name: PlaceName): void {
    this.#images.delete(name);
    this.#kept.delete(name);
    this.#show();
  }

  #show(): void {
    this.#list.replaceChildren(...[...this.#images].map(([name, image]) => this.#item(name, image)));
    this.#onChange();
  }

  #item(name: PlaceName, image: PlacedImage): HTMLLIElement {
    const item = document.createElement('li');
    const title = titleOf(image);
    item.append(this.#placeChoice(name, title), textElement('span', title));
    // Elsewhere a browser gives no files of its own.
    if (isSecureContext && !isKept(title) && isDisk(name)) item.append(this.#keepBox(name, title));
    item.append(button('×', () => this.#remove(name), `Remove ${title}`));
    return item;
  }

  /** A choice of an image's place: the kind that its bytes indicate may be wrong, and a disk may be meant for another place. */
  #placeChoice(name: PlaceName, title: string): HTMLSelectElement {
    const choice = document.createElement('select');
    const possible: readonly PlaceName[] = name === 'state' ? ['state'] : imageNames;
    choice.append(...possible.map((place) => new Option(titles[place], place, false, place === name)));
    choice.setAttribute('aria-label', `What ${title} is`);
    choice.addEventListener('change', () => this.#move(name, choice.value as PlaceName));
    return choice;
  }

  /** Two images change places where the other one is taken. */
  #move(from: PlaceName, to: PlaceName): void {
    const swap = (name: PlaceName) => (name === from ? to : name === to ? from : name);
    const [images, kept] = [[...this.#images], [...this.#kept]];
    this.#images.clear();
    this.#kept.clear();
    for (const [name, image] of images) this.#images.set(swap(name), image);
    for (const name of kept.map(swap).filter(isDisk)) this.#kept.add(name);
    this.#show();
    this.#list.querySelectorAll('select')[images.findIndex(([name]) => name === from)]?.focus();
  }

  #keepBox(name: PlaceName, title: string): HTMLLabelElement {
    const label = document.createElement('label');
    const box = document.createElement('input');
    box.type = 'checkbox';
    box.checked = this.#kept.has(name);
    box.addEventListener('change', () => (box.checked ? this.#kept.add(name) : this.#kept.delete(name)));
    label.title = `What the guest writes to ${title} stays in the browser`;
    label.append(box, 'keep');
    return label;
  }
}

function isDisk(name: PlaceName): boolean {
  return name !== 'state' && places.disk.includes(name);
}

function titleOf(image: PlacedImage): string {
  return typeof image === 'string' ? image : image.name;
}

/** An error of a saved machine that goes on; an image that it needs is told of by its place in the form. */
export function toldByPlace(error: unknown): unknown {
  const place = error instanceof MissingImageError && placeOf(error.drive);
  if (!place) return error;
  return new Error(
    `The saved machine had ${error.image} as ${titles[place]}. Drop that image here, with those of its other drives, and let it go on again.`,
  );
}
