import { Opl3 } from '../../devices/opl3/index.ts';
import type { Board, Part } from '../board.ts';
import { fmPlaces } from './fm-places.ts';

/** Its FM chip, an OPL3 for the OPL2: that of the Sound Blaster, where there is one. */
export function cardParts(board: Board): Part[] {
  if (board.config.soundCards?.includes('sb16')) return [];
  return [new Opl3({ ...board, places: fmPlaces, voice: board.voice('opl3') })];
}
