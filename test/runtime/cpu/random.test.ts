import { createCipheriv } from 'node:crypto';
import { expect, test } from 'vitest';
import { flagsImage } from '../../../runtime/cpu/arithmetic.ts';
import { randomBytes } from '../../../runtime/cpu/random.ts';
import { Eflags, Word } from '../../../translator/abi/state.ts';
import { Rig } from './rig.ts';

const key = [0x03020100, 0x07060504, 0x0b0a0908, 0x0f0e0d0c];

function rigWith(count: readonly [number, number]): Rig {
  const rig = new Rig();
  rig.words.set(key, Word.randomKey);
  rig.words.set(count, Word.randomCount);
  return rig;
}

function numbers(rig: Rig, count: number): number[] {
  return Array.from({ length: count }, () => {
    rig.trap('random', Word.ebx, 4);
    return rig.words[Word.ebx]! >>> 0;
  });
}

/** As another implementation of AES encrypts blocks of which the first 64 bits count. */
function expected(first: bigint, blocks: number): number[] {
  const cipher = createCipheriv('aes-128-ecb', Buffer.from(Uint32Array.from(key).buffer), null).setAutoPadding(false);
  const plain = new BigUint64Array(2 * blocks).map((_, n) => (n & 1 ? 0n : first + BigInt(n >> 1)));
  const bytes = cipher.update(new Uint8Array(plain.buffer));
  return [...new Uint32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length))];
}

test('the numbers of RDRAND are AES in counter mode', () => {
  expect(numbers(rigWith([0, 0]), 12)).toEqual(expected(0n, 3));
  // The count of words goes beyond 32 bits.
  expect(numbers(rigWith([-4, 0]), 8)).toEqual(expected(0x3fffffffn, 2));
});

test('a reset goes on where they were', () => {
  const rig = rigWith([0, 0]);
  const [first, ...rest] = expected(0n, 1);
  expect(numbers(rig, 1)).toEqual([first]);
  rig.cpu.reset();
  expect(numbers(rig, 3)).toEqual(rest);
});

test('of 16 bits the upper ones are kept; CF tells that there is a number', () => {
  const rig = rigWith([0, 0]);
  rig.words[Word.ebx] = 0x12345678;
  rig.trap('random', Word.ebx, 2);
  expect(rig.words[Word.ebx]).toBe(0x12340000 | (expected(0n, 1)[0]! & 0xffff));
  expect(flagsImage(rig.words[Word.flagResult]!, rig.words[Word.flagCarries]!)).toBe(Eflags.cf);
});

test('bytes are those of the next numbers', () => {
  const rig = rigWith([6, 0]);
  const bytes = new Uint8Array(6);
  randomBytes(rig.words, bytes);
  const words = expected(1n, 2).slice(2, 4);
  expect(bytes).toEqual(new Uint8Array(Uint32Array.from(words).buffer).slice(0, 6));
  expect(numbers(rig, 1)).toEqual([expected(2n, 1)[0]]);
});
