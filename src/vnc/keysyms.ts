/** Keys by X11's keysyms (keysymdef.h), without those of characters: the number, and QEMU's name. */
const rows = `
fe03 alt_r
fe20 tab
ff08 backspace
ff09 tab
ff0a ret
ff0d ret
ff13 pause
ff14 scroll_lock
ff15 print
ff1b esc
ff50 home
ff51 left
ff52 up
ff53 right
ff54 down
ff55 pgup
ff56 pgdn
ff57 end
ff61 print
ff63 insert
ff67 menu
ff6b pause
ff7e alt_r
ff7f num_lock
ff80 spc
ff89 tab
ff8d kp_enter
ff95 kp_7
ff96 kp_4
ff97 kp_8
ff98 kp_6
ff99 kp_2
ff9a kp_9
ff9b kp_3
ff9c kp_1
ff9d kp_5
ff9e kp_0
ff9f kp_decimal
ffaa kp_multiply
ffab kp_add
ffac kp_comma
ffad kp_subtract
ffae kp_decimal
ffaf kp_divide
ffe1 shift
ffe2 shift_r
ffe3 ctrl
ffe4 ctrl_r
ffe5 caps_lock
ffe7 meta_l
ffe8 meta_r
ffe9 alt
ffea alt_r
ffeb meta_l
ffec meta_r
ffff delete
`;

const names = new Map<number, string>([
  ...rows
    .trim()
    .split('\n')
    .map((row) => row.split(' ') as [string, string])
    .map(([number, name]) => [Number.parseInt(number, 16), name] as const),
  ...Array.from({ length: 10 }, (_, n) => [0xffb0 + n, `kp_${n}`] as const),
  ...Array.from({ length: 12 }, (_, n) => [0xffbe + n, `f${n + 1}`] as const),
]);

/** Characters that have numbers besides their own: dead keys, as the marks that they set. */
const marks: Readonly<Record<number, string>> = {
  ...{ 65104: '\u0300', 65105: '\u0301', 65106: '\u0302', 65107: '\u0303', 65111: '\u0308' },
};

/** A key by its name, or by the character that it types. */
export type KeyMeant = { readonly name: string } | { readonly character: string };

/** The key of a keysym; undefined: no key that a PC has. */
export function keyOfKeysym(keysym: number): KeyMeant | undefined {
  const name = names.get(keysym);
  if (name !== undefined) return { name };
  const mark = marks[keysym];
  if (mark !== undefined) return { character: mark };
  // Characters of Latin-1, and the euro sign, have their own numbers, others those of Unicode with 01000000h added.
  const code = keysym >= 0x01000000 ? keysym - 0x01000000 : keysym;
  return isPrintable(code) ? { character: String.fromCodePoint(code) } : undefined;
}

function isPrintable(code: number): boolean {
  return (code >= 0x20 && code < 0x7f) || (code >= 0xa0 && code < 0x100) || code === EURO_SIGN;
}

const EURO_SIGN = 0x20ac;
