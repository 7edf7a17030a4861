import { type ImageName, imageAt } from '../src/browser/element-options.ts';
import { keepImage, keepOverlay, keptImage, keptImages, removeImage } from '../src/browser/index.ts';
import { button, byId, save, textElement } from './elements.ts';
import type { PlacedImage } from './images.ts';

/** The list of disks that this browser keeps. */
export class KeptDisks {
  readonly #section = byId('kept', HTMLDivElement);
  readonly #list = byId('kept-disks', HTMLUListElement);
  readonly #onChoose: (name: string) => void;
  readonly #tell: (error: unknown) => void;

  /** `onChoose` gets the name of one that is to be booted. */
  constructor(onChoose: (name: string) => void, tell: (error: unknown) => void) {
    this.#onChoose = onChoose;
    this.#tell = tell;
    void this.show();
  }

  /** Looks again which there are. A browser may have no place for them, as in a private window. */
  async show(): Promise<void> {
    const names = await keptImages().catch(() => []);
    this.#section.hidden = names.length === 0;
    this.#list.replaceChildren(...names.map((name) => this.#item(name)));
  }

  #item(name: string): HTMLLIElement {
    const item = document.createElement('li');
    const title = titleOf(name);
    const act = (what: () => Promise<void>) => () => void what().catch(this.#tell);
    const remove = act(async () => {
      if (!confirm(`Remove ${title} with all that was written to it?`)) return;
      await removeImage(name);
      await this.show();
    });
    const saveFile = act(async () => save(await keptImage(name)));
    const buttons = [
      button('Use', () => this.#onChoose(name), `Use ${title} as disk 1`),
      button('Save', saveFile, `Save ${title} as a file`),
      button('×', remove, `Remove ${title} from the browser`),
    ];
    item.append(textElement('span', title), ...buttons);
    return item;
  }
}

function titleOf(name: string): string {
  return name.replace(/^opfs:/, '');
}

/**
 * Keeps a file, or what has an address, under its name, or with a number after it if there is one already. What the server sends in
 * parts is read there while the guest needs it; of the rest there is a copy.
 * @returns the name that it got
 * @throws ConfigurationError if an address cannot be had
 */
export async function keepUnderFreeName(place: ImageName, image: PlacedImage): Promise<string> {
  const source = typeof image === 'string' ? await imageAt(place, image) : image;
  const title = typeof image === 'string' ? fileOf(image) : image.name;
  // Not waited for: Firefox asks its user, who may leave it unanswered.
  void navigator.storage.persist().catch(() => false);
  if (typeof source !== 'string') {
    const name = await freeName(title);
    await keepImage(name, source);
    return name;
  }
  const name = await freeName(title.replace(/(\.[^.]*)?$/, '.qcow2'));
  await keepOverlay(name, source);
  return name;
}

/** The last part of an address. */
function fileOf(address: string): string {
  const last = decodeURIComponent(new URL(address, location.href).pathname.split('/').at(-1)!);
  return last.replaceAll(/[\\/]/g, '-') || 'disk.img';
}

async function freeName(title: string): Promise<string> {
  const taken = new Set(await keptImages());
  const [, stem, ending] = /^(.*?)(\.[^.]*)?$/.exec(title) ?? [];
  let name = `opfs:${title}`;
  for (let n = 2; taken.has(name); n++) name = `opfs:${stem}-${n}${ending ?? ''}`;
  return name;
}
