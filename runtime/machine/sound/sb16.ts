import { Opl3 } from '../../devices/opl3/index.ts';
import { SoundBlaster16 } from '../../devices/sb16/index.ts';
import type { Board, Part } from '../board.ts';

/** I/O port of the Sound Blaster. */
const BASE = 0x220;
/** I/O ports of its FM chip, also those of an AdLib; QEMU's AdLib is in the same places. */
const fmPlaces = [
  { first: 0x388, count: 4 },
  { first: BASE, count: 4 },
  { first: BASE + 8, count: 2 },
] as const;

/** The parts of a Sound Blaster 16: itself, and its FM chip. */
export function cardParts(board: Board): Part[] {
  const { irq } = board;
  const voices = { bytes: board.voice('sb16 bytes'), words: board.voice('sb16 words'), fm: board.voice('opl3') };
  const irqs = { 5: irq(5), 7: irq(7), 9: irq(9), 10: irq(10) };
  return [
    new SoundBlaster16({ ...board, base: BASE, irqs, voices }),
    new Opl3({ ...board, places: fmPlaces, voice: voices.fm }),
  ];
}

/** An AdLib: its FM chip, an OPL3 for the OPL2. Where there is a Sound Blaster, that has the chip. */
export const adlib = {
  cardParts(board: Board): Part[] {
    if (board.config.soundCards?.includes('sb16')) return [];
    return [new Opl3({ ...board, places: fmPlaces, voice: board.voice('opl3') })];
  },
};
