// Places in the waveform of instruments that are not tuned: they are made of single bits of the places of the hi-hat's and the
// cymbal's operators, and of noise.

const bit = (value: number, n: number): number => (value >> n) & 1;

/** The part that hi-hat and cymbal share: a square wave whose period is no multiple of either. */
function metal(hiHat: number, cymbal: number): number {
  return (bit(hiHat, 2) ^ bit(hiHat, 7)) | (bit(hiHat, 3) ^ bit(cymbal, 5)) | (bit(cymbal, 3) ^ bit(cymbal, 5));
}

export function hiHatPlace(hiHat: number, cymbal: number, noise: number): number {
  const high = metal(hiHat, cymbal);
  return (high << 9) | ((high ^ bit(noise, 0)) !== 0 ? 0xd0 : 0x34);
}

export function snarePlace(hiHat: number, noise: number): number {
  const high = bit(hiHat, 8);
  return (high << 9) | ((high ^ bit(noise, 0)) << 8);
}

export function cymbalPlace(hiHat: number, cymbal: number): number {
  return (metal(hiHat, cymbal) << 9) | 0x80;
}

/** A shift register of 23 bits. */
export function nextNoise(noise: number): number {
  return (noise >>> 1) | ((bit(noise, 0) ^ bit(noise, 14)) << 22);
}
