import { translateToSet2 } from './translation.ts';

/** A key has the number of its scancode in set 1; this is added where E0h stands before that. */
export const EXTENDED = 0x80;
export const KEYS = 256;
const EXTENSION = 0xe0;
const UP = 0x80;

/** Keys whose codes depend on others, or that the prefix does not tell. */
const PRINT_SCREEN = EXTENDED | 0x37;
export const PAUSE = EXTENDED | 0x46;
const ALT_PRINT_SCREEN = 0x54;

/** Modifiers, left and right. */
const CONTROL = [0x1d, EXTENDED | 0x1d];
const SHIFT = [0x2a, 0x36];
const ALT = [0x38, EXTENDED | 0x38];

/** Home, up, page up, left, right, end, down, page down, insert, delete beside the keypad, which has them, too. */
const CURSOR_PAD = [0x47, 0x48, 0x49, 0x4b, 0x4d, 0x4f, 0x50, 0x51, 0x52, 0x53].map((code) => EXTENDED | code);
const KEYPAD_DIVIDE = EXTENDED | 0x35;

/** The state of a keyboard on which codes depend. */
export interface KeyState {
  /** Whether any of some keys is held down. */
  isHeld(keys: readonly number[]): boolean;
  /** The light is on. */
  readonly numLock: boolean;
}

/** The bytes of set 1 for a key that goes down, repeats or goes up (Microsoft, "Keyboard Scan Code Specification", tables 1 to 4). */
function set1(key: number, isDown: boolean, state: KeyState): readonly number[] {
  const { isHeld } = state;
  if (key === PAUSE) return isDown ? pause(state) : [];
  if (key === PRINT_SCREEN && isHeld(ALT)) return [ALT_PRINT_SCREEN | (isDown ? 0 : UP)];
  const code = (key & ~EXTENDED) | (isDown ? 0 : UP);
  if ((key & EXTENDED) === 0) return [code];
  const shifts = isDown && isHeld([key]) ? [] : fakeShifts(key, state);
  const before = shifts.flatMap((shift) => [EXTENSION, shift]);
  const after = shifts.toReversed().flatMap((shift) => [EXTENSION, shift ^ UP]);
  return isDown ? [...before, EXTENSION, code] : [EXTENSION, code, ...after];
}

/** It has no break code: both codes come when it goes down. */
function pause({ isHeld }: KeyState): number[] {
  return isHeld(CONTROL) ? [0xe0, 0x46, 0xe0, 0xc6] : [0xe1, 0x1d, 0x45, 0xe1, 0x9d, 0xc5];
}

/**
 * Codes of shifts that come before a key goes down, and are taken back after it has gone up: systems of the time before these keys found
 * Print Screen with shift, and the others on the keypad without shift and num lock.
 */
function fakeShifts(key: number, { isHeld, numLock }: KeyState): readonly number[] {
  const held = SHIFT.filter((shift) => isHeld([shift]));
  const [left] = SHIFT;
  if (key === PRINT_SCREEN) return held.length > 0 || isHeld(CONTROL) ? [] : [left];
  const released = held.map((shift) => shift | UP);
  if (key === KEYPAD_DIVIDE) return released;
  if (!CURSOR_PAD.includes(key)) return [];
  // Shift and num lock take each other back.
  if (!numLock) return released;
  return held.length > 0 ? [] : [left];
}

/** Codes of set 3, by keys, where they are not those of set 2. */
const set3Codes: Readonly<Record<number, number>> = {
  1: 0x08, // Escape
  29: 0x11,
  43: 0x5c,
  55: 0x7e,
  56: 0x19,
  58: 0x14,
  // F1 to F12
  ...{ 59: 0x07, 60: 0x0f, 61: 0x17, 62: 0x1f, 63: 0x27, 64: 0x2f, 65: 0x37, 66: 0x3f, 67: 0x47, 68: 0x4f },
  ...{ 87: 0x56, 88: 0x5e },
  // Num lock, scroll lock, keypad minus, the key between left shift and Z
  ...{ 69: 0x76, 70: 0x5f, 74: 0x84, 86: 0x13 },
  // Keypad enter, right control, keypad divide, print screen, right alt, pause
  ...{ 156: 0x79, 157: 0x58, 181: 0x4a, 183: 0x57, 184: 0x39, 198: 0x62 },
  // Home, up, page up, left, right, end, down, page down, insert, delete
  ...{ 199: 0x6e, 200: 0x63, 201: 0x6f, 203: 0x61, 205: 0x6a },
  ...{ 207: 0x65, 208: 0x60, 209: 0x6d, 210: 0x67, 211: 0x64 },
  // The logo keys and the menu key
  ...{ 219: 0x8b, 220: 0x8c, 221: 0x8d },
};

/** A key's code in set 3, which tells the key in the commands that set its type. */
export function set3Code(key: number): number {
  return set3Codes[key] ?? translateToSet2(key & 0x7f)[0];
}

/** Behaviour of a key in scan code set 3: a make code always; by bits, a break code and repeating. */
export const KeyType = { make: 0, makeBreak: 1, typematic: 2, typematicMakeBreak: 3 } as const;

/** Caps lock, shift, left control and left alt tell when they go up; what is typed with repeats; others do neither. */
export function defaultKeyType(code: number): number {
  if ([0x11, 0x12, 0x14, 0x19, 0x59].includes(code)) return KeyType.makeBreak;
  const isTyped = (code >= 0x0d && code <= 0x66 && !onlyMake.has(code)) || code === 0x6a;
  return isTyped ? KeyType.typematic : KeyType.make;
}

const onlyMake = new Set([
  0x0f, 0x17, 0x1f, 0x27, 0x2f, 0x37, 0x39, 0x3f, 0x47, 0x4f, 0x56, 0x57, 0x58, 0x5e, 0x5f, 0x62, 0x65,
]);

/** The bytes that a keyboard sends in scancode set 1 or 2 for a key that goes down or up. */
export function keyBytes(set: number, key: number, isDown: boolean, state: KeyState): readonly number[] {
  const bytes = set1(key, isDown, state);
  return set === 1 ? bytes : bytes.flatMap(translateToSet2);
}
