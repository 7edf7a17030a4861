/** `KeyboardEvent.keyCode` (UI Events, appendix A) of letters and digits is their character; of others: number and `KeyboardEvent.code`. */
const rows = `
8 Backspace
9 Tab
13 Enter
16 ShiftLeft
17 ControlLeft
18 AltLeft
19 Pause
20 CapsLock
27 Escape
32 Space
33 PageUp
34 PageDown
35 End
36 Home
37 ArrowLeft
38 ArrowUp
39 ArrowRight
40 ArrowDown
44 PrintScreen
45 Insert
46 Delete
59 Semicolon
61 Equal
91 MetaLeft
92 MetaRight
93 ContextMenu
96 Numpad0
97 Numpad1
98 Numpad2
99 Numpad3
100 Numpad4
101 Numpad5
102 Numpad6
103 Numpad7
104 Numpad8
105 Numpad9
106 NumpadMultiply
107 NumpadAdd
109 NumpadSubtract
110 NumpadDecimal
111 NumpadDivide
112 F1
113 F2
114 F3
115 F4
116 F5
117 F6
118 F7
119 F8
120 F9
121 F10
122 F11
123 F12
144 NumLock
145 ScrollLock
173 Minus
186 Semicolon
187 Equal
188 Comma
189 Minus
190 Period
191 Slash
192 Backquote
219 BracketLeft
220 Backslash
221 BracketRight
222 Quote
`;

const codes = new Map(
  rows
    .trim()
    .split('\n')
    .map((row) => row.split(' '))
    .map(([number, code]) => [Number(number), code!] as const),
);

/** The key of a `keyCode`, by its `KeyboardEvent.code`; undefined: there is none. */
export function keyOfCode(keyCode: number): string | undefined {
  const character = String.fromCharCode(keyCode);
  if (/[A-Z]/.test(character)) return `Key${character}`;
  return /\d/.test(character) ? `Digit${character}` : codes.get(keyCode);
}
