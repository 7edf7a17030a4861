import { type SoundCardModel, soundCardModels } from '../../runtime/machine/catalogue/sound.ts';
import { DEFAULT_SOUND_RATE } from '../../runtime/machine/resources.ts';
import { checkedInteger, checkedSome, checkNames, checkText } from '../util/checks.ts';
import { atOption, ConfigurationError } from '../util/errors.ts';

/** Options for the output of a machine's sound. */
export interface SoundOptions {
  /** A file in the format WAV for it; in Node only. What is between two sounds is left out, as QEMU does. Default: none. */
  readonly file?: string;
  /** Frames a second, from 8000 to 192,000. Default: 44,100. */
  readonly rate?: number;
}

/** With what was left out. */
export interface SoundPlan {
  readonly file: string | undefined;
  readonly rate: number;
}

const [LOWEST_RATE, HIGHEST_RATE] = [8000, 192_000];

/** @throws ConfigurationError that names the option */
export function planSound(options: SoundOptions): SoundPlan {
  return atOption('sound', () => planOf(options));
}

function planOf(options: SoundOptions): SoundPlan {
  checkNames('sound', options, ['file', 'rate']);
  const { file, rate = DEFAULT_SOUND_RATE } = options;
  atOption('file', () => checkText('sound.file', file));
  return { file, rate: atOption('rate', () => checkedSoundRate(rate)) };
}

/** @throws ConfigurationError that names the option */
export function checkedSoundRate(rate: number): number {
  return checkedInteger('sound.rate', rate, LOWEST_RATE, HIGHEST_RATE);
}

/** @throws ConfigurationError */
export function checkedSoundCards(cards: readonly SoundCardModel[]): readonly SoundCardModel[] {
  checkedSome('soundCards', 'sound card', cards, soundCardModels);
  const twice = cards.find((card, n) => cards.indexOf(card) < n);
  if (twice !== undefined) throw new ConfigurationError(`there can be one '${twice}'; give each sound card once`);
  return cards;
}
