/**
 * The frequency of a tone, in Hz: by its rising passages through the middle, from the first to the last. `rate`: samples a second.
 */
export function frequencyOf(samples: readonly number[], rate: number): number {
  const middle = (Math.max(...samples) + Math.min(...samples)) / 2;
  const rises: number[] = [];
  for (let n = 1; n < samples.length; n++) {
    const [before, after] = [samples[n - 1]! - middle, samples[n]! - middle];
    // Between two samples by the straight line through them.
    if (before < 0 && after >= 0) rises.push(n - after / (after - before));
  }
  if (rises.length < 2) return 0;
  return ((rises.length - 1) * rate) / (rises.at(-1)! - rises[0]!);
}

/** The root of the mean square. */
export function loudnessOf(samples: readonly number[]): number {
  return Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
}

/** How much of a tone of this frequency is in samples: its amplitude (Goertzel). */
export function amplitudeAt(samples: readonly number[], rate: number, frequency: number): number {
  const step = (2 * Math.PI * frequency) / rate;
  let [real, imaginary] = [0, 0];
  for (const [n, sample] of samples.entries()) {
    real += sample * Math.cos(step * n);
    imaginary += sample * Math.sin(step * n);
  }
  return (2 * Math.hypot(real, imaginary)) / samples.length;
}
