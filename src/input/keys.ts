import { shown } from '../util/checks.ts';

/** Rows: number (the scancode in set 1, and 80h where E0h stands before it), QEMU's name (`sendkey`), and `KeyboardEvent.code` of browsers. Both name the key. */
const rows = `
01 esc Escape
02 1 Digit1
03 2 Digit2
04 3 Digit3
05 4 Digit4
06 5 Digit5
07 6 Digit6
08 7 Digit7
09 8 Digit8
0a 9 Digit9
0b 0 Digit0
0c minus Minus
0d equal Equal
0e backspace Backspace
0f tab Tab
10 q KeyQ
11 w KeyW
12 e KeyE
13 r KeyR
14 t KeyT
15 y KeyY
16 u KeyU
17 i KeyI
18 o KeyO
19 p KeyP
1a bracket_left BracketLeft
1b bracket_right BracketRight
1c ret Enter
1d ctrl ControlLeft
1e a KeyA
1f s KeyS
20 d KeyD
21 f KeyF
22 g KeyG
23 h KeyH
24 j KeyJ
25 k KeyK
26 l KeyL
27 semicolon Semicolon
28 apostrophe Quote
29 grave_accent Backquote
2a shift ShiftLeft
2b backslash Backslash
2c z KeyZ
2d x KeyX
2e c KeyC
2f v KeyV
30 b KeyB
31 n KeyN
32 m KeyM
33 comma Comma
34 dot Period
35 slash Slash
36 shift_r ShiftRight
37 kp_multiply NumpadMultiply
38 alt AltLeft
39 spc Space
3a caps_lock CapsLock
3b f1 F1
3c f2 F2
3d f3 F3
3e f4 F4
3f f5 F5
40 f6 F6
41 f7 F7
42 f8 F8
43 f9 F9
44 f10 F10
45 num_lock NumLock
46 scroll_lock ScrollLock
47 kp_7 Numpad7
48 kp_8 Numpad8
49 kp_9 Numpad9
4a kp_subtract NumpadSubtract
4b kp_4 Numpad4
4c kp_5 Numpad5
4d kp_6 Numpad6
4e kp_add NumpadAdd
4f kp_1 Numpad1
50 kp_2 Numpad2
51 kp_3 Numpad3
52 kp_0 Numpad0
53 kp_decimal NumpadDecimal
56 less IntlBackslash
57 f11 F11
58 f12 F12
70 katakanahiragana KanaMode
73 ro IntlRo
79 henkan Convert
7b muhenkan NonConvert
7d yen IntlYen
7e kp_comma NumpadComma
9c kp_enter NumpadEnter
9d ctrl_r ControlRight
b5 kp_divide NumpadDivide
b7 print PrintScreen
b8 alt_r AltRight
c6 pause Pause
c7 home Home
c8 up ArrowUp
c9 pgup PageUp
cb left ArrowLeft
cd right ArrowRight
cf end End
d0 down ArrowDown
d1 pgdn PageDown
d2 insert Insert
d3 delete Delete
db meta_l MetaLeft
dc meta_r MetaRight
dd menu ContextMenu
`;

/** Other names that QEMU takes. */
const aliases: Readonly<Record<string, string>> = {
  sysrq: 'print',
  asterisk: 'kp_multiply',
  altgr: 'alt_r',
  compose: 'menu',
};

const numbers = new Map<string, number>();
/** By `KeyboardEvent.code`. */
const codes: Record<string, number> = {};
/** QEMU's names. */
const names = new Map<number, string>();
for (const row of rows.trim().split('\n')) {
  const [digits, name, code] = row.split(' ');
  const number = Number.parseInt(digits, 16);
  names.set(number, name);
  codes[code] = number;
  numbers.set(name, number).set(code.toLowerCase(), number);
}
for (const [alias, name] of Object.entries(aliases)) numbers.set(alias, numbers.get(name)!);

/**
 * The number of a key by its name, in any case.
 * @throws TypeError for no name of a key
 */
export function keyNumber(name: string): number {
  const number = typeof name === 'string' ? numbers.get(name.toLowerCase()) : undefined;
  if (number === undefined) {
    throw new TypeError(
      `there is no key ${shown(name)}; keys are called as in QEMU (a, ret, ctrl, f1) or in browsers (KeyA, Enter)`,
    );
  }
  return number;
}

/** The name of the key with a number; undefined: there is none. */
export function keyName(number: number): string | undefined {
  return names.get(number);
}

/** The numbers of keys by `KeyboardEvent.code`. */
export function keysByCode(): Readonly<Record<string, number>> {
  return codes;
}

/** Whether there is a key with this name, in any case. */
export function isKey(name: string): boolean {
  return numbers.has(name.toLowerCase());
}
