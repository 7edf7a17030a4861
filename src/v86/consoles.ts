import type { Machine } from '../machine.ts';
import { keyOfCode } from './key-codes.ts';

/** Milliseconds that pass between two keys where a program wants it. */
const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

/** Does something for each of several, with a pause after each if one is wanted. */
export async function each<Item>(
  items: Iterable<Item>,
  delay: number | undefined,
  act: (item: Item) => void,
): Promise<void> {
  for (const item of items) {
    act(item);
    if (delay) await pause(delay);
  }
}

/** Presses the key of a `KeyboardEvent.keyCode`, and lets it go; a number of no key changes nothing. */
export function pressCode({ keyboard }: Machine, keyCode: number): unknown {
  const key = keyOfCode(keyCode);
  return key === undefined ? undefined : keyboard.press(key);
}

/** Types a character; one that a keyboard of the US doesn't have is left out. */
export async function typeCharacter({ keyboard }: Machine, character: string): Promise<void> {
  await keyboard.type(character).catch((error: unknown) => {
    if (!(error instanceof TypeError)) throw error;
  });
}

/** The bytes of a text as v86 sends it: one for each character, of which the lower eight bits count. */
export function latin1(text: string): Uint8Array {
  return Uint8Array.from(text, (character) => character.charCodeAt(0));
}

/** The modem lines into the guest, which are always so. */
export const modemLines = { carrier_detect: true, ring_indicator: false, data_set_ready: true, clear_to_send: true };
