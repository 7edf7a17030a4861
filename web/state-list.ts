import { button, byId, save, textElement } from './elements.ts';
import { keepState, keptState, keptStates, removeState, type SavedState } from './saved-states.ts';

/** The list of machines that this browser has saved. */
export class StateList {
  readonly #section = byId('states', HTMLElement);
  readonly #list = byId('saved-states', HTMLUListElement);
  readonly #onChoose: (state: SavedState) => Promise<void>;
  readonly #tell: (error: unknown) => void;

  /** `onChoose` gets one that is to go on. */
  constructor(onChoose: (state: SavedState) => Promise<void>, tell: (error: unknown) => void) {
    this.#onChoose = onChoose;
    this.#tell = tell;
    void this.#show();
  }

  /** Keeps a machine under a title and the time. */
  async add(title: string, state: SavedState): Promise<void> {
    await keepState(`${title} ${timeText(new Date())}`, state);
    await this.#show();
  }

  /** A browser may have no place for them, as in a private window. */
  async #show(): Promise<void> {
    const names = await keptStates().catch(() => []);
    this.#section.hidden = names.length === 0;
    this.#list.replaceChildren(...names.map((name) => this.#item(name)));
  }

  #item(name: string): HTMLLIElement {
    const item = document.createElement('li');
    const act = (what: () => Promise<void>) => () => void what().catch(this.#tell);
    item.append(
      textElement('span', name),
      button(
        'Go on',
        act(async () => this.#onChoose(await keptState(name))),
        `Go on from ${name}`,
      ),
      button(
        'Save',
        act(() => saveAsFile(name)),
        `Save ${name} as a file`,
      ),
      button(
        '×',
        act(() => this.#remove(name)),
        `Remove ${name} from the browser`,
      ),
    );
    return item;
  }

  async #remove(name: string): Promise<void> {
    if (!confirm(`Remove the saved machine ${name}?`)) return;
    await removeState(name);
    await this.#show();
  }
}

async function saveAsFile(name: string): Promise<void> {
  const { snapshot } = await keptState(name);
  save(new File([snapshot], `${name}.snapshot`));
}

/** The local time, as a name of files may have it. */
function timeText(date: Date): string {
  const parts = [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(twoDigits).join('-');
  return `${parts} ${[date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits).join('.')}`;
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0');
}
