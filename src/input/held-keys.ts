import { timerDelay } from '../util/timer-delay.ts';
import type { Keyboard } from './keyboard.ts';

type Keys = Pick<Keyboard, 'down' | 'up'>;

/** When the last keys of a keyboard are up, whoever had them pressed. */
const released = new WeakMap<Keys, Promise<void>>();

/**
 * Presses keys together, by their names, and lets them go after some milliseconds: when the keys are up that were to be pressed before, as
 * in QEMU. It doesn't wait until the guest has taken them, as it may take none.
 */
export function holdKeys(keyboard: Keys, names: readonly string[], milliseconds: number): Promise<void> {
  const before = released.get(keyboard) ?? Promise.resolve();
  const now = before.then(() => hold(keyboard, names, milliseconds));
  released.set(keyboard, now);
  return now;
}

async function hold(keyboard: Keys, names: readonly string[], milliseconds: number): Promise<void> {
  for (const name of names) give(keyboard.down(name));
  await new Promise((resolve) => setTimeout(resolve, timerDelay(milliseconds)));
  for (const name of names.toReversed()) give(keyboard.up(name));
}

/** A machine that has ended takes no more input, and one that stands still takes it later. */
function give(sent: Promise<void>): void {
  sent.catch(() => {});
}
