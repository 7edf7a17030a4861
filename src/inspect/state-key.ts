import { Key } from '../../translator/abi/key.ts';
import { ConfigurationError } from '../util/errors.ts';

/** Words that `--state` takes, by name: bits they set, bits they clear. */
const words: Readonly<Record<string, readonly [set: number, clear: number]>> = {
  'code=32': [Key.code32, 0],
  'code=16': [0, Key.code32],
  'stack=32': [Key.stack32, 0],
  'stack=16': [0, Key.stack32],
  'cpl=0': [0, Key.user | Key.alignment],
  'cpl=3': [Key.user, 0],
  flat: [Key.flat, 0],
  segmented: [0, Key.flat],
  protected: [Key.protected, Key.vm86],
  real: [0, Key.protected | Key.vm86 | Key.flat | Key.user | Key.alignment],
  vm86: [Key.vm86 | Key.protected | Key.user, Key.flat],
  aligned: [Key.alignment | Key.user, 0],
  guest: [Key.guest, 0],
};

export const stateWords: readonly string[] = Object.keys(words);

/** The state key that is assumed of code of which only the width is known: that of a flat user program, or of real mode. */
export function usualKey(bits: 16 | 32): number {
  return bits === 32 ? Key.code32 | Key.stack32 | Key.user | Key.flat | Key.protected : 0;
}

/**
 * A state key with changes such as `cpl=0,segmented` made to it.
 * @throws ConfigurationError that names the word which is unknown
 */
export function changeKey(key: number, changes: string): number {
  for (const word of changes.split(',').map((part) => part.trim())) {
    const bits = words[word];
    if (!bits) throw new ConfigurationError(`unknown state '${word}'; it is made of: ${stateWords.join(', ')}`);
    key = (key | bits[0]) & ~bits[1];
  }
  return key;
}

/** A state key in words, e.g. `32 bit, CPL 3, flat, protected`. */
export function keyText(key: number): string {
  const bits = key & Key.code32 ? 32 : 16;
  const stack = (key & Key.stack32 ? 32 : 16) === bits ? [] : [`stack ${48 - bits} bit`];
  const mode = key & Key.vm86 ? 'VM86' : key & Key.protected ? 'protected' : 'real';
  const level = `CPL ${key & Key.user ? 3 : 0}`;
  const alignment = key & Key.alignment ? ['alignment checked'] : [];
  const guest = key & Key.guest ? ['guest of AMD-V'] : [];
  return [`${bits} bit`, ...stack, level, key & Key.flat ? 'flat' : 'segmented', mode, ...alignment, ...guest].join(
    ', ',
  );
}
