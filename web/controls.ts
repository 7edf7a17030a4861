import type { RawironPc } from '../src/browser/element.ts';
import type { Drive, Machine } from '../src/browser/index.ts';
import { button, byId, save, textElement } from './elements.ts';

/** Actions of the page for the buttons. */
export interface ControlActions {
  readonly type: (text: string) => void;
  readonly saveState: (machine: Machine) => Promise<void>;
  readonly move: (machine: Machine) => Promise<void>;
  readonly tell: (error: unknown) => void;
}

/** The buttons of a running machine, and the list of its drives. */
export class Controls {
  readonly #section = byId('controls', HTMLElement);
  readonly #pause = byId('pause', HTMLButtonElement);
  readonly #move = byId('move', HTMLButtonElement);
  readonly #drives = byId('drives', HTMLUListElement);
  readonly #pc: RawironPc;
  /** Types into what is shown. */
  readonly #type: (text: string) => void;
  readonly #tell: (error: unknown) => void;

  constructor(pc: RawironPc, { type, saveState, move, tell }: ControlActions) {
    this.#pc = pc;
    this.#type = type;
    this.#tell = tell;
    this.#pause.addEventListener('click', () => this.#do((machine) => this.#togglePause(machine)));
    this.#on('reset', (machine) => machine.reset());
    this.#on('ctrl-alt-delete', (machine) => machine.keyboard.press('ctrl-alt-delete'));
    this.#on('power', (machine) => machine.pressPowerButton());
    this.#on('picture', async (machine) => save(await pictureOf(machine)));
    this.#on('save-state', saveState);
    this.#on('move', async (machine) => (isMoving(machine) ? machine.migration.cancel() : move(machine)));
    this.#on('off', (machine) => machine.stop());
    byId('type', HTMLButtonElement).addEventListener('click', () => byId('type-dialog', HTMLDialogElement).showModal());
    byId('type-dialog', HTMLDialogElement).addEventListener('close', () => this.#typeDialog());
  }

  /** Shows them for a machine, or hides them. */
  show(machine: Machine | null): void {
    this.#section.hidden = machine === null;
    this.#pause.textContent = machine?.state === 'paused' ? 'Resume' : 'Pause';
    machine?.on('paused', () => this.#showPaused(machine, 'Resume'));
    machine?.on('running', () => this.#showPaused(machine, 'Pause'));
    this.#showMove(machine);
    machine?.migration.on('status', () => this.#showMove(machine));
    const removable = machine?.drives.filter((drive) => drive.isRemovable) ?? [];
    byId('drives-title', HTMLElement).hidden = removable.length === 0;
    this.#drives.replaceChildren(...removable.map((drive) => this.#driveItem(drive)));
  }

  #showMove(machine: Machine | null): void {
    this.#move.textContent = machine && isMoving(machine) ? 'Cancel move' : 'Move…';
  }

  #on(id: string, act: (machine: Machine) => Promise<void>): void {
    byId(id, HTMLButtonElement).addEventListener('click', () => this.#do(act));
  }

  #do(act: (machine: Machine) => Promise<void>): void {
    const { machine } = this.#pc;
    if (machine) void act(machine).catch(this.#tell);
  }

  async #togglePause(machine: Machine): Promise<void> {
    if (machine.state === 'running') await machine.pause();
    else await machine.resume();
  }

  #showPaused(machine: Machine, text: string): void {
    if (machine === this.#pc.machine) this.#pause.textContent = text;
  }

  #typeDialog(): void {
    const text = byId('type-text', HTMLTextAreaElement);
    if (byId('type-dialog', HTMLDialogElement).returnValue === 'type') this.#type(text.value);
    text.value = '';
    text.dispatchEvent(new Event('input'));
  }

  #driveItem(drive: Drive): HTMLLIElement {
    const item = document.createElement('li');
    const medium = textElement('span', '');
    const show = () => {
      medium.textContent = `${drive.name}: ${drive.image ?? 'empty'}`;
    };
    const change = (act: () => Promise<void>) => void act().then(show, this.#tell);
    const input = document.createElement('input');
    Object.assign(input, { type: 'file', hidden: true });
    input.addEventListener('change', () => {
      const [file] = input.files ?? [];
      if (file) change(() => drive.change(file));
    });
    const eject = button('Eject', () => change(() => drive.eject()), `Eject ${drive.name}`);
    item.append(
      medium,
      button('Change…', () => input.click(), `Change the medium of ${drive.name}`),
      eject,
      input,
    );
    show();
    return item;
  }
}

function isMoving({ migration }: Machine): boolean {
  return migration.status === 'setup' || migration.status === 'active';
}

async function pictureOf(machine: Machine): Promise<File> {
  return new File([new Uint8Array(await machine.screen.png())], 'screen.png', { type: 'image/png' });
}
