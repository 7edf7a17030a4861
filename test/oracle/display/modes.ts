/** Registers of a mode, as the BIOS of an IBM VGA sets them (IBM's VGA technical reference; FreeVGA). */
export interface ModeTable {
  readonly miscellaneous: number;
  readonly sequencer: readonly number[];
  readonly crtc: readonly number[];
  readonly graphics: readonly number[];
  readonly attribute: readonly number[];
}

const bytes = (text: string): number[] => text.split(' ').map((byte) => Number.parseInt(byte, 16));
const ega = '00 01 02 03 04 05 14 07 38 39 3a 3b 3c 3d 3e 3f';
const straight = '00 01 02 03 04 05 06 07 08 09 0a 0b 0c 0d 0e 0f';
const cga = '00 13 15 17 02 04 06 07 10 11 12 13 14 15 16 17';

export const text80: ModeTable = {
  miscellaneous: 0x67,
  sequencer: bytes('03 00 03 00 02'),
  crtc: bytes('5f 4f 50 82 55 81 bf 1f 00 4f 0d 0e 00 00 00 00 9c 8e 8f 28 1f 96 b9 a3 ff'),
  graphics: bytes('00 00 00 00 00 10 0e 00 ff'),
  attribute: bytes(`${ega} 04 00 0f 08 00`),
};

export const text40: ModeTable = {
  ...text80,
  miscellaneous: 0x63,
  sequencer: bytes('03 09 03 00 02'),
  crtc: bytes('2d 27 28 90 2b a0 bf 1f 00 4f 0d 0e 00 00 00 00 9c 8e 8f 14 1f 96 b9 a3 ff'),
  attribute: bytes(`${ega} 00 00 0f 00 00`),
};

export const mode13: ModeTable = {
  miscellaneous: 0x63,
  sequencer: bytes('03 01 0f 00 0e'),
  crtc: bytes('5f 4f 50 82 54 80 bf 1f 00 41 00 00 00 00 00 00 9c 8e 8f 28 40 96 b9 a3 ff'),
  graphics: bytes('00 00 00 00 00 40 05 0f ff'),
  attribute: bytes(`${straight} 41 00 0f 00 00`),
};

/** 320 x 240 with 256 colors, not chained. */
export const modeX: ModeTable = {
  ...mode13,
  miscellaneous: 0xe3,
  sequencer: bytes('03 01 0f 00 06'),
  crtc: bytes('5f 4f 50 82 54 80 0d 3e 00 41 00 00 00 00 00 00 ea ac df 28 00 e7 06 e3 ff'),
};

/** 640 x 480 with 16 colors. */
export const mode12: ModeTable = {
  miscellaneous: 0xe3,
  sequencer: bytes('03 01 0f 00 06'),
  crtc: bytes('5f 4f 50 82 54 80 0b 3e 00 40 00 00 00 00 00 00 ea 8c df 28 00 e7 04 e3 ff'),
  graphics: bytes('00 00 00 00 00 00 05 0f ff'),
  attribute: bytes(`${ega} 01 00 0f 00 00`),
};

/** 320 x 200 with 16 colors. */
export const mode0d: ModeTable = {
  ...mode12,
  miscellaneous: 0x63,
  sequencer: bytes('03 09 0f 00 06'),
  crtc: bytes('2d 27 28 90 2b 80 bf 1f 00 c0 00 00 00 00 00 00 9c 8e 8f 14 00 96 b9 e3 ff'),
};

/** CGA's 320 x 200 with 4 colors. */
export const mode4: ModeTable = {
  miscellaneous: 0x63,
  sequencer: bytes('03 09 03 00 02'),
  crtc: bytes('2d 27 28 90 2b 80 bf 1f 00 c1 00 00 00 00 00 00 9c 8e 8f 14 00 96 b9 a2 ff'),
  graphics: bytes('00 00 00 00 00 30 0f 00 ff'),
  attribute: bytes(`${cga} 01 00 03 00 00`),
};

/** The table as data of the assembler. */
export function tableOf({ miscellaneous, sequencer, crtc, graphics, attribute }: ModeTable): string {
  return `db ${[miscellaneous, ...sequencer, ...crtc, ...graphics, ...attribute].join(', ')}`;
}

/** A mode with some registers of the CRT controller, by index, that are others. */
export function withCrtc(mode: ModeTable, changes: Readonly<Record<number, number>>): ModeTable {
  return { ...mode, crtc: mode.crtc.map((value, index) => changes[index] ?? value) };
}
