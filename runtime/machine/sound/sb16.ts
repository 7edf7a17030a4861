import { Opl3 } from '../../devices/opl3/index.ts';
import { SoundBlaster16 } from '../../devices/sb16/index.ts';
import type { Board, Part } from '../board.ts';
import { fmPlaces, SB16_BASE } from './fm-places.ts';

/** The parts of a Sound Blaster 16: itself, and its FM chip. */
export function cardParts(board: Board): Part[] {
  const { irq } = board;
  const voices = { bytes: board.voice('sb16 bytes'), words: board.voice('sb16 words'), fm: board.voice('opl3') };
  const irqs = { 5: irq(5), 7: irq(7), 9: irq(9), 10: irq(10) };
  return [
    new SoundBlaster16({ ...board, base: SB16_BASE, irqs, voices }),
    new Opl3({ ...board, places: fmPlaces, voice: voices.fm }),
  ];
}
