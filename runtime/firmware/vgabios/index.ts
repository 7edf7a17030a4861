import { assemble } from '../assembler/index.ts';
import { cirrusNumbers, isCirrusMode, TIMING_BYTES, timingBytes } from './cirrus-modes.ts';
import { dataLines } from './data.ts';
import { font8, font14, font16 } from './fonts/index.ts';
import { kinds, modes, videoParameters } from './modes.ts';
import { cgaColour, cgaPalette, egaPalette, monochromePalette, vgaPalette } from './palettes.ts';
import { blockMove } from './source/block-move.ts';
import { cga } from './source/cga.ts';
import { characters } from './source/characters.ts';
import { cirrus } from './source/cirrus.ts';
import { cirrusFunctions } from './source/cirrus-functions.ts';
import { cirrusMode } from './source/cirrus-mode.ts';
import { cursor } from './source/cursor.ts';
import { defaultColours } from './source/default-colours.ts';
import { dispi } from './source/dispi.ts';
import { edid, noEdid } from './source/edid.ts';
import { entry, names, tables } from './source/entry.ts';
import { extension } from './source/extension.ts';
import { fontHeights } from './source/font-heights.ts';
import { fonts } from './source/fonts.ts';
import { graphics } from './source/graphics.ts';
import { operations } from './source/operations.ts';
import { overrides } from './source/overrides.ts';
import { packed } from './source/packed.ts';
import { palette } from './source/palette.ts';
import { pci } from './source/pci.ts';
import { planar } from './source/planar.ts';
import { registers } from './source/registers.ts';
import { save } from './source/save.ts';
import { scroll } from './source/scroll.ts';
import { setMode } from './source/set-mode.ts';
import { state } from './source/state.ts';
import { switches } from './source/switches.ts';
import { text } from './source/text.ts';
import { vbe } from './source/vbe.ts';
import { vbeDisplay } from './source/vbe-display.ts';
import { vbeMode } from './source/vbe-mode.ts';
import { vbeProtected } from './source/vbe-protected.ts';
import { vbeModes } from './vbe-modes.ts';

/** Size of the space below 1 MB that is reserved for a video BIOS. */
const ROM_BYTES = 0x8000;
const ROM_SEGMENT = 0xc000;

const code = [
  ...[
    registers,
    cursor,
    scroll,
    operations,
    text,
    characters,
    graphics,
    cga,
    planar,
    packed,
    fonts,
    fontHeights,
    overrides,
  ],
  ...[palette, defaultColours, switches, state, save, extension, vbe, vbeMode, vbeDisplay, pci, blockMove],
];

/** Fields of a line of `mode_table`, in their order. */
const modeFields = `
MODE_NUMBER      equ 0
MODE_KIND        equ 1
MODE_SEGMENT     equ 2
MODE_PALETTE     equ 4
MODE_CGA_CONTROL equ 5
MODE_BITS        equ 6
MODE_200_LINES   equ 7          ; entries of the parameter table for 200, 350 and 400 lines
MODE_BYTES       equ 10

; Fields of a line of \`vbe_modes\`.
VBE_NUMBER       equ 0
VBE_WIDTH        equ 2
VBE_HEIGHT       equ 4
VBE_BITS         equ 6
VBE_MODE_BYTES   equ 7

KIND_TEXT        equ ${kinds.text}
KIND_CGA         equ ${kinds.cga}
KIND_PLANAR      equ ${kinds.planar}
KIND_PACKED      equ ${kinds.packed}

; Fields of an entry of the video parameter table.
PARAMETER_COLUMNS    equ 0
PARAMETER_HEIGHT     equ 2
PARAMETER_PAGE_BYTES equ 3
PARAMETER_SEQUENCER  equ 5
PARAMETER_MISC       equ 9
PARAMETER_CRTC       equ 10
PARAMETER_ATTRIBUTE  equ 35
PARAMETER_GRAPHICS   equ 55
`;

function modeLine(mode: (typeof modes)[number]): string {
  const { number, kind, segment, palette: colours, cgaControl, bitsPerPixel, entries } = mode;
  const bytes = [number, kind, segment & 0xff, segment >> 8, colours, cgaControl, bitsPerPixel, ...entries];
  return dataLines('db', bytes);
}

const words = (...values: readonly number[]): number[] => values.flatMap((value) => [value & 0xff, value >> 8]);

/** Display adapters that there is a video BIOS for. */
interface Adapter {
  /** Vendor in the lower half, device in the upper one. */
  readonly pciId: number;
  /** The register of its configuration space that says where its memory is. */
  readonly frameBufferBar: number;
  readonly code: readonly string[];
  readonly tables: () => readonly string[];
  readonly hasMode: (mode: (typeof vbeModes)[number]) => boolean;
}

const adapters = {
  std: {
    pciId: 0x11111234,
    frameBufferBar: 0x10,
    code: [dispi, vbeProtected, edid],
    tables: () => [],
    hasMode: () => true,
  },
  cirrus: {
    pciId: 0x00b81013,
    frameBufferBar: 0x10,
    code: [`TIMING_BYTES equ ${TIMING_BYTES}`, cirrus, cirrusMode, cirrusFunctions, noEdid],
    tables: () => [
      table('cirrus_timings', timingBytes()),
      `${table(
        'cirrus_numbers',
        cirrusNumbers.flatMap(([own, vbeNumber]) => [own, ...words(vbeNumber)]),
      )}\ncirrus_numbers_end:`,
    ],
    hasMode: isCirrusMode,
  },
  vmware: {
    pciId: 0x040515ad,
    frameBufferBar: 0x14,
    code: [dispi, vbeProtected, noEdid],
    tables: () => [],
    hasMode: () => true,
  },
} satisfies Record<string, Adapter>;

function vbeBytes({ hasMode }: Adapter): number[] {
  return vbeModes.filter(hasMode).flatMap(({ number, width, height, bitsPerPixel }) => {
    return [...words(number, width, height), bitsPerPixel];
  });
}

const table = (label: string, bytes: readonly number[]): string => `${label}:\n${dataLines('db', bytes)}`;

/** All that is data; fonts are made when the ROM is. */
function data(adapter: Adapter): string {
  return [
    ...adapter.tables(),
    `mode_table:\n${modes.map(modeLine).join('\n')}\nmode_table_end:`,
    `${table('vbe_modes', vbeBytes(adapter))}\nvbe_modes_end:`,
    table('video_parameters', videoParameters),
    table('monochrome_palette', monochromePalette),
    table('cga_palette', cgaPalette),
    table('ega_palette', egaPalette),
    table('vga_palette', vgaPalette),
    `colours_555:\n${dataLines('dw', directColours(5, 5, 5))}`,
    `colours_565:\n${dataLines('dw', directColours(5, 6, 5))}`,
    `colours_888:\n${dataLines('dd', directColours(8, 8, 8))}`,
    table('font8', font8()),
    table('font14', font14()),
    table('font16', font16()),
  ].join('\n');
}

/** The 16 colours as pixels with so many bits of red, green and blue. */
function directColours(red: number, green: number, blue: number): number[] {
  const scaled = (level: number, bits: number): number => Math.round((level * ((1 << bits) - 1)) / 63);
  return Array.from({ length: 16 }, (_, n) => {
    const [r, g, b] = cgaColour(n);
    return (scaled(r, red) << (green + blue)) | (scaled(g, green) << blue) | scaled(b, blue);
  });
}

/** The byte that makes the sum of all 0 (PCI Firmware Specification 3.0, section 5.1). */
function checksum(bytes: Uint8Array): number {
  return -bytes.reduce((sum, byte) => sum + byte, 0) & 0xff;
}

/**
 * The video BIOS for a display adapter: an option ROM for C0000h that belongs to it on PCI. It serves int 10h with the VGA's and
 * VBE's functions.
 */
export function buildVideoBios(name: keyof typeof adapters = 'std'): Uint8Array {
  const adapter: Adapter = adapters[name];
  const fill = 'times ROM_BYTES - ($ - $$) db 0\n';
  const source = [names, modeFields, entry, setMode, ...code, ...adapter.code, tables, data(adapter), fill].join('\n');
  const symbols = { ROM_BYTES, ROM_SEGMENT, PCI_ID: adapter.pciId, FRAME_BUFFER_BAR: adapter.frameBufferBar };
  const { bytes } = assemble(source, { bits: 16, symbols });
  bytes[ROM_BYTES - 1] = checksum(bytes);
  return bytes;
}
