import { BLOCK_BYTES, MOST_BYTES } from './registers.ts';

/** The size of a flash chip is that of its image. */
export interface FlashSize {
  /** Such as "pflash0". */
  readonly name: string;
  /** Name of its image, where that is known. */
  readonly image?: string | undefined;
  readonly bytes: number;
}

/** A message about wrong sizes of a machine's flash chips that says what to do; undefined if they are right. */
export function flashSizeProblem(chips: readonly FlashSize[]): string | undefined {
  const wrong = chips.find(({ bytes }) => bytes === 0 || bytes % BLOCK_BYTES !== 0 || bytes > MOST_BYTES);
  if (wrong) {
    const { name, image = name, bytes } = wrong;
    const whole = Math.max(Math.ceil(bytes / BLOCK_BYTES), 1) * BLOCK_BYTES;
    const remedy = bytes > MOST_BYTES ? 'give a smaller image' : `make the image ${whole} bytes long`;
    return `${image}: a flash chip (${name}) has a multiple of ${BLOCK_BYTES} bytes, and ${MOST_BYTES} at most; this has ${bytes}: ${remedy}`;
  }
  const sum = chips.reduce((before, { bytes }) => before + bytes, 0);
  if (sum <= MOST_BYTES) return undefined;
  const names = chips.map(({ name }) => name).join(', ');
  return `the flash chips (${names}) have ${sum} bytes in all; ${MOST_BYTES} are possible: give smaller images`;
}
