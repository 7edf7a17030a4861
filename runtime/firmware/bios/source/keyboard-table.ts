/** The meaning of a key: scan code << 8 | character, alone, with Shift, with Ctrl and with Alt; 0: nothing. */
type Key = readonly [plain: number, shifted: number, control: number, alternate: number];

const character = (scan: number, text: string | number): number =>
  (scan << 8) | (typeof text === 'string' ? text.charCodeAt(0) : text);

/** Keys of letters: Ctrl gives 1-26. */
function letterKey(scan: number, letter: string): Key {
  const upper = letter.toUpperCase();
  return [character(scan, letter), character(scan, upper), character(scan, upper.charCodeAt(0) & 0x1f), scan << 8];
}

/** A row of keys from a scan code on. */
const letterRow = (first: number, letters: string): [number, Key][] =>
  [...letters].map((letter, n) => [first + n, letterKey(first + n, letter)]);

/** Digits: Alt gives codes of its own from 78h on. Ctrl means something for two of them. */
const digitRow: [number, Key][] = [...'1234567890-='].map((digit, n) => {
  const scan = 2 + n;
  const control: Record<string, number> = { '2': 0x0300, '6': 0x071e, '-': 0x0c1f };
  return [scan, [character(scan, digit), character(scan, '!@#$%^&*()_+'[n]!), control[digit] ?? 0, (0x78 + n) << 8]];
});

function punctuation(scan: number, [plain, shifted]: string, control = 0): [number, Key] {
  return [scan, [character(scan, plain!), character(scan, shifted!), control && character(scan, control), scan << 8]];
}

/** F1-F10: other codes with Shift, Ctrl and Alt. */
const functionRow: [number, Key][] = Array.from({ length: 10 }, (_, n) => [
  0x3b + n,
  [(0x3b + n) << 8, (0x54 + n) << 8, (0x5e + n) << 8, (0x68 + n) << 8],
]);

/** The keypad: with Shift or Num Lock digits; Alt makes characters of their codes. */
const keypadControl = [0x77, 0x8d, 0x84, 0, 0x73, 0x8f, 0x74, 0, 0x75, 0x91, 0x76, 0x92, 0x93];
const keypad: [number, Key][] = [...'789-456+1230.'].map((digit, n) => {
  const scan = 0x47 + n;
  if ('+-'.includes(digit)) {
    const plain = character(scan, digit);
    return [scan, [plain, plain, digit === '-' ? 0x8e00 : 0x9000, scan << 8]];
  }
  return [scan, [scan << 8, character(scan, digit), keypadControl[n]! << 8, 0]];
});

const KEYS = 0x59;
const plainKeys = new Map<number, Key>([
  [0x01, [0x011b, 0x011b, 0x011b, 0x0100]],
  ...digitRow,
  [0x0e, [0x0e08, 0x0e08, 0x0e7f, 0x0e00]],
  [0x0f, [0x0f09, 0x0f00, 0x9400, 0xa500]],
  ...letterRow(0x10, 'qwertyuiop'),
  punctuation(0x1a, '[{', 0x1b),
  punctuation(0x1b, ']}', 0x1d),
  [0x1c, [0x1c0d, 0x1c0d, 0x1c0a, 0x1c00]],
  ...letterRow(0x1e, 'asdfghjkl'),
  punctuation(0x27, ';:'),
  punctuation(0x28, '\'"'),
  punctuation(0x29, '`~'),
  punctuation(0x2b, '\\|', 0x1c),
  ...letterRow(0x2c, 'zxcvbnm'),
  punctuation(0x33, ',<'),
  punctuation(0x34, '.>'),
  punctuation(0x35, '/?'),
  [0x37, [0x372a, 0x372a, 0x9600, 0x3700]],
  [0x39, [0x3920, 0x3920, 0x3920, 0x3920]],
  ...functionRow,
  ...keypad,
  [0x56, [0x565c, 0x567c, 0, 0]],
  [0x57, [0x8500, 0x8700, 0x8900, 0x8b00]],
  [0x58, [0x8600, 0x8800, 0x8a00, 0x8c00]],
]);

/** Keys with the prefix E0h; their scan code or character E0h tells them from those of the keypad. */
const extendedControl = [0x77, 0x8d, 0x84, 0, 0x73, 0, 0x74, 0, 0x75, 0x91, 0x76, 0x92, 0x93];
const extendedKeys: [number, Key][] = [
  [0x1c, [0xe00d, 0xe00d, 0xe00a, 0xa600]],
  [0x35, [0xe02f, 0xe02f, 0x9500, 0xa400]],
  ...extendedControl.flatMap((control, n): [number, Key][] => {
    const cursor = ((0x47 + n) << 8) | 0xe0;
    return control === 0 ? [] : [[0x47 + n, [cursor, cursor, (control << 8) | 0xe0, (0x97 + n) << 8]]];
  }),
];

const words = (key: Key): string => key.map((word) => `0x${word.toString(16)}`).join(', ');
const plainRows = Array.from(
  { length: KEYS },
  (_, scan) => `        dw ${words(plainKeys.get(scan) ?? [0, 0, 0, 0])}\n`,
);
const extendedRows = extendedKeys.map(([scan, key]) => `        db ${scan}\n        dw ${words(key)}\n`);

/** The tables that INT 09h looks keys up in. */
export const keyboardTable = `
KEY_COUNT       equ ${KEYS}
; By scan code: 4 words a key.
key_table:
${plainRows.join('')}
; Keys with the prefix E0h: scan code, 4 words.
EXTENDED_BYTES  equ 9
extended_table:
${extendedRows.join('')}
        db 0
`;
