/** RDRAND: AES-128 in counter mode under a key that the host hands in (NIST SP 800-38A, 6.5), in the described state. */
import { Eflags, Word, wordCounts } from '../../translator/abi/state.ts';
import { flagCarriesOf, flagResultOf } from './arithmetic.ts';
import type { Cpu } from './cpu.ts';
import { aesRound, aesSubstitute } from './sse/aes.ts';

const COLUMNS = 4;
const ROUNDS = 10;

type Block = readonly number[];

const rotate = (word: number): number => (word >>> 8) | (word << 24);

/** The next round's key, of which `constant` is a part (FIPS 197, 5.2). */
function nextKey(key: Block, constant: number): Block {
  let word = rotate(aesSubstitute(key[3]!)) ^ constant;
  return key.map((old) => {
    word ^= old;
    return word;
  });
}

/** A column after ShiftRows. */
const shifted = (state: Block, column: number): number =>
  [0, 1, 2, 3].reduce((word, n) => word | (state[(column + n) % COLUMNS]! & (0xff << (8 * n))), 0);

function encrypt(key: Block, block: Block): Block {
  let roundKey = key;
  let state = block.map((word, n) => word ^ key[n]!);
  for (let round = 1, constant = 1; round <= ROUNDS; round++) {
    roundKey = nextKey(roundKey, constant);
    constant = (constant << 1) ^ (constant & 0x80 ? 0x11b : 0);
    const substitute = round < ROUNDS ? aesRound : aesSubstitute;
    state = state.map((_, column) => substitute(shifted(state, column)) ^ roundKey[column]!);
  }
  return state;
}

/** The next 32 bits: of each encrypted count one word, by the count's lowest two bits. */
function nextWord(state: Int32Array): number {
  const low = state[Word.randomCount]!;
  const high = state[Word.randomCount + 1]!;
  state[Word.randomCount] = low + 1;
  if (low === -1) state[Word.randomCount + 1] = high + 1;
  const key = Array.from(state.subarray(Word.randomKey, Word.randomKey + COLUMNS));
  return encrypt(key, [(low >>> 2) | (high << 30), high >>> 2, 0, 0])[low & 3]!;
}

/** Has the numbers follow from another key from now on, which has four words. */
export function setRandomKey(state: Int32Array, key: ArrayLike<number>): void {
  state.set(key, Word.randomKey);
  state.fill(0, Word.randomCount, Word.randomCount + wordCounts.randomCount!);
}

/** Fills bytes with the next numbers. */
export function randomBytes(state: Int32Array, target: Uint8Array): void {
  for (let at = 0; at < target.length; at += 4) {
    const word = nextWord(state);
    for (let n = at; n < Math.min(at + 4, target.length); n++) target[n] = word >>> (8 * (n - at));
  }
}

/** RDRAND to the register in a word of the state; there always is a number, which CF tells. */
export function random({ state }: Cpu, register: number, bytes: number): void {
  const number = nextWord(state);
  state[register] = bytes === 4 ? number : (state[register]! & ~0xffff) | (number & 0xffff);
  state[Word.flagResult] = flagResultOf(Eflags.cf);
  state[Word.flagCarries] = flagCarriesOf(Eflags.cf);
}
