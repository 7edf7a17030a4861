import { describe, expect, test } from 'vitest';
import { deadFlags } from '../../../translator/opt/dead-flags.ts';
import { linesOf, passText } from '../../support/ir-text.ts';

const DEFINITIONS = 't0 = get eax\nt1 = get ebx\n';

/** The flags statements that are left, without the word `flags`. */
function left(text: string): string[] {
  return passText(deadFlags, DEFINITIONS + text)
    .filter((line) => line.startsWith('flags '))
    .map((line) => line.replace('flags ', ''));
}

describe('flags are removed', () => {
  test('that are set again before anything sees them', () => {
    expect(left('flags add32 t0, t1, 1\nset ecx, t0\n-- @4\nt2 = get edx\nflags logic32 t2')).toEqual(['logic32 t2']);
    expect(left('flags logic32 t0\nflags logic32 t1\nflags logic8 t0')).toEqual(['logic8 t0']);
  });

  test('also partial changes', () => {
    expect(left('flags carry32 t0\nflags inc32 t1\nflags logic32 t0')).toEqual(['logic32 t0']);
  });

  test('in a body, if they are set again after it', () => {
    expect(left('when t0 {\nflags logic32 t1\nset ecx, 1\n}\nflags logic8 t0')).toEqual(['logic8 t0']);
    expect(left('when t0 {\nflags logic32 t1\nflags logic16 t0\n}')).toEqual(['logic16 t0']);
    expect(left('flags logic32 t0\nwhen t0 {\nflags logic32 t1\n}\nflags logic8 t0')).toEqual(['logic8 t0']);
  });
});

describe('flags stay', () => {
  test('at the end of the block', () => {
    expect(left('flags logic32 t0')).toEqual(['logic32 t0']);
  });

  test.each([
    ['a load', 't2 = load32 t0'],
    ['a store', 'store32 t0, t1'],
    ['a probe', 'probe32 t0'],
    ['a segment check', 't2 = segment.read4 3, t0'],
    ['a fault', 'fault 6 if t0'],
    ['an exit', 'exit @10 if t0'],
    ['any of them in a body', 'when t0 {\nt2 = load32 t0\n}'],
    ['any of them in the body of a body', 'when t0 {\nwhen t1 {\nt2 = load32 t0\n}\n}'],
    ['a use', 't2 = (1 + cc4)'],
    ['a use of them all', 't2 = flags()'],
    ['a use in a body', 'when t0 {\nt2 = cc4\nset ecx, t2\n}'],
    ['a use in the body of a body', 'when t0 {\nwhen t1 {\nt2 = cc4\nset ecx, t2\n}\n}'],
    ['a use as the condition of a body', 'when cc4 {\nset ecx, 1\n}'],
  ])('in front of %s', (_case, line) => {
    expect(left(`flags add32 t0, t1, 1\n-- @4\n${line}\nflags logic32 t0`)).toEqual(['add32 t0, t1, 1', 'logic32 t0']);
  });

  test('in front of a partial change of them that is seen', () => {
    expect(left('flags add32 t0, t1, 1\nflags inc32 t0')).toEqual(['add32 t0, t1, 1', 'inc32 t0']);
    expect(left('flags logic32 t0\nflags carry32 t1\nflags zero32 t1')).toEqual([
      'logic32 t0',
      'carry32 t1',
      'zero32 t1',
    ]);
  });

  test('in front of a body that may set them', () => {
    expect(left('flags logic32 t0\nwhen t0 {\nflags logic8 t1\n}')).toEqual(['logic32 t0', 'logic8 t1']);
  });
});

test('everything else stays as it is', () => {
  const text = `${DEFINITIONS}when t0 {\nset ecx, t1\n}\n-- @4\nt2 = load8 t1\nset edx, t2`;
  expect(passText(deadFlags, text)).toEqual(linesOf(text));
});
