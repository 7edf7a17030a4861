/**
 * The VGA's modes: where each keeps its picture and how, and its registers. The values are those that IBM's VGA
 * writes (FreeVGA, "Standard VGA modes"; IBM VGA technical reference, video parameter table).
 */

/** How pixels or characters lie in video memory; the number is the position in the tables of operations. */
export const kinds = { text: 0, cga: 1, planar: 2, packed: 3 } as const;

/** Which default palette a mode has. */
export const palettes = { monochrome: 0, cga: 1, ega: 2, vga256: 3 } as const;

type Bytes = readonly number[];

/** Standard registers of a mode; horizontal and vertical are ranges of CRTC registers. */
interface Registers {
  readonly columns: number;
  readonly rows: number;
  readonly height: number;
  readonly pageBytes: number;
  /** Clocking mode, map mask, memory mode. */
  readonly sequencer: readonly [clocking: number, mapMask: number, memoryMode: number];
  readonly miscellaneous: number;
  /** CRTC 0 to 5, and 13h, the length of a line. */
  readonly horizontal: Bytes;
  /** CRTC 6, 7, 10h to 12h, 15h, 16h. */
  readonly vertical: Bytes;
  readonly maximumScanLine: number;
  readonly cursor?: readonly [start: number, end: number];
  readonly underline: number;
  readonly crtcMode: number;
  readonly palette: Bytes;
  /** Attribute mode, overscan, plane enable, panning. */
  readonly attribute: Bytes;
  /** Graphics mode, miscellaneous, colour don't care. */
  readonly graphics: readonly [mode: number, miscellaneous: number, dontCare: number];
}

const columns40 = [0x2d, 0x27, 0x28, 0x90, 0x2b, 0x80];
const columns40Late = [0x2d, 0x27, 0x28, 0x90, 0x2b, 0xa0];
const columns80 = [0x5f, 0x4f, 0x50, 0x82, 0x55, 0x81];
const pixels640 = [0x5f, 0x4f, 0x50, 0x82, 0x54, 0x80];
const lines400 = [0xbf, 0x1f, 0x9c, 0x8e, 0x8f, 0x96, 0xb9];
const lines350 = [0xbf, 0x1f, 0x83, 0x85, 0x5d, 0x63, 0xba];
const lines480 = [0x0b, 0x3e, 0xea, 0x8c, 0xdf, 0xe7, 0x04];

const range = (first: number, last: number): number[] => Array.from({ length: last - first + 1 }, (_, n) => first + n);
/** Colours of a CGA: intensity is bit 4 of the palette's value. */
const rgbiPalette = [...range(0, 7), ...range(0x10, 0x17)];
/** Colours of an EGA: brown is 14h, intensity are the bits 3 to 5. */
const egaPalette = [0, 1, 2, 3, 4, 5, 0x14, 7, ...range(0x38, 0x3f)];
const monochromePalette = [0, ...range(0x09, 0x0f).fill(0x08), 0x10, ...range(0x11, 0x17).fill(0x18)];
const twoColours = (colour: number): number[] => [0, ...range(1, 15).fill(colour)];

const text: Omit<Registers, 'columns' | 'pageBytes' | 'horizontal'> = {
  rows: 25,
  height: 16,
  sequencer: [0, 3, 2],
  miscellaneous: 0x67,
  vertical: lines400,
  maximumScanLine: 0x4f,
  cursor: [0x0d, 0x0e],
  underline: 0x1f,
  crtcMode: 0xa3,
  palette: egaPalette,
  attribute: [0x0c, 0, 0x0f, 8],
  graphics: [0x10, 0x0e, 0],
};
const text80: Registers = { ...text, columns: 80, pageBytes: 0x1000, horizontal: columns80 };
const text40: Registers = {
  ...text,
  columns: 40,
  pageBytes: 0x800,
  horizontal: columns40Late,
  sequencer: [8, 3, 2],
};

const with200Lines = (mode: Registers): Registers => ({
  ...mode,
  height: 8,
  sequencer: [mode.sequencer[0] | 1, 3, 2],
  miscellaneous: 0x63,
  horizontal: mode.columns === 40 ? columns40 : mode.horizontal,
  maximumScanLine: 0xc7,
  cursor: [6, 7],
  palette: rgbiPalette,
  attribute: [8, 0, 0x0f, 0],
});
const with350Lines = (mode: Registers): Registers => ({
  ...mode,
  height: 14,
  sequencer: [mode.sequencer[0] | 1, 3, 2],
  miscellaneous: 0xa3,
  vertical: lines350,
  maximumScanLine: 0x4d,
  cursor: [0x0b, 0x0c],
  attribute: [8, 0, 0x0f, 0],
});
/** The text mode of the monochrome adapter. */
const monochrome = (mode: Registers): Registers => ({
  ...mode,
  miscellaneous: mode.height === 14 ? 0xa6 : 0x66,
  sequencer: [0, 3, 2],
  underline: mode.height - 1,
  palette: monochromePalette,
  attribute: [0x0e, 0, 0x0f, 8],
  graphics: [0x10, 0x0a, 0],
});

const cga320: Registers = {
  ...with200Lines(text40),
  pageBytes: 0x4000,
  maximumScanLine: 0xc1,
  cursor: [0, 0],
  underline: 0,
  crtcMode: 0xa2,
  palette: [0, 0x13, 0x15, 0x17, 2, 4, 6, 7, ...range(0x10, 0x17)],
  attribute: [1, 0, 3, 0],
  graphics: [0x30, 0x0f, 0],
};
const cga640: Registers = {
  ...cga320,
  columns: 80,
  sequencer: [1, 1, 6],
  horizontal: pixels640,
  crtcMode: 0xc2,
  palette: twoColours(0x17),
  attribute: [1, 0, 1, 0],
  graphics: [0, 0x0d, 0],
};

const planar320: Registers = {
  columns: 40,
  rows: 25,
  height: 8,
  pageBytes: 0x2000,
  sequencer: [9, 0x0f, 6],
  miscellaneous: 0x63,
  horizontal: columns40,
  vertical: lines400,
  maximumScanLine: 0xc0,
  underline: 0,
  crtcMode: 0xe3,
  palette: rgbiPalette,
  attribute: [1, 0, 0x0f, 0],
  graphics: [0, 5, 0x0f],
};
const planar640: Registers = {
  ...planar320,
  columns: 80,
  pageBytes: 0x4000,
  sequencer: [1, 0x0f, 6],
  horizontal: pixels640,
};
const planar350: Registers = {
  ...planar640,
  height: 14,
  pageBytes: 0x8000,
  miscellaneous: 0xa3,
  vertical: lines350,
  maximumScanLine: 0x40,
  underline: 0x0f,
  palette: egaPalette,
};
const monochrome350: Registers = {
  ...planar350,
  miscellaneous: 0xa2,
  palette: [0, 8, 0, 0, 0x18, 0x18, 0, 0, 0, 8, 0, 0, 0, 0x18, 0, 0],
  attribute: [0x0b, 0, 5, 0],
  graphics: [0, 5, 5],
};
const planar480: Registers = {
  ...planar640,
  rows: 30,
  height: 16,
  pageBytes: 0xa000,
  miscellaneous: 0xe3,
  vertical: lines480,
  maximumScanLine: 0x40,
  palette: egaPalette,
};
/** Plane 0 alone makes the picture. */
const twoColour480: Registers = { ...planar480, palette: range(0, 15).map((colour) => (colour & 1) * 0x3f) };
const packed256: Registers = {
  ...planar640,
  columns: 40,
  pageBytes: 0x2000,
  sequencer: [1, 0x0f, 0x0e],
  maximumScanLine: 0x41,
  underline: 0x40,
  crtcMode: 0xa3,
  palette: range(0, 15),
  attribute: [0x41, 0, 0x0f, 0],
  graphics: [0x40, 5, 0x0f],
};

/** Bytes of a line that CRTC register 13h counts: two columns of text, 16 pixels of a plane. */
const lineLength = (mode: Registers): number => (mode === packed256 ? 0x28 : mode.columns / 2);

/** The 25 registers of the CRTC in their order. */
function crtc(mode: Registers): number[] {
  const [total, overflow, syncStart, syncEnd, end, blankStart, blankEnd] = mode.vertical;
  const [cursorStart, cursorEnd] = mode.cursor ?? [0, 0];
  const first = [...mode.horizontal, total!, overflow!, 0, mode.maximumScanLine, cursorStart, cursorEnd, 0, 0, 0, 0];
  const line = [lineLength(mode), mode.underline];
  return [...first, syncStart!, syncEnd!, end!, ...line, blankStart!, blankEnd!, mode.crtcMode, 0xff];
}

/** An entry of the video parameter table: 64 bytes. */
function parameters(mode: Registers): number[] {
  const [graphicsMode, miscellaneous, dontCare] = mode.graphics;
  const [clocking, mapMask, memoryMode] = mode.sequencer;
  return [
    ...[mode.columns, mode.rows - 1, mode.height, mode.pageBytes & 0xff, mode.pageBytes >> 8],
    ...[clocking, mapMask, 0, memoryMode, mode.miscellaneous],
    ...crtc(mode),
    ...[...mode.palette, ...mode.attribute],
    ...[0, 0, 0, 0, 0, graphicsMode, miscellaneous, dontCare, 0xff],
  ];
}

const text40Lines200 = with200Lines(text40);
const text80Lines200 = with200Lines(text80);
const text40Lines350 = with350Lines(text40);
const text80Lines350 = with350Lines(text80);

/** Entries in the order of the video parameter table, which programs know: modes 0 to 13h of EGA, then of the VGA. */
const entries: readonly Registers[] = [
  text40Lines200,
  text40Lines200,
  text80Lines200,
  text80Lines200,
  cga320,
  cga320,
  cga640,
  monochrome(text80Lines350),
  ...Array.from({ length: 5 }, () => text80Lines200), // 8 to 0Ch: modes that no VGA has
  planar320,
  planar640,
  monochrome350, // 0Fh, 10h: of EGAs with 64 KB
  planar350,
  monochrome350,
  planar350,
  text40Lines350,
  text40Lines350,
  text80Lines350,
  text80Lines350,
  text40,
  text80,
  monochrome(text80),
  twoColour480,
  planar480,
  packed256,
];

export const videoParameters: readonly number[] = entries.flatMap(parameters);

interface Mode {
  readonly number: number;
  readonly kind: number;
  readonly segment: number;
  readonly palette: number;
  readonly bitsPerPixel: number;
  /** Entries of the parameter table for 200, 350 and 400 lines. */
  readonly entries: readonly [number, number, number];
  /** Values that ports 3D8h and 3D9h of a CGA would have: BIOS data 65h and 66h. */
  readonly cgaControl: number;
}

const always = (entry: number): [number, number, number] => [entry, entry, entry];
const textMode = (number: number, cgaControl: number, vga: number): Mode => ({
  number,
  kind: kinds.text,
  segment: 0xb800,
  palette: palettes.ega,
  bitsPerPixel: 4,
  entries: [number, number + 0x13, vga],
  cgaControl,
});
const cgaMode = (number: number, bitsPerPixel: number, cgaControl: number): Mode => ({
  number,
  kind: kinds.cga,
  segment: 0xb800,
  palette: palettes.cga,
  bitsPerPixel,
  entries: always(number),
  cgaControl,
});
const planarMode = (number: number, entry: number, palette: number): Mode => ({
  number,
  kind: kinds.planar,
  segment: 0xa000,
  palette,
  bitsPerPixel: 4,
  entries: always(entry),
  cgaControl: 0x29,
});

export const modes: readonly Mode[] = [
  textMode(0, 0x2c, 0x17),
  textMode(1, 0x28, 0x17),
  textMode(2, 0x2d, 0x18),
  textMode(3, 0x29, 0x18),
  cgaMode(4, 2, 0x2a),
  cgaMode(5, 2, 0x2e),
  cgaMode(6, 1, 0x1e),
  { ...textMode(7, 0x29, 0x19), segment: 0xb000, palette: palettes.monochrome, entries: [7, 7, 0x19] },
  planarMode(0x0d, 0x0d, palettes.cga),
  planarMode(0x0e, 0x0e, palettes.cga),
  planarMode(0x0f, 0x11, palettes.monochrome),
  planarMode(0x10, 0x12, palettes.ega),
  planarMode(0x11, 0x1a, palettes.ega),
  planarMode(0x12, 0x1b, palettes.ega),
  {
    number: 0x13,
    kind: kinds.packed,
    segment: 0xa000,
    palette: palettes.vga256,
    bitsPerPixel: 8,
    entries: always(0x1c),
    cgaControl: 0x29,
  },
];
