import { type KeyboardLayout, type KeyLevels, keyLevels } from '../src/input/layout.ts';
import { layoutKeys } from '../src/input/layout-tables.ts';

/** A key on the screen. */
export interface ScreenKey {
  /** Which key of the machine it is (`Keyboard.down`). */
  readonly code: string;
  /** The key's label: without shift, and above that the characters with shift and AltGr. */
  readonly label: string;
  readonly shifted?: string;
  readonly altGr?: string;
  /** The key's name where its label is a sign. */
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

const functionKeys = Array.from({ length: 12 }, (_, n) => named(`F${n + 1}`, `F${n + 1}`));

/** Signs of dead keys: as if their mark was on nothing. */
const shown = (character: string): string => character.replace(/^\p{Mark}/u, '◌$&');

function screenKey(code: string, [plain, shift, altGr]: KeyLevels): ScreenKey {
  const isLetter = shift !== '' && shift === plain.toUpperCase();
  return {
    ...{ code, label: shown(plain) },
    ...(!isLetter && shift !== '' && { shifted: shown(shift) }),
    ...(altGr !== '' && { altGr: shown(altGr) }),
  };
}

/**
 * The keys of a layout: a row a line. Guests have keys by their places, so a guest with another layout gives them other signs. Where
 * a key is beside the left Shift the one of the backslash is beside Enter, as on European keyboards.
 */
export function layoutRows(layout: KeyboardLayout): readonly (readonly ScreenKey[])[] {
  const levels = keyLevels(layout);
  const [digits, upper, home, lower] = layoutKeys.map((names) =>
    names.filter((name) => levels.get(name)![0] !== '').map((name) => screenKey(name, levels.get(name)!)),
  ) as [ScreenKey[], ScreenKey[], ScreenKey[], ScreenKey[]];
  const isEuropean = levels.get('less')![0] !== '';
  const backslash = home.pop()!;
  const enter = named('Enter', 'Enter', { width: isEuropean ? 6 : 9 });
  return [
    [
      named('Escape', 'Esc'),
      ...functionKeys,
      named('Insert', 'Ins', { name: 'Insert' }),
      named('Delete', 'Del', { name: 'Delete' }),
    ],
    [...digits, named('Backspace', '⌫', { name: 'Backspace', width: 8 })],
    [named('Tab', 'Tab', { width: 6 }), ...upper, ...(isEuropean ? [] : [{ ...backslash, width: 6 }])],
    [
      named('CapsLock', 'Caps', { name: 'Caps lock', width: 7 }),
      ...[...home, ...(isEuropean ? [backslash] : []), enter],
    ],
    [
      modifier('ShiftLeft', 'Shift', isEuropean ? 6 : 9),
      ...lower,
      named('ArrowUp', '↑', { name: 'Up' }),
      named('Home', 'Home', { width: 7 }),
    ],
    [
      ...[modifier('ControlLeft', 'Ctrl'), modifier('MetaLeft', 'Win'), modifier('AltLeft', 'Alt')],
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
}
