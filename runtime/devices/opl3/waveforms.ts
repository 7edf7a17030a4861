/** Steps of a quarter of a sine. */
const QUARTER = 256;

/** Attenuations of the steps of a quarter sine, in 1/256 of a halving. */
const sineLog = Uint16Array.from({ length: QUARTER }, (_, n) =>
  Math.round(-Math.log2(Math.sin(((n + 0.5) * Math.PI) / (2 * QUARTER))) * 256),
);
/** 2 to the powers of 255/256, 254/256 … 0, less one, in 10 bits. */
const powers = Uint16Array.from({ length: 256 }, (_, n) => Math.round((2 ** ((255 - n) / 256) - 1) * 1024));

/** An attenuation that leaves nothing. */
const NOTHING = 0x1000;
/** Bits of a place in a waveform: a whole one has 1024 steps. */
const [HALF, SECOND_QUARTER] = [0x200, 0x100];

/** The attenuation of a sine at a place, whatever its sign. */
function sineAt(place: number): number {
  const step = place & 0xff;
  return sineLog[(place & SECOND_QUARTER) !== 0 ? 0xff - step : step]!;
}

const isSecondHalf = (place: number): boolean => (place & HALF) !== 0;

/** The shape of a waveform: its attenuation at a place, and whether it is below the middle there. */
interface Waveform {
  attenuation(place: number): number;
  isNegative(place: number): boolean;
}

const never = (): boolean => false;
const isOddQuarter = (place: number): boolean => (place & SECOND_QUARTER) !== 0;

/** The eight of the OPL3, by their numbers (application manual, "Wave select"). */
const waveforms: readonly Waveform[] = [
  { attenuation: sineAt, isNegative: isSecondHalf },
  { attenuation: (place) => (isSecondHalf(place) ? NOTHING : sineAt(place)), isNegative: never },
  { attenuation: sineAt, isNegative: never },
  { attenuation: (place) => (isOddQuarter(place) ? NOTHING : sineAt(place)), isNegative: never },
  // Two at double speed in the first half, with and without the sign.
  { attenuation: (place) => (isSecondHalf(place) ? NOTHING : sineAt(place << 1)), isNegative: isOddQuarter },
  { attenuation: (place) => (isSecondHalf(place) ? NOTHING : sineAt(place << 1)), isNegative: never },
  { attenuation: () => 0, isNegative: isSecondHalf },
  // Falls by 3 dB in 4 steps, from each end of the period.
  { attenuation: (place) => ((isSecondHalf(place) ? ~place : place) & 0x1ff) << 3, isNegative: isSecondHalf },
];

/** A waveform at a place (10 bits) with so much taken away, in steps of 0.1875 dB: -4084 to 4084. */
export function waveAt(number: number, place: number, attenuation: number): number {
  const waveform = waveforms[number & 7]!;
  const level = waveform.attenuation(place & 0x3ff) + (attenuation << 3);
  const value = ((powers[level & 0xff]! + 1024) << 1) >> Math.min(level >> 8, 31);
  return waveform.isNegative(place & 0x3ff) ? 0 - value : value;
}
