import { keepImage, keptImage, keptImages, removeImage } from '../src/browser/index.ts';
import { button, byId, save, textElement } from './elements.ts';

/** The list of disks that this browser keeps. */
export class KeptDisks {
  readonly #section = byId('kept', HTMLDivElement);
  readonly #list = byId('kept-disks', HTMLUListElement);
  readonly #onChoose: (name: string) => void;

  /** `onChoose` gets the name of one that is to be booted. */
  constructor(onChoose: (name: string) => void) {
    this.#onChoose = onChoose;
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
    const remove = () => {
      if (confirm(`Remove ${title} with all that was written to it?`)) void removeImage(name).then(() => this.show());
    };
    const buttons = [
      button('Use', () => this.#onChoose(name), `Use ${title} as disk 1`),
      button('Save', () => void keptImage(name).then(save), `Save ${title} as a file`),
      button('×', remove, `Remove ${title} from the browser`),
    ];
    item.append(textElement('span', title), ...buttons);
    return item;
  }
}

function titleOf(name: string): string {
  return name.replace(/^opfs:/, '');
}

/** Keeps a copy of a file under its name, or with a number behind it if there is one already; the name that it got. */
export async function keepUnderFreeName(file: File): Promise<string> {
  const taken = new Set(await keptImages());
  const [, stem, ending] = /^(.*?)(\.[^.]*)?$/.exec(file.name) ?? [];
  let name = `opfs:${file.name}`;
  for (let n = 2; taken.has(name); n++) name = `opfs:${stem}-${n}${ending ?? ''}`;
  await navigator.storage.persist().catch(() => false);
  await keepImage(name, file);
  return name;
}
