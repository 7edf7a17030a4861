import { describe, expect, test } from 'vitest';
import { conditions } from '../../../translator/opt/conditions.ts';
import { linesOf, passText } from '../../support/ir-text.ts';

const NAMES = 'O NO B NB Z NZ BE A S NS P NP L NL LE G'.split(' ');

/** The results for condition codes after flags statements; those that stay are left out. */
function resolved(flags: string): Record<string, string> {
  const operands = 't0 = get eax\nt1 = get ebx\nt2 = get ecx\nt3 = get edx';
  const found = NAMES.map((name, code): [string, string] => {
    const [line] = passText(conditions, `${operands}\n${flags}\nset eax, 1\nt9 = cc${code}\nset ecx, t9`).slice(-2);
    return [name, line.replace('t9 = ', '')];
  });
  return Object.fromEntries(found.filter(([, text]) => !text.startsWith('cc')));
}

describe('condition codes become comparisons', () => {
  test('of the operands of a subtraction', () => {
    expect(resolved('flags sub32 t0, t1, t2')).toEqual({
      B: '(t0 <u t1)',
      NB: '(t1 <=u t0)',
      Z: '(t0 == t1)',
      NZ: '(t0 != t1)',
      BE: '(t0 <=u t1)',
      A: '(t1 <u t0)',
      O: '(((t0 ^ t1) & (t0 ^ t2)) < 0)',
      NO: '(0 <= ((t0 ^ t1) & (t0 ^ t2)))',
      S: '(t2 < 0)',
      NS: '(0 <= t2)',
      L: '(t0 < t1)',
      NL: '(t1 <= t0)',
      LE: '(t0 <= t1)',
      G: '(t1 < t0)',
    });
  });

  test('of the low bits of a narrow subtraction: operands and result may have more', () => {
    const { B, Z, S, G } = resolved('flags sub8 t0, t1, t2');
    expect({ B, Z, S, G }).toEqual({
      B: '((t0 & 255) <u (t1 & 255))',
      Z: '((t0 & 255) == (t1 & 255))',
      S: '(((t2 << 24) >> 24) < 0)',
      G: '(((t1 << 24) >> 24) < ((t0 << 24) >> 24))',
    });
    expect(resolved('flags sub16 t0, t1, t2').L).toBe('(((t0 << 16) >> 16) < ((t1 << 16) >> 16))');
  });

  test('of the result of a logical operation with 0', () => {
    expect(resolved('flags logic32 t0')).toEqual({
      O: '0',
      NO: '1',
      B: '0',
      NB: '1',
      Z: '(t0 == 0)',
      NZ: '(t0 != 0)',
      BE: '(t0 == 0)',
      A: '(t0 != 0)',
      S: '(t0 < 0)',
      NS: '(0 <= t0)',
      L: '(t0 < 0)',
      NL: '(0 <= t0)',
      LE: '(t0 <= 0)',
      G: '(0 < t0)',
    });
  });
});

describe('condition codes after additions and operations with carry become values', () => {
  test('of operands and result of an addition', () => {
    expect(resolved('flags add32 t0, t1, t2')).toEqual({
      O: '(((t0 ^ t2) & (t1 ^ t2)) < 0)',
      NO: '(0 <= ((t0 ^ t2) & (t1 ^ t2)))',
      B: '(t2 <u t0)',
      NB: '(t0 <=u t2)',
      Z: '(t2 == 0)',
      NZ: '(t2 != 0)',
      BE: '((t2 <u t0) | (t2 == 0))',
      A: '(((t2 <u t0) | (t2 == 0)) ^ 1)',
      S: '(t2 < 0)',
      NS: '(0 <= t2)',
      L: '((t2 ^ ((t0 ^ t2) & (t1 ^ t2))) < 0)',
      NL: '(0 <= (t2 ^ ((t0 ^ t2) & (t1 ^ t2))))',
      LE: '((t2 == 0) | ((t2 ^ ((t0 ^ t2) & (t1 ^ t2))) < 0))',
      G: '(((t2 == 0) | ((t2 ^ ((t0 ^ t2) & (t1 ^ t2))) < 0)) ^ 1)',
    });
  });

  test('of the vector of carries where there was one into the operation', () => {
    expect(resolved('flags adc32 t0, t1, t2')).toMatchObject({
      O: '(((t0 ^ t2) & (t1 ^ t2)) < 0)',
      B: '(((t0 & t1) | ((t0 | t1) & (t2 ^ -1))) < 0)',
      Z: '(t2 == 0)',
      S: '(t2 < 0)',
    });
    expect(resolved('flags sbb32 t0, t1, t2')).toMatchObject({
      O: '(((t0 ^ t1) & (t0 ^ t2)) < 0)',
      B: '((((t0 ^ -1) & t1) | (((t0 ^ -1) | t1) & t2)) < 0)',
      L: '((t2 ^ ((t0 ^ t1) & (t0 ^ t2))) < 0)',
    });
    expect(resolved('flags adc8 t0, t1, t2').B).toMatch(/ << 24\) >> 24\) < 0\)$/);
  });
});

describe('condition codes become what is known', () => {
  test('of the result of INC and DEC: OF is at one value, CF is older', () => {
    expect(resolved('flags inc8 t0')).toMatchObject({ O: '(((t0 << 24) >> 24) == -128)', Z: '((t0 & 255) == 0)' });
    expect(resolved('flags dec16 t0')).toMatchObject({ O: '(((t0 << 16) >> 16) == 0x7fff)' });
    expect(resolved('flags inc32 t0').O).toBe('(t0 == 0x80000000)');
    expect(resolved('flags dec32 t0').NO).toBe('(t0 != 0x7fffffff)');
    expect(resolved('flags dec32 t0')).not.toHaveProperty('B');
    expect(resolved('flags dec32 t0')).not.toHaveProperty('BE');
    expect(resolved('flags add32 t0, t1, t2\nflags dec32 t3').BE).toBe('((t2 <u t0) | (t3 == 0))');
  });

  test('of the operand of INC and DEC, signed', () => {
    expect(resolved('flags dec32 t0')).toMatchObject({
      L: '((t0 + 1) <= 0)',
      NL: '(0 < (t0 + 1))',
      LE: '((t0 + 1) <= 1)',
      G: '(1 < (t0 + 1))',
    });
    expect(resolved('flags inc32 t0')).toMatchObject({ L: '((t0 + -1) < -1)', G: '(0 <= (t0 + -1))' });
    expect(resolved('flags dec8 t0').L).toBe('((((t0 + 1) << 24) >> 24) <= 0)');
  });

  test('of the carry and overflow that were given', () => {
    const { O, NO, B, NB } = resolved('flags other32 t0, t1, t2, t3');
    expect({ O, NO, B, NB }).toEqual({ O: '(t2 != 0)', NO: '(t2 == 0)', B: '(t1 != 0)', NB: '(t1 == 0)' });
    expect(resolved('flags other32 t0, 1, 0, 0')).toMatchObject({ O: '0', NO: '1', B: '1', NB: '0' });
  });

  test('of what came before a change of CF or of CF and OF alone', () => {
    expect(resolved('flags sub32 t0, t1, t2\nflags carry32 t3')).toMatchObject({
      B: '(t3 != 0)',
      Z: '(t0 == t1)',
      S: '(t2 < 0)',
      L: '(t0 < t1)',
      BE: '((t3 != 0) | (t0 == t1))',
    });
    const narrow = resolved('flags sub32 t0, t1, t2\nflags carryOverflow32 t3, t2');
    expect(narrow).toMatchObject({
      O: '(t2 != 0)',
      B: '(t3 != 0)',
      Z: '(t0 == t1)',
      L: '((t2 < 0) ^ (t2 != 0))',
    });
    expect(resolved('flags add32 t0, t1, t2\nflags inc32 t3').B).toBe('(t2 <u t0)');
  });
});

test('condition codes become bits of an image', () => {
  expect(resolved('flags all32 t0')).toMatchObject({
    B: '((t0 & 1) != 0)',
    BE: '((t0 & 65) != 0)',
    P: '((t0 & 4) != 0)',
    NS: '((t0 & 128) == 0)',
  });
});

describe('condition codes stay', () => {
  test('where no flags were set in the block', () => {
    expect(resolved('')).toEqual({});
  });

  test('PF after anything', () => {
    for (const flags of ['sub32 t0, t1, t2', 'logic8 t0', 'add32 t0, t1, t2', 'inc32 t0']) {
      expect(resolved(`flags ${flags}`)).not.toHaveProperty('P');
    }
  });

  test('after a change of a flag alone, but for that flag', () => {
    expect(resolved('flags zero32 t0')).toEqual({ Z: '(t0 != 0)', NZ: '(t0 == 0)' });
    expect(resolved('flags carry32 t0')).toEqual({ B: '(t0 != 0)', NB: '(t0 == 0)' });
  });

  test('after a body that may have changed the flags', () => {
    expect(resolved('flags sub32 t0, t1, t2\nwhen t3 {\nflags logic32 t0\n}')).toEqual({});
    expect(resolved('flags sub32 t0, t1, t2\nwhen t3 {\nwhen t2 {\nflags logic32 t0\n}\n}')).toEqual({});
  });
});

test('a body sees the flags before it, and its own; after a body without flags they are still known', () => {
  const text = `
    t0 = get eax
    flags logic32 t0
    when cc4 {
      set ebx, 1
      t1 = cc5
      set ecx, t1
    }
    t2 = cc8
    when t2 {
      flags logic8 t0
      t3 = cc4
      set ecx, t3
    }`;
  const expected = `
    t0 = get eax
    flags logic32 t0
    when (t0 == 0) {
      set ebx, 1
      t1 = (t0 != 0)
      set ecx, t1
    }
    t2 = (t0 < 0)
    when t2 {
      flags logic8 t0
      t3 = ((t0 & 255) == 0)
      set ecx, t3
    }`;
  expect(passText(conditions, text)).toEqual(linesOf(expected));
});

test('conditions deep in values and in every statement', () => {
  const text =
    't0 = get eax\nflags logic32 t0\n-- @4\nt1 = (3 + (cc4 ? 1 : t0))\nexit @10 if cc5\nfault 6 if (cc8 & cc4)';
  expect(passText(conditions, text).slice(-3)).toEqual([
    't1 = (3 + ((t0 == 0) ? 1 : t0))',
    'exit @10 if (t0 != 0)',
    'fault 6 if ((t0 < 0) & (t0 == 0))',
  ]);
});

test('an image of the flags is left alone', () => {
  const text = 't0 = get eax\nflags logic32 t0\nt1 = flags()';
  expect(passText(conditions, text)).toEqual(linesOf(text));
});

test('condition codes become what a comparison of reals found', () => {
  expect(resolved('flags compare32 t0, t1, t2')).toMatchObject({
    O: '0',
    B: '(t0 | t2)',
    Z: '(t1 | t2)',
    BE: '((t0 | t1) | t2)',
    NS: '1',
    P: 't2',
    L: '0',
    LE: '(t1 | t2)',
  });
  expect(resolved('flags compare32 t0, t1, 0')).toMatchObject({
    B: 't0',
    NB: '(t0 ^ 1)',
    P: '0',
    A: '((t0 | t1) ^ 1)',
  });
});
