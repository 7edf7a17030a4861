/** Samples of a step of the tremolo, and its steps: 3.7 Hz. */
const [TREMOLO_STEP, TREMOLO_STEPS] = [64, 210];
/** Samples of one of the eight steps of the vibrato: 6.1 Hz. */
const VIBRATO_STEP = 1024;

/** Attenuation by the tremolo, in steps of 0.1875 dB: up to 4.8 dB, or 1 dB. */
export function tremoloAt(counter: number, isDeep: boolean): number {
  const step = Math.floor(counter / TREMOLO_STEP) % TREMOLO_STEPS;
  const height = step < TREMOLO_STEPS / 2 ? step : TREMOLO_STEPS - step;
  return height >> (isDeep ? 2 : 4);
}

/** A frequency number moved by the vibrato: by up to 14 cents, or 7. */
export function withVibrato(frequency: number, counter: number, isDeep: boolean): number {
  const step = Math.floor(counter / VIBRATO_STEP) & 7;
  const range = (frequency >> 7) >> (isDeep ? 0 : 1);
  // Nothing, half, all, half, and the same downwards.
  const part = [0, range >> 1, range, range >> 1][step & 3]!;
  return step < 4 ? frequency + part : frequency - part;
}
