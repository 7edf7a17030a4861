import type { Machine } from '../machine/machine.ts';
import { keyOfCode } from './key-codes.ts';

/** Pauses between keys. */
export interface Pace {
  /** Milliseconds; 0 or nothing: none. */
  readonly delay: number | undefined;
  /** Nothing more is done when it is aborted. */
  readonly signal: AbortSignal;
}

/** Does something for each of several, with a pause after each if one is wanted. */
export async function each<Item>(
  items: Iterable<Item>,
  { delay, signal }: Pace,
  act: (item: Item) => void,
): Promise<void> {
  for (const item of items) {
    if (signal.aborted) return;
    act(item);
    if (delay) await rest(delay, signal);
  }
}

/** Waits so many milliseconds, or until the signal is aborted. */
export async function rest(milliseconds: number, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  const end = () => resolve();
  signal.addEventListener('abort', end);
  if (signal.aborted) end();
  await promise;
  clearTimeout(timer);
  signal.removeEventListener('abort', end);
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
