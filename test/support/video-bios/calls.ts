import type { Call } from './harness.ts';
import { BUFFER, FONT, STATE, TEXT } from './places.ts';

/** Groups of calls that are compared; each begins by setting a mode, so that it doesn't depend on those before. */
export type Calls = Readonly<Record<string, Call>>;

const all = ['state', 'memory'] as const;
const mode = (number: number, tell: Call['tell'] = all): Call => ({ ax: number, tell });
const hex = (number: number): string => number.toString(16).toUpperCase().padStart(2, '0');

/** The font of the test for graphics modes, and its upper half for the CGA's. */
const fonts = (height: number, rows: number): Calls => ({
  'font of graphics': { ax: 0x1121, es: FONT, cx: height, dx: rows },
  'upper half': { ax: 0x1120, es: FONT, bp: 0x800 },
});

const modeNumbers = [0, 1, 2, 3, 4, 5, 6, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13];

/** Calls on characters in a mode: written in several ways, read back, scrolled in a window. */
function characters(setting: Calls): Calls {
  return {
    ...setting,
    position: { ax: 0x0200, dx: 0x0305 },
    'character and attribute': { ax: 0x0941, bx: 0x0e, cx: 5 },
    'what is read': { ax: 0x0800 },
    'character only': { ax: 0x0a62, bx: 0x03, cx: 3, tell: ['memory'] },
    'mixed character': { ax: 0x0943, bx: 0x8f, cx: 2, tell: ['memory'] },
    'last row': { ax: 0x0200, dx: 0x1805 },
    teletype: { ax: 0x0e54, bx: 0x0b },
    'line feed': { ax: 0x0e0a, bx: 0x0b, tell: ['memory'] },
    return: { ax: 0x0e0d, bx: 0x0b },
    backspace: { ax: 0x0e08, bx: 0x0b },
    cursor: { ax: 0x0300 },
    'window up': { ax: 0x0602, bx: 0x0300, cx: 0x0203, dx: 0x0a14, tell: ['memory'] },
    'window down': { ax: 0x0701, bx: 0x0500, cx: 0x0102, dx: 0x0b16, tell: ['memory'] },
    'window cleared': { ax: 0x0600, bx: 0x0200, cx: 0x0404, dx: 0x0608, tell: ['memory'] },
    'too large a window': { ax: 0x0603, bx: 0x0100, cx: 0x0a0a, dx: 0xffff, tell: ['memory'] },
    string: { ax: 0x1301, bx: 0x0c, cx: 12, dx: 0x0c02, es: FONT, bp: TEXT, tell: all },
    'what the mode is': { ax: 0x0f00 },
  };
}

const withMode = (number: number): Calls => ({ [`mode ${hex(number)}`]: mode(number, []) });
const inGraphics = (number: number, height: number, rows: number): Calls =>
  characters({ ...withMode(number), ...fonts(height, rows) });

const pixels = (number: number): Calls => ({
  ...withMode(number),
  pixel: { ax: 0x0c07, cx: 101, dx: 55 },
  'another pixel': { ax: 0x0c02, cx: 200, dx: 90 },
  'mixed pixel': { ax: 0x0c85, cx: 101, dx: 55, tell: ['memory'] },
  'what it is': { ax: 0x0d00, cx: 101, dx: 55 },
  'a black one': { ax: 0x0d00, cx: 102, dx: 55 },
});

/** Calls about a mode of VBE, and about the memory that is seen through its windows. */
const vbeMode = (number: number): Calls => ({
  information: { ax: 0x4f01, cx: number, tell: ['buffer'] },
  set: { ax: 0x4f02, bx: number, tell: all },
  'its number': { ax: 0x4f03 },
  'what the mode is': { ax: 0x0f00 },
  pixel: { ax: 0x0c09, cx: 301, dx: 155 },
  'a second window': { ax: 0x4f05, bx: 0, dx: 1, tell: ['memory'] },
  'which window': { ax: 0x4f05, bx: 0x0100 },
  'no such window': { ax: 0x4f05, bx: 0, dx: 0x7fff },
  'line length': { ax: 0x4f06, bx: 1 },
  'longer lines': { ax: 0x4f06, bx: 0, cx: 2048 },
  'lines of bytes': { ax: 0x4f06, bx: 2, cx: 5120 },
  'most of all': { ax: 0x4f06, bx: 3 },
  start: { ax: 0x4f07, bx: 0, cx: 16, dx: 8 },
  'start is': { ax: 0x4f07, bx: 1 },
  'start at the retrace': { ax: 0x4f07, bx: 0x80, cx: 8, dx: 4 },
  'start then': { ax: 0x4f07, bx: 1 },
  'start too low': { ax: 0x4f07, bx: 0, cx: 0, dx: 0x7000 },
  'colours of 8 bits': { ax: 0x4f08, bx: 0x0800 },
  'how many bits': { ax: 0x4f08, bx: 1 },
  'colours of 6 bits': { ax: 0x4f08, bx: 0x0600 },
  'first window': { ax: 0x4f05, bx: 0, dx: 0 },
  palette: { ax: 0x4f09, bx: 0, cx: 4, dx: 32, es: FONT },
  'palette is': { ax: 0x4f09, bx: 1, cx: 4, dx: 32, tell: ['block'] },
  'linear mode': { ax: 0x4f02, bx: number | 0x4000 },
  'its number then': { ax: 0x4f03 },
});

export const groups: Readonly<Record<string, Calls>> = {
  start: { mode: { ax: 0x0f00, tell: all } },
  ...Object.fromEntries(modeNumbers.map((number) => [`mode ${hex(number)}`, { set: mode(number) }])),
  'memory is kept': {
    ...withMode(3),
    write: { ax: 0x0e41 },
    set: mode(0x83),
    mode: { ax: 0x0f00 },
  },
  'no such mode': { ...withMode(3), set: mode(0x1e) },
  'text of 200 lines': { lines: { ax: 0x1200, bx: 0x30 }, set: mode(3), back: { ax: 0x1202, bx: 0x30 } },
  'cursor shapes': {
    ...withMode(3),
    block: { ax: 0x0100, cx: 0x0007, tell: ['state'] },
    half: { ax: 0x0100, cx: 0x0407, tell: ['state'] },
    none: { ax: 0x0100, cx: 0x2000, tell: ['state'] },
    lines: { ax: 0x0100, cx: 0x0d0e, tell: ['state'] },
    'no emulation': { ax: 0x1201, bx: 0x34 },
    underline: { ax: 0x0100, cx: 0x0607, tell: ['state'] },
    emulation: { ax: 0x1200, bx: 0x34 },
  },
  pages: {
    ...withMode(3),
    'other page': { ax: 0x0200, bx: 0x0200, dx: 0x0205 },
    write: { ax: 0x0941, bx: 0x021e, cx: 4, tell: ['memory'] },
    show: { ax: 0x0502, tell: ['state'] },
    teletype: { ax: 0x0e5a, tell: ['memory'] },
    cursor: { ax: 0x0300, bx: 0x0200 },
    'first page': { ax: 0x0500, tell: ['state'] },
  },
  'text, 80 columns': characters(withMode(3)),
  'text, 40 columns': characters(withMode(1)),
  'graphics 04': inGraphics(4, 8, 25),
  'graphics 06': inGraphics(6, 8, 25),
  'graphics 0D': inGraphics(0x0d, 8, 25),
  'graphics 10': inGraphics(0x10, 14, 25),
  'graphics 12': inGraphics(0x12, 16, 30),
  'graphics 13': inGraphics(0x13, 8, 25),
  ...Object.fromEntries([4, 6, 0x0d, 0x12, 0x13].map((number) => [`pixels ${hex(number)}`, pixels(number)])),
  'string with attributes': {
    ...withMode(3),
    'cursor stays': { ax: 0x1302, cx: 8, dx: 0x0404, es: FONT, bp: TEXT, tell: ['memory'] },
    cursor: { ax: 0x0300 },
    'cursor moves': { ax: 0x1303, cx: 8, dx: 0x0644, es: FONT, bp: TEXT, tell: ['memory'] },
    'cursor then': { ax: 0x0300 },
  },
  palette: {
    ...withMode(3),
    register: { ax: 0x1000, bx: 0x2a05, tell: ['state'] },
    border: { ax: 0x1001, bx: 0x0900, tell: ['state'] },
    all: { ax: 0x1002, es: FONT, dx: TEXT, tell: ['state'] },
    intensity: { ax: 0x1003, bx: 0, tell: ['state'] },
    blinking: { ax: 0x1003, bx: 1, tell: ['state'] },
    'one register': { ax: 0x1007, bx: 0x0005 },
    'the border': { ax: 0x1008 },
    'all registers': { ax: 0x1009, dx: 0, tell: ['block'] },
    'CGA border': { ax: 0x0b00, bx: 0x0003 },
  },
  'CGA palette': {
    ...withMode(4),
    background: { ax: 0x0b00, bx: 0x0011, tell: ['state'] },
    'palette 0': { ax: 0x0b00, bx: 0x0100, tell: ['state'] },
    'palette 1': { ax: 0x0b00, bx: 0x0101, tell: ['state'] },
  },
  DAC: {
    ...withMode(0x13),
    register: { ax: 0x1010, bx: 20, cx: 0x1122, dx: 0x3300, tell: ['state'] },
    'register is': { ax: 0x1015, bx: 20 },
    'some colours': { ax: 0x1017, bx: 60, cx: 5, dx: 0 },
    block: { ax: 0x1012, bx: 40, cx: 5, es: BUFFER, dx: 0, tell: ['state'] },
    'block is': { ax: 0x1017, bx: 16, cx: 20, dx: 0, tell: ['block'] },
    mask: { ax: 0x1018, bx: 0x3f, tell: ['state'] },
    'mask is': { ax: 0x1019 },
    'no mask': { ax: 0x1018, bx: 0xff },
    gray: { ax: 0x101b, bx: 32, cx: 16 },
    'gray is': { ax: 0x1017, bx: 32, cx: 16, dx: 0, tell: ['block'] },
  },
  'DAC pages': {
    ...withMode(3),
    'pages of 16': { ax: 0x1013, bx: 0x0100, tell: ['state'] },
    'page 5': { ax: 0x1013, bx: 0x0501, tell: ['state'] },
    'page is': { ax: 0x101a },
    'pages of 64': { ax: 0x1013, bx: 0x0000, tell: ['state'] },
    'page 2': { ax: 0x1013, bx: 0x0201, tell: ['state'] },
    'page then': { ax: 0x101a },
  },
  'gray colours': {
    on: { ax: 0x1200, bx: 0x33 },
    set: mode(0x13),
    'gray is': { ax: 0x1017, bx: 32, cx: 16, dx: 0, tell: ['block'] },
    off: { ax: 0x1201, bx: 0x33 },
  },
  'palette is kept': {
    off: { ax: 0x1201, bx: 0x31 },
    set: mode(0x12),
    colours: { ax: 0x1017, bx: 0, cx: 20, dx: 0, tell: ['block'] },
    on: { ax: 0x1200, bx: 0x31 },
  },
  'fonts of text': {
    ...withMode(3),
    '8x8': { ax: 0x1112, bx: 0, tell: ['state'] },
    '8x14': { ax: 0x1111, bx: 0, tell: ['state'] },
    '8x16': { ax: 0x1114, bx: 0, tell: ['state'] },
    "the user's": { ax: 0x1110, bx: 0x0a00, cx: 256, es: FONT, tell: ['state'] },
    'without the lines': { ax: 0x1102, bx: 0, tell: ['state'] },
    'two blocks': { ax: 0x1103, bx: 0x04, tell: ['state'] },
  },
  'font information': {
    ...withMode(3),
    ...Object.fromEntries([0, 1, 2, 3, 4, 5, 6, 7, 8].map((n) => [`font ${n}`, { ax: 0x1130, bx: n << 8 }])),
  },
  'fonts of graphics': {
    ...withMode(0x12),
    '8x14': { ax: 0x1122, bx: 0, dx: 34 },
    'lines of 14': { ax: 0x1130, bx: 0x0100 },
    '8x8': { ax: 0x1123, bx: 3 },
    'lines of 8': { ax: 0x1130, bx: 0x0100 },
    '8x16': { ax: 0x1124, bx: 2 },
    'lines of 16': { ax: 0x1130, bx: 0x0100 },
    "the user's": { ax: 0x1121, bx: 1, cx: 20, es: FONT, bp: 0x100 },
    'what it is': { ax: 0x1130, bx: 0x0100 },
    'upper half': { ax: 0x1120, es: FONT, bp: 0x800 },
    'where it is': { ax: 0x1130, bx: 0 },
  },
  'adapter and display': {
    ...withMode(3),
    adapter: { ax: 0x1200, bx: 0x10 },
    display: { ax: 0x1a00 },
    'another display': { ax: 0x1a01, bx: 0x0007 },
    'display then': { ax: 0x1a00 },
    'display again': { ax: 0x1a01, bx: 0x0008 },
    'refresh off': { ax: 0x1201, bx: 0x36, tell: ['state'] },
    'refresh on': { ax: 0x1200, bx: 0x36, tell: ['state'] },
    'unknown function': { ax: 0x7f00, bx: 0x1234 },
  },
  'state of text': { ...withMode(3), state: { ax: 0x1b00, tell: ['block'] } },
  'state of graphics': { ...withMode(0x12), state: { ax: 0x1b00, tell: ['block'] } },
  'state of mode 13': { ...withMode(0x13), state: { ax: 0x1b00, tell: ['block'] } },
  ...Object.fromEntries(
    [0x100, 0x101, 0x103, 0x105, 0x107, 0x110, 0x111, 0x112, 0x115, 0x118, 0x144, 0x190, 0x192, 0x102, 0x104].map(
      (number) => [`VBE mode ${hex(number)}`, vbeMode(number)],
    ),
  ),
  'saved state': {
    ...withMode(0x12),
    border: { ax: 0x1001, bx: 0x0900, tell: ['state'] },
    'how much': { ax: 0x1c00, cx: 7 },
    save: { ax: 0x1c01, cx: 7, es: STATE },
    ...withMode(0x81),
    restore: { ax: 0x1c02, cx: 7, es: STATE, tell: ['state'] },
    'mode then': { ax: 0x0f00 },
  },
  'saved state of VBE': {
    'VBE mode 115': { ax: 0x4f02, bx: 0x115 },
    window: { ax: 0x4f05, bx: 0, dx: 5 },
    start: { ax: 0x4f07, bx: 0, cx: 40, dx: 7 },
    save: { ax: 0x4f04, bx: 0, cx: 15, dx: 1, es: STATE },
    ...withMode(3),
    restore: { ax: 0x4f04, bx: 0, cx: 15, dx: 2, es: STATE, tell: ['state'] },
    'mode then': { ax: 0x4f03 },
    'window then': { ax: 0x4f05, bx: 0x0100 },
    'start then': { ax: 0x4f07, bx: 1 },
  },
  'VBE, in general': {
    ...withMode(3),
    state: { ax: 0x4f04, dx: 0, cx: 15 },
    controller: { ax: 0x4f00, tell: ['buffer'] },
    'no such mode': { ax: 0x4f01, cx: 0x1ff },
    'set no such mode': { ax: 0x4f02, bx: 0x1ff },
    'no such function': { ax: 0x4f7f },
    'mode of the VGA': { ax: 0x4f02, bx: 0x0013, tell: ['state'] },
    'its number': { ax: 0x4f03 },
    'window without VBE': { ax: 0x4f05, bx: 0, dx: 1 },
    'length without VBE': { ax: 0x4f06, bx: 1 },
    'start without VBE': { ax: 0x4f07, bx: 1 },
    power: { ax: 0x4f10, bx: 0 },
  },
  // Last: SeaBIOS' VGA BIOS doesn't come back from the ports of the monochrome adapter.
  'mode 07': { set: mode(7) },
  'monochrome text': characters(withMode(7)),
};
