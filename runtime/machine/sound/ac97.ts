import { Ac97 } from '../../devices/ac97/index.ts';
import type { Board, Part } from '../board.ts';

/** The AC97 controller. */
export function cardParts(board: Board): Part[] {
  const device = board.pciSlot('ac97');
  return [new Ac97({ ...board, device, irq: board.pciIrq(device, 1), voice: board.voice('ac97') })];
}
