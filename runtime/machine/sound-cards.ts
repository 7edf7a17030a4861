import { Ac97 } from '../devices/ac97/index.ts';
import { Opl3 } from '../devices/opl3/index.ts';
import { SoundBlaster16 } from '../devices/sb16/index.ts';
import type { Board, Part } from './board.ts';
import type { SoundCardModel } from './catalogue/sound.ts';

/** Where the Sound Blaster is, and its FM chip, which is where an AdLib was, too; QEMU's AdLib is in the same places. */
const SB16_BASE = 0x220;
const fmPlaces = [
  { first: 0x388, count: 4 },
  { first: SB16_BASE, count: 4 },
  { first: SB16_BASE + 8, count: 2 },
] as const;

const makers: Readonly<Record<SoundCardModel, (board: Board) => Part | readonly Part[]>> = {
  sb16: soundBlaster,
  AC97: ac97,
  adlib: adLib,
};

/** Cards of these models, in their order. */
export function soundCards(board: Board, models: readonly SoundCardModel[]): Part[] {
  return models.flatMap((model) => makers[model](board));
}

function soundBlaster(board: Board): Part[] {
  const { irq } = board;
  const voices = { bytes: board.voice('sb16 bytes'), words: board.voice('sb16 words'), fm: board.voice('opl3') };
  const irqs = { 5: irq(5), 7: irq(7), 9: irq(9), 10: irq(10) };
  return [
    new SoundBlaster16({ ...board, base: SB16_BASE, irqs, voices }),
    new Opl3({ ...board, places: fmPlaces, voice: voices.fm }),
  ];
}

function ac97(board: Board): Part {
  const device = board.pciSlot('ac97');
  return new Ac97({ ...board, device, irq: board.pciIrq(device, 1), voice: board.voice('ac97') });
}

/** Its FM chip, an OPL3 for the OPL2: that of the Sound Blaster, where there is one. */
function adLib(board: Board): Part[] {
  if (board.config.soundCards?.includes('sb16')) return [];
  return [new Opl3({ ...board, places: fmPlaces, voice: board.voice('opl3') })];
}
