import { Symbols } from '../runtime/debug/symbols.ts';
import type { Machine } from '../src/browser/index.ts';
import { blockLines } from '../src/inspect/block-view.ts';
import type { TranslationInfo } from '../src/machine-core.ts';
import { button, byId, textElement } from './elements.ts';
import { placeText } from './place-text.ts';

/** Rows of the table. */
const MOST = 100;
/** Milliseconds between two looks. */
const INTERVAL = 1000;

/** A machine's translations, those that are entered most first, and one of them as guest code, intermediate code and JavaScript. */
export class Inspector {
  readonly #table = byId('blocks', HTMLTableElement);
  readonly #body = this.#table.tBodies[0]!;
  /** By the code that they were made of. */
  #rows: ReadonlyMap<string, HTMLTableRowElement> = new Map();
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
    this.#update([]);
    this.#block.hidden = true;
    byId('source-maps-said', HTMLElement).textContent = '';
    this.#say('No machine is on.');
  }

  #say(text: string): void {
    byId('blocks-said', HTMLElement).textContent = text;
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
    this.#update(all.toSorted((a, b) => (b.executions ?? 0) - (a.executions ?? 0)).slice(0, MOST));
    this.#say(
      all.length === 0
        ? 'Nothing was translated yet: code is interpreted until it has run often.'
        : all.every(({ executions = 0 }) => executions === 0)
          ? 'It has just begun to count how often each translation is entered.'
          : 'Code that ran often was translated to JavaScript. Each row is a translation; choose one to see it.',
    );
    this.#timer = setTimeout(() => void this.#show(machine), INTERVAL);
  }

  /** Rows stay where they are while somebody is in one of them: the focus would be lost with it. Their figures go on. */
  #update(infos: readonly TranslationInfo[]): void {
    const rows = new Map(infos.map((info) => [keyOf(info), this.#rows.get(keyOf(info)) ?? this.#row(info)]));
    for (const info of infos) showFigures(rows.get(keyOf(info))!, info);
    if (this.#body.contains(document.activeElement)) {
      const added = [...rows].filter(([key]) => !this.#rows.has(key));
      this.#body.append(...added.map(([, row]) => row));
      this.#rows = new Map([...this.#rows, ...rows]);
    } else {
      this.#body.replaceChildren(...rows.values());
      this.#rows = rows;
    }
    this.#table.hidden = rows.size === 0;
    byId('blocks-tools', HTMLElement).hidden = rows.size === 0;
  }

  #row(info: TranslationInfo): HTMLTableRowElement {
    const row = document.createElement('tr');
    const address = document.createElement('td');
    const open = () => void this.#open(info.linear).catch(this.#tell);
    address.append(button(placeText(info, info.eip), open));
    row.append(address, textElement('td', info.name), document.createElement('td'), document.createElement('td'));
    return row;
  }

  async #open(linear: number): Promise<void> {
    const detail = await this.#machine?.translations.at(linear);
    if (!detail) return;
    const lines = blockLines(detail, new Symbols({ addresses: [], names: [] }));
    this.#block.caption!.textContent = detail.info.name;
    const rows = lines.map(({ address, assembly, ir, javascript }) => {
      const row = document.createElement('tr');
      const cells = [address === null ? '' : placeText(detail.info, address), assembly, ir.join('\n'), javascript];
      row.append(...cells.map((text) => textElement('td', text)));
      return row;
    });
    this.#block.tBodies[0]!.replaceChildren(...rows);
    this.#block.hidden = false;
  }
}

function keyOf({ physical, linear, key }: TranslationInfo): string {
  return [physical, linear, key].join();
}

function showFigures({ cells }: HTMLTableRowElement, { instructions, executions }: TranslationInfo): void {
  cells[2]!.textContent = instructions.toLocaleString('en');
  cells[3]!.textContent = (executions ?? 0).toLocaleString('en');
}
