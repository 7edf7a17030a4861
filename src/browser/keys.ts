import { isKey } from '../input/keys.ts';
import { keysThatType } from '../input/layout.ts';
import type { Machine } from '../machine.ts';

/** Milliseconds that Windows takes at most from the Ctrl that it makes up for AltGr to AltGr itself. */
const MADE_UP = 50;

/** What keys do that are not for the guest. */
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
  /** Ctrl and Alt are down and nothing else was pressed since. */
  #mayRelease = false;
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

  attach(machine: Machine | null): void {
    this.#machine = machine;
    this.#down.clear();
  }

  #press(event: KeyboardEvent): void {
    const machine = this.#machine;
    if (!machine || isPaste(event) || !isKey(event.code)) return;
    event.preventDefault();
    // The machine's keyboard repeats by itself.
    if (event.repeat) return;
    this.#mayRelease = isModifier(event) && event.ctrlKey && event.altKey;
    this.#takeBackControl(event);
    this.#down.add(event.code);
    void machine.keyboard.down(event.code).catch(() => {});
    this.#actions.typed();
  }

  /** Windows has the left Ctrl go down before AltGr, and up after it; a guest other than Windows takes that for another key. */
  #takeBackControl({ code, key, timeStamp }: KeyboardEvent): void {
    if (code === 'ControlLeft') this.#controlAt = timeStamp;
    const isMadeUp = key === 'AltGraph' && timeStamp - this.#controlAt < MADE_UP;
    if (isMadeUp && this.#down.delete('ControlLeft')) void this.#machine?.keyboard.up('ControlLeft').catch(() => {});
  }

  #letGo(event: KeyboardEvent): void {
    if (!this.#down.delete(event.code)) return;
    event.preventDefault();
    void this.#machine?.keyboard.up(event.code).catch(() => {});
    if (this.#mayRelease && isModifier(event)) this.#actions.release();
    this.#mayRelease = false;
    // On macOS nothing is heard of other keys that go up while it is down.
    if (event.key === 'Meta') this.#letAllGo();
  }

  /** Where the element loses the focus it does not hear of keys that go up. */
  #letAllGo(): void {
    for (const code of this.#down) void this.#machine?.keyboard.up(code).catch(() => {});
    this.#down.clear();
  }

  #input(event: InputEvent): void {
    event.preventDefault();
    this.#target.value = '';
    // Those that a paste was asked for with would be down for what is typed.
    this.#letAllGo();
    const text = event.data ?? event.dataTransfer?.getData('text/plain');
    if (text) typeText(this.#machine, text);
    else if (event.inputType === 'insertLineBreak') typeText(this.#machine, '\n');
    else if (event.inputType === 'deleteContentBackward') typeText(this.#machine, '\b');
    this.#actions.typed();
  }
}

/** Types what the guest's layout has of a text, and leaves out the rest. */
export function typeText(machine: Machine | null, text: string): void {
  if (!machine) return;
  const { keyboard } = machine;
  const known = [...text.replaceAll('\r\n', '\n').normalize('NFC')].filter((character) =>
    keysThatType(character, keyboard.layout),
  );
  void keyboard.type(known.join('')).catch(() => {});
}

function isPaste({ code, ctrlKey, shiftKey, metaKey }: KeyboardEvent): boolean {
  return code === 'KeyV' && ((ctrlKey && shiftKey) || metaKey);
}

function isModifier({ key }: KeyboardEvent): boolean {
  return key === 'Control' || key === 'Alt';
}
