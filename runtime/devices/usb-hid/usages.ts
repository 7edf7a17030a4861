/** Usages of keys (HID Usage Tables, chapter 10), by the keys' numbers: the scancode in set 1, and 80h where E0h stands before it. */
const A_TO_Z = [30, 48, 46, 32, 18, 33, 34, 35, 23, 36, 37, 38, 50, 49, 24, 25, 16, 19, 31, 20, 22, 47, 17, 45, 21, 44];
const ONE_TO_ZERO = [2, 3, 4, 5, 6, 7, 8, 9, 10, 11];
/** Enter, Escape, backspace, tab, space, - = [ ] \ (and its twin outside of the US), ; ' ` , . / and caps lock. */
const AFTER_DIGITS = [28, 1, 14, 15, 57, 12, 13, 26, 27, 43, 0, 39, 40, 41, 51, 52, 53, 58];
const FUNCTION_KEYS = [59, 60, 61, 62, 63, 64, 65, 66, 67, 68, 87, 88];
/** Print, scroll lock, pause, insert, home, page up, delete, end, page down, right, left, down, up, num lock. */
const NAVIGATION = [183, 70, 198, 210, 199, 201, 211, 207, 209, 205, 203, 208, 200, 69];
/** / * - + enter, 1 to 9, 0 and the point. */
const KEYPAD = [181, 55, 74, 78, 156, 79, 80, 81, 75, 76, 77, 71, 72, 73, 82, 83];
/** The key left of Z, and menu. */
const LAST = [86, 221];
/** Control, shift, alt, logo: left, then right. */
const MODIFIERS = [29, 42, 56, 219, 157, 54, 184, 220];
const INTERNATIONAL = { 115: 0x87, 112: 0x88, 125: 0x89, 121: 0x8a, 123: 0x8b, 126: 0x85 };

export const FIRST_MODIFIER = 0xe0;

const usages = new Map<number, number>();
const enter = (first: number, keys: readonly number[]): void => {
  for (const [n, key] of keys.entries()) if (key !== 0) usages.set(key, first + n);
};
enter(0x04, [...A_TO_Z, ...ONE_TO_ZERO, ...AFTER_DIGITS, ...FUNCTION_KEYS, ...NAVIGATION, ...KEYPAD, ...LAST]);
enter(FIRST_MODIFIER, MODIFIERS);
for (const [key, usage] of Object.entries(INTERNATIONAL)) usages.set(Number(key), usage);

/** 0: there is none. */
export function usageOf(key: number): number {
  return usages.get(key) ?? 0;
}
