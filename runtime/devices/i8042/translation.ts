/**
 * Scancode set 2 to set 1 as the controller translates it (Microsoft, "Keyboard Scan Code Specification", appendix A).
 * The row of a code is its upper four bits.
 */
const rows = [
  'ff 43 41 3f 3d 3b 3c 58 64 44 42 40 3e 0f 29 59',
  '65 38 2a 70 1d 10 02 5a 66 71 2c 1f 1e 11 03 5b',
  '67 2e 2d 20 12 05 04 5c 68 39 2f 21 14 13 06 5d',
  '69 31 30 23 22 15 07 5e 6a 72 32 24 16 08 09 5f',
  '6b 33 25 17 18 0b 0a 60 6c 34 35 26 27 19 0c 61',
  '6d 73 28 74 1a 0d 62 6e 3a 36 1c 1b 75 2b 63 76',
  '55 56 77 78 79 7a 0e 7b 7c 4f 7d 4b 47 7e 7f 6f',
  '52 53 50 4c 4d 48 01 45 57 4e 51 4a 37 49 46 54',
];

/** The first byte of a break code in set 2. */
export const BREAK = 0xf0;

const toSet1 = Uint8Array.from({ length: 256 }, (_, code) => code);
toSet1.set(rows.flatMap((row) => row.split(' ').map((code) => Number.parseInt(code, 16))));
// F7 and Alt+SysRq lie outside the rows.
toSet1[0x83] = 0x41;
toSet1[0x84] = 0x54;

const toSet2 = Uint8Array.from({ length: 128 });
for (let code = 1; code <= 0x84; code++) if (toSet1[code] < 0x80) toSet2[toSet1[code]] = code;

/** A make code or other byte of set 2 in set 1. Bytes from 0x85 on (prefixes, answers) stay as they are. */
export function translateToSet1(code: number): number {
  return toSet1[code];
}

/** A byte of set 1 in set 2: break codes become two bytes, prefixes stay as they are. */
export function translateToSet2(code: number): readonly number[] {
  if (code === 0xe0 || code === 0xe1) return [code];
  return code < 0x80 ? [toSet2[code]] : [BREAK, toSet2[code & 0x7f]];
}
