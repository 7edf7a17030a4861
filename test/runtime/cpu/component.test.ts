import { expect, test } from 'vitest';
import { cpuComponent, cpuLayout, stateComponent } from '../../../runtime/cpu/component.ts';
import { Double, Segment, STATE_BYTES, WORD_COUNT, Word } from '../../../translator/abi/state.ts';
import { readEflags } from '../../support/flags.ts';
import { restore } from '../../support/restore.ts';
import { Rig } from './rig.ts';

const wordsOf = (words: Int32Array, sort: string) =>
  cpuLayout
    .filter((entry) => entry.sort === sort)
    .flatMap(({ word, count }) => [...words.subarray(word, word + count)]);

const blankState = () => new Int32Array(new ArrayBuffer(STATE_BYTES), 0, WORD_COUNT);

test('the entries of the layout do not overlap', () => {
  const words = cpuLayout.flatMap(({ word, count }) => Array.from({ length: count }, (_, n) => word + n));
  expect(new Set(words).size).toBe(words.length);
  expect(Math.max(...words)).toBeLessThan(WORD_COUNT);
});

test('what is saved makes another CPU the same, with what is derived', () => {
  const [from, to] = [new Rig(), new Rig()];
  from.enterProtected(3);
  from.words[Word.eax] = -1;
  from.words[Word.xmm + 31] = 7;
  from.words[Word.sysenterEip] = 0x80000000 | 0;
  // ZF and CF.
  from.words[Word.flagResult] = 0;
  from.words[Word.flagCarries] = 0xc0000000 | 0;
  to.words[Word.wake] = 1;
  restore(cpuComponent(to.cpu), structuredClone(cpuComponent(from.cpu).save()));
  expect(wordsOf(to.words, 'architectural')).toEqual(wordsOf(from.words, 'architectural'));
  expect(to.words[Word.key]).toBe(from.words[Word.key]);
  expect(to.words[Word.wake]).toBe(1);
  expect(readEflags(to.words)).toBe(readEflags(from.words));
  for (const at of [Double.readSpan, Double.writeSpan].flatMap((first) => [first + Segment.cs, first + Segment.ss])) {
    expect(to.cpu.doubles[at]).toBe(from.cpu.doubles[at]);
  }
});

test('CPUs are compared by what a program can see', () => {
  const [a, b] = [blankState(), blankState()];
  const differences = () => stateComponent(a).compare(stateComponent(b).save());
  // Both have PF: the second by inverting what its result gives.
  [a[Word.flagResult], b[Word.flagResult], b[Word.flagCarries]] = [3, 1, 4];
  a[Word.budget] = 5;
  expect(differences()).toEqual([]);
  a[Word.flagCarries] = 0xc0000000 | 0;
  b[Word.segmentBase + Segment.fs] = 0x1000;
  expect(differences()).toEqual([
    { path: 'cpu.eflags', left: '0x5 (5)', right: '0x4 (4)' },
    { path: 'cpu.segmentBase[4]', left: '0x0 (0)', right: '0x1000 (4096)' },
  ]);
});

test('all that is architectural is shown', () => {
  const lines = stateComponent(blankState()).show();
  expect(lines[0]).toBe('cpu.eax: 0x0 (0)');
  expect(lines).toContain('cpu.debug[7]: 0x0 (0)');
  expect(lines.some((line) => /key|attention|flagResult/.test(line))).toBe(false);
});
