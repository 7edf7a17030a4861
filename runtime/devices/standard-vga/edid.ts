/** The picture that the monitor prefers: 1280 x 800 at 75 Hz, as QEMU's. Pixels, lines, and a clock in units of 10 kHz. */
const PREFERRED = { width: 1280, height: 800, horizontalBlank: 448, verticalBlank: 28, clock: 10_730 } as const;
const SIZE_MM = { width: 325, height: 203 } as const;

/** The monitor's identification: a block of EDID 1.4 (VESA E-EDID A.2). */
export const identification: Uint8Array = withChecksum([
  ...[0x00, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x00],
  ...manufacturer('RIR'),
  // Product, serial number, week, year since 1990.
  ...[0x01, 0x00, 0, 0, 0, 0, 1, 34],
  // EDID 1.4; digital, 8 bits a color; size in cm; gamma 2.2; RGB, preferred timing given.
  ...[1, 4, 0xa5, 33, 20, 120, 0x06],
  // Colors of sRGB (3.7).
  ...[0xee, 0x91, 0xa3, 0x54, 0x4c, 0x99, 0x26, 0x0f, 0x50, 0x54],
  // 640x480, 800x600 and 1024x768 at 60 Hz.
  ...[0x21, 0x08, 0x00],
  // Standard timings: 1920x1080, 1680x1050, 1280x1024, 1280x960 at 60 Hz; the others unused.
  ...[0xd1, 0xc0, 0xb3, 0x00, 0x81, 0x80, 0x81, 0x40],
  ...Array.from({ length: 8 }, () => 0x01),
  ...detailedTiming(),
  ...descriptor(0xfd, [50, 125, 30, 160, 30, 0, 10]),
  ...descriptor(0xfc, text('rawiron')),
  ...descriptor(0x10, []),
  // No extension.
  0,
]);

/** Three letters of five bits each (3.4.1). */
function manufacturer(name: string): number[] {
  const [a, b, c] = [...name].map((letter) => letter.charCodeAt(0) - 64);
  const word = (a << 10) | (b << 5) | c;
  return [word >> 8, word & 0xff];
}

/** The detailed timing of 18 bytes (3.10.2). */
function detailedTiming(): number[] {
  const { width, height, horizontalBlank, verticalBlank, clock } = PREFERRED;
  const pair = (lit: number, dark: number): number[] => [lit & 0xff, dark & 0xff, ((lit >> 8) << 4) | (dark >> 8)];
  return [
    ...[clock & 0xff, clock >> 8],
    ...pair(width, horizontalBlank),
    ...pair(height, verticalBlank),
    // Front porches and pulses: 64 and 128 pixels, 3 and 6 lines.
    ...[64, 128, (3 << 4) | 6, 0],
    ...pair(SIZE_MM.width, SIZE_MM.height),
    // No border; separate synchronization.
    ...[0, 0, 0x18],
  ];
}

/** A display descriptor of 18 bytes (3.10.3). */
function descriptor(tag: number, bytes: readonly number[]): number[] {
  return [0, 0, 0, tag, 0, ...Array.from({ length: 13 }, (_, n) => bytes[n] ?? (bytes.length > 0 ? 0x20 : 0))];
}

function text(name: string): number[] {
  return [...name, '\n'].map((letter) => letter.charCodeAt(0));
}

/** All 128 bytes add up to 0. */
function withChecksum(bytes: readonly number[]): Uint8Array {
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  return Uint8Array.from([...bytes, -sum & 0xff]);
}
