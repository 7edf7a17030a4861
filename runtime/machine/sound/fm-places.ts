/** Where the Sound Blaster is. */
export const SB16_BASE = 0x220;
/** Its FM chip is also where an AdLib was; QEMU's AdLib is in the same places. */
export const fmPlaces = [
  { first: 0x388, count: 4 },
  { first: SB16_BASE, count: 4 },
  { first: SB16_BASE + 8, count: 2 },
] as const;
