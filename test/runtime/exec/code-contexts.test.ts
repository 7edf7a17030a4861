import { expect, test } from 'vitest';
import { CodeContexts } from '../../../runtime/exec/code-contexts.ts';
import { Segment, Word } from '../../../translator/abi/state.ts';

const state = new Int32Array(1024);

/** The context of code in a segment. */
function enter(contexts: CodeContexts, base: number) {
  state[Word.segmentBase + Segment.cs] = base;
  contexts.enter(state);
  return contexts.current;
}

test('the same segment has the same context, while there is code of it or it is the current one', () => {
  const contexts = new CodeContexts();
  const first = enter(contexts, 0x100);
  first.pages = 1;
  const second = enter(contexts, 0x200);
  expect(contexts.size).toBe(3);
  contexts.forgetEmpty();
  expect(contexts.size).toBe(2);
  expect(enter(contexts, 0x200)).toBe(second);
  expect(enter(contexts, 0x100)).toBe(first);
});

test('contexts that there is no code of any more are used again: they are no garbage', () => {
  const contexts = new CodeContexts();
  const made = new Set(Array.from({ length: 100 }, (_, n) => enter(contexts, n << 4)));
  const before = contexts.size;
  for (let round = 1; round < 50; round++) {
    contexts.forgetEmpty();
    for (let n = 0; n < 99; n++) made.add(enter(contexts, (round * 100 + n) << 4));
  }
  expect(contexts.size).toBe(before);
  expect(made.size).toBe(100);
});

test('a context that is used again is that of its new segment only', () => {
  const contexts = new CodeContexts();
  const old = enter(contexts, 0x100);
  enter(contexts, 0x200);
  contexts.forgetEmpty();
  const { base } = enter(contexts, 0x400);
  expect(base).toBe(0x400);
  const again = enter(contexts, 0x100);
  expect([again.base, again === contexts.current, old.base]).toEqual([0x100, true, 0x400]);
});
