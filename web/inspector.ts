import { Symbols } from '../runtime/debug/symbols.ts';
import type { Machine } from '../src/browser/index.ts';
import { blockLines } from '../src/inspect/block-view.ts';
import type { TranslationInfo } from '../src/machine-core.ts';
import { button, byId, textElement } from './elements.ts';

/** Rows of the table. */
const MOST = 100;
/** Milliseconds between two looks. */
const INTERVAL = 1000;

/** A machine's translations, those that are entered most first, and one of them as guest code, intermediate code and JavaScript. */
export class Inspector {
  readonly #rows = byId('blocks', HTMLTableElement).tBodies[0]!;
  readonly #block = byId('block', HTMLTableElement);
  #machine: Machine | null = null;
  #timer: ReturnType<typeof setTimeout> | undefined;
  readonly #tell: (error: unknown) => void;

  constructor(tell: (error: unknown) => void) {
    this.#tell = tell;
    byId('source-maps', HTMLButtonElement).addEventListener(
      'click',
      () => void this.#installSourceMaps().catch(this.#tell),
    );
  }

  /** Looks at a machine from now on; null: at none. While it looks the machine counts how often translations are entered. */
  attach(machine: Machine | null): void {
    clearTimeout(this.#timer);
    if (machine !== this.#machine) this.#clear();
    void this.#machine?.ask('watch', false).catch(() => {});
    this.#machine = machine;
    if (!machine) return;
    void machine.ask('watch', true).catch(() => {});
    void this.#show(machine);
  }

  #clear(): void {
    this.#rows.replaceChildren();
    this.#block.hidden = true;
    byId('source-maps-said', HTMLElement).textContent = '';
  }

  async #installSourceMaps(): Promise<void> {
    const machine = this.#machine;
    if (!machine) return;
    const { installSourceMaps } = await import('./source-maps.ts');
    const count = await installSourceMaps(machine);
    byId('source-maps-said', HTMLElement).textContent =
      `${count.toLocaleString('en')} translations have source maps now: the browser's developer tools show them under "guest-code:".`;
  }

  async #show(machine: Machine): Promise<void> {
    const all = await machine.translations.snapshot().catch(() => []);
    if (machine !== this.#machine) return;
    const hottest = all.toSorted((a, b) => (b.executions ?? 0) - (a.executions ?? 0)).slice(0, MOST);
    // Rows stay while somebody is in one of them: the focus would be lost with it.
    if (!this.#rows.contains(document.activeElement))
      this.#rows.replaceChildren(...hottest.map((info) => this.#row(info)));
    this.#timer = setTimeout(() => void this.#show(machine), INTERVAL);
  }

  #row({ linear, name, instructions, executions }: TranslationInfo): HTMLTableRowElement {
    const row = document.createElement('tr');
    const address = document.createElement('td');
    address.append(button(hexadecimal(linear), () => void this.#open(linear).catch(this.#tell)));
    const numbers = [instructions, executions ?? 0].map((number) => textElement('td', number.toLocaleString('en')));
    row.append(address, textElement('td', name), ...numbers);
    return row;
  }

  async #open(linear: number): Promise<void> {
    const detail = await this.#machine?.translations.at(linear);
    if (!detail) return;
    const lines = blockLines(detail, new Symbols({ addresses: [], names: [] }));
    this.#block.caption!.textContent = detail.info.name;
    const rows = lines.map(({ address, assembly, ir, javascript }) => {
      const row = document.createElement('tr');
      const cells = [address === null ? '' : hexadecimal(address), assembly, ir.join('\n'), javascript];
      row.append(...cells.map((text) => textElement('td', text)));
      return row;
    });
    this.#block.tBodies[0]!.replaceChildren(...rows);
    this.#block.hidden = false;
  }
}

function hexadecimal(address: number): string {
  return (address >>> 0).toString(16).padStart(8, '0');
}
