import { isKey } from '../input/keys.ts';
import { keysThatType } from '../input/layout.ts';
import type { Machine } from '../machine/machine.ts';
import { ReleaseChord } from './release-chord.ts';

/** Milliseconds that Windows takes at most from the Ctrl that it makes up for AltGr to AltGr itself. */
const MADE_UP = 50;

/** Actions of keys that are not for the guest. */
export interface KeyActions {
  /** Ctrl and Alt were pressed together, and no other key: the user wants out. */
  release(): void;
  /** Something was typed. */
  typed(): void;
}

/**
 * Has the keys that an element gets pressed on a machine's keyboard, by their places (`KeyboardEvent.code`): the layout is the
 * guest's. Text that is pasted (Ctrl-Shift-V) or comes without keys, as from a telephone, is typed with `Keyboard.layout`.
 */
export class Keys {
  readonly #target: HTMLTextAreaElement;
  readonly #actions: KeyActions;
  readonly #down = new Set<string>();
  #machine: Machine | null = null;
  /** Input typed for a machine that is still being made; null while none is. */
  #held: ((machine: Machine) => Promise<void>)[] | null = null;
  readonly #chord = new ReleaseChord();
  /** When the left Ctrl went down, as the browser's events have it. */
  #controlAt = Number.NEGATIVE_INFINITY;

  constructor(target: HTMLTextAreaElement, actions: KeyActions) {
    this.#target = target;
    this.#actions = actions;
    target.addEventListener('keydown', (event) => this.#press(event));
    target.addEventListener('keyup', (event) => this.#letGo(event));
    target.addEventListener('blur', () => this.#letAllGo());
    target.addEventListener('beforeinput', (event) => this.#input(event));
  }

  /** Gives a machine the keys from now on, and first those that were held for it; null: nobody has them. */
  attach(machine: Machine | null): void {
    const held = this.#held ?? [];
    this.#machine = machine;
    this.#held = null;
    if (!machine) this.#down.clear();
    else for (const act of held) void act(machine).catch(() => {});
  }

  /** Keeps what is typed from now on for the machine that is attached next. */
  hold(): void {
    this.#held = [];
  }

  #do(act: (machine: Machine) => Promise<void>): void {
    if (this.#machine) void act(this.#machine).catch(() => {});
    else this.#held?.push(act);
  }

  #press(event: KeyboardEvent): void {
    const isTaken = this.#machine !== null || this.#held !== null;
    if (!isTaken || isPaste(event) || !isKey(event.code)) return;
    event.preventDefault();
    // The machine's keyboard repeats by itself.
    if (event.repeat) return;
    this.#chord.press(event);
    this.#takeBackControl(event);
    this.#down.add(event.code);
    this.#do(({ keyboard }) => keyboard.down(event.code));
    this.#actions.typed();
  }

  /** Windows has the left Ctrl go down before AltGr, and up after it; a guest other than Windows takes that for another key. */
  #takeBackControl({ code, key, timeStamp }: KeyboardEvent): void {
    if (code === 'ControlLeft') this.#controlAt = timeStamp;
    const isMadeUp = key === 'AltGraph' && timeStamp - this.#controlAt < MADE_UP;
    if (isMadeUp && this.#down.delete('ControlLeft')) this.#do(({ keyboard }) => keyboard.up('ControlLeft'));
  }

  #letGo(event: KeyboardEvent): void {
    if (!this.#down.delete(event.code)) return;
    event.preventDefault();
    this.#do(({ keyboard }) => keyboard.up(event.code));
    if (this.#chord.letGo(event)) this.#actions.release();
    // On macOS nothing is heard of other keys that go up while it is down.
    if (event.key === 'Meta') this.#letAllGo();
  }

  /** Where the element loses the focus it does not hear of keys that go up. */
  #letAllGo(): void {
    for (const code of this.#down) this.#do(({ keyboard }) => keyboard.up(code));
    this.#down.clear();
  }

  #input(event: InputEvent): void {
    event.preventDefault();
    this.#target.value = '';
    // Those that a paste was asked for with would be down for what is typed.
    this.#letAllGo();
    const text = event.data ?? event.dataTransfer?.getData('text/plain');
    if (text) this.type(text);
    else if (event.inputType === 'insertLineBreak') this.type('\n');
    else if (event.inputType === 'deleteContentBackward') this.type('\b');
  }

  /** Types what the guest's layout has of a text, and leaves out the rest. */
  type(text: string): void {
    this.#do((machine) => typeText(machine, text));
    this.#actions.typed();
  }
}

async function typeText({ keyboard }: Machine, text: string): Promise<void> {
  const known = [...text.replaceAll('\r\n', '\n').normalize('NFC')].filter((character) =>
    keysThatType(character, keyboard.layout),
  );
  await keyboard.type(known.join(''));
}

function isPaste({ code, ctrlKey, shiftKey, metaKey }: KeyboardEvent): boolean {
  return code === 'KeyV' && ((ctrlKey && shiftKey) || metaKey);
}
