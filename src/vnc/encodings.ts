/** How rectangles are sent, and what a viewer understands, by their numbers (RFC 6143, 7.7 and 7.8; IANA's list). */
export const Encoding = {
  raw: 0,
  zlib: 6,
  zrle: 16,
  desktopSize: -223,
  /** QEMU: whether the mouse tells of places or of movements. */
  pointerMotionChange: -257,
  /** QEMU: keys come with their scancodes. */
  extendedKeyEvent: -258,
  extendedDesktopSize: -308,
} as const;

export type PictureEncoding = 'raw' | 'zlib' | 'zrle';

const pictureEncodings = new Map<number, PictureEncoding>([
  [Encoding.raw, 'raw'],
  [Encoding.zlib, 'zlib'],
  [Encoding.zrle, 'zrle'],
]);

/** The first that a viewer names is the one that it likes best. */
export function chosenEncoding(numbers: readonly number[]): PictureEncoding {
  const known = numbers.find((number) => pictureEncodings.has(number));
  return known === undefined ? 'raw' : pictureEncodings.get(known)!;
}
