/** A key on the screen. */
export interface ScreenKey {
  /** Its place, as `KeyboardEvent.code` names it. */
  readonly code: string;
  /** What stands on it: without shift, and above that what shift gives. */
  readonly label: string;
  readonly shifted?: string;
  /** What it is called where its label is a sign. */
  readonly name?: string;
  /** Quarters of a key that it is wide. Default: 4. */
  readonly width?: number;
  /** It stays down until another key was pressed. */
  readonly isModifier?: boolean;
}

function named(code: string, label: string, more: Omit<ScreenKey, 'code' | 'label'> = {}): ScreenKey {
  return { code, label, ...more };
}

const modifier = (code: string, label: string, width = 5): ScreenKey => ({ code, label, width, isModifier: true });

const letters = (row: string): ScreenKey[] =>
  [...row].map((letter) => ({ code: `Key${letter.toUpperCase()}`, label: letter }));

/** Signs: the key's code, the sign, and the one with shift. */
const signs = (...keys: readonly (readonly [code: string, label: string, shifted: string])[]): ScreenKey[] =>
  keys.map(([code, label, shifted]) => ({ code, label, shifted }));

const digits = [...')!@#$%^&*('].map((shifted, digit) => ({ code: `Digit${digit}`, label: String(digit), shifted }));
const functionKeys = Array.from({ length: 12 }, (_, n) => named(`F${n + 1}`, `F${n + 1}`));

/** The US layout: a row of keys a line. Guests have keys by their places, and may give them other signs. */
export const layout: readonly (readonly ScreenKey[])[] = [
  [
    named('Escape', 'Esc'),
    ...functionKeys,
    named('Insert', 'Ins', { name: 'Insert' }),
    named('Delete', 'Del', { name: 'Delete' }),
  ],
  [
    ...signs(['Backquote', '`', '~']),
    ...[...digits.slice(1), digits[0]!],
    ...signs(['Minus', '-', '_'], ['Equal', '=', '+']),
    named('Backspace', '⌫', { name: 'Backspace', width: 8 }),
  ],
  [
    named('Tab', 'Tab', { width: 6 }),
    ...letters('qwertyuiop'),
    ...signs(['BracketLeft', '[', '{'], ['BracketRight', ']', '}']),
    { ...signs(['Backslash', '\\', '|'])[0]!, width: 6 },
  ],
  [
    named('CapsLock', 'Caps', { name: 'Caps lock', width: 7 }),
    ...letters('asdfghjkl'),
    ...signs(['Semicolon', ';', ':'], ['Quote', "'", '"']),
    named('Enter', 'Enter', { width: 9 }),
  ],
  [
    modifier('ShiftLeft', 'Shift', 9),
    ...letters('zxcvbnm'),
    ...signs(['Comma', ',', '<'], ['Period', '.', '>'], ['Slash', '/', '?']),
    named('ArrowUp', '↑', { name: 'Up' }),
    named('Home', 'Home', { width: 7 }),
  ],
  [
    modifier('ControlLeft', 'Ctrl'),
    modifier('MetaLeft', 'Win'),
    modifier('AltLeft', 'Alt'),
    named('Space', ' ', { name: 'Space', width: 14 }),
    modifier('AltRight', 'AltGr', 6),
    named('PageUp', 'PgUp', { name: 'Page up', width: 6 }),
    named('PageDown', 'PgDn', { name: 'Page down', width: 6 }),
    named('ArrowLeft', '←', { name: 'Left' }),
    named('ArrowDown', '↓', { name: 'Down' }),
    named('ArrowRight', '→', { name: 'Right' }),
    named('End', 'End'),
  ],
];
