import { afterAll, beforeAll, expect, test, vi } from 'vitest';

const RATE = 1000;
/** Frames that the thread for sound asks for at a time. */
const QUANTUM = 10;

type SamplePlayer = import('../../../src/browser/sound-worklet.mjs').SamplePlayer;
let player: () => SamplePlayer;

/** The names of the thread for sound. */
beforeAll(async () => {
  vi.stubGlobal('AudioWorkletProcessor', class {});
  vi.stubGlobal('registerProcessor', () => {});
  const { SamplePlayer } = await import('../../../src/browser/sound-worklet.mjs');
  player = () => new SamplePlayer(RATE);
});

afterAll(() => vi.unstubAllGlobals());

/** Frames whose left samples count from a number on, and whose right ones are their opposites. */
function counting(first: number, frames: number): Int16Array {
  return Int16Array.from({ length: 2 * frames }, (_, n) => (n % 2 === 0 ? 1 : -1) * (first + (n >> 1)));
}

/** The samples played in so many quanta: left ones, as they were given. */
function played(of: SamplePlayer, quanta: number): number[] {
  return Array.from({ length: quanta }, () => {
    const [left, right] = [new Float32Array(QUANTUM), new Float32Array(QUANTUM)];
    of.fill(left, right);
    expect(right).toEqual(left.map((sample) => 0 - sample));
    return [...left].map((sample) => sample * 0x8000);
  }).flat();
}

const silence = (frames: number): number[] => Array(frames).fill(0);
const range = (first: number, frames: number): number[] => Array.from({ length: frames }, (_, n) => first + n);

test('a sound begins when 60 ms of it are there, and has every frame in its order', () => {
  const one = player();
  one.push(counting(1, 50));
  expect(played(one, 3).map(Math.abs)).toEqual(silence(30));
  one.push(counting(51, 50));
  expect(played(one, 10)).toEqual(range(1, 100));
});

test('a sound that is shorter begins when it has waited for that time', () => {
  const one = player();
  one.push(counting(1, 20));
  expect(played(one, 7)).toEqual([...silence(50), ...range(1, 20)]);
});

test('where samples are missing the sound fades, and begins anew', () => {
  const one = player();
  one.push(counting(1001, 60));
  played(one, 6);
  const fading = played(one, 50);
  expect(fading[0]).toBeCloseTo(1060 * 0.98);
  expect(fading).toEqual(fading.toSorted((a, b) => b - a));
  expect(fading.at(-1)).toBeLessThan(1);
  one.push(counting(5, 60));
  expect(played(one, 1)).toEqual(range(5, 10));
});

test('of more than 300 ms the oldest are left out, and 60 ms remain', () => {
  const one = player();
  for (let first = 1; first <= 301; first += 43) one.push(counting(first, 43));
  expect(played(one, 6)).toEqual(range(242, 60));
});
