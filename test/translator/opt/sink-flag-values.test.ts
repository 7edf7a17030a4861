import { describe, expect, test } from 'vitest';
import { sinkFlagValues } from '../../../translator/opt/sink-flag-values.ts';
import { linesOf, passText } from '../../support/ir-text.ts';

describe('sink-flag-values', () => {
  test('moves what only flags need, also through several names', () => {
    const text = 't0 = get eax\nt1 = (t0 >>> 4)\nt2 = (t1 & 1)\nset eax, 7\nflags carry32 t2';
    expect(passText(sinkFlagValues, text)).toEqual(linesOf('t0 = get eax\nset eax, 7\nflags carry32 ((t0 >>> 4) & 1)'));
  });

  test('leaves what something else needs', () => {
    const text = 't0 = get eax\nt1 = (t0 + 1)\nset eax, t1\nflags inc32 t1';
    expect(passText(sinkFlagValues, text)).toEqual(linesOf(text));
  });

  test('leaves what reads the flags before they change', () => {
    const text = 't0 = (cc2 ^ 1)\nflags carry32 t0';
    expect(passText(sinkFlagValues, text)).toEqual(linesOf(text));
  });

  test('does not move or drop a call that stands alone', () => {
    const start = 't0 = get eax\nfallback jumpFar t0, 0, 0 if (t0 == 0)\nt1 = enterFoundCode(t0)';
    const text = `${start}\nflags logic32 t1`;
    expect(passText(sinkFlagValues, text)).toEqual(linesOf(text));
    const unused = `${start}\nflags logic32 7`;
    expect(passText(sinkFlagValues, unused)).toEqual(linesOf(unused));
  });

  test('does not move loads, which may fault', () => {
    const text = 't0 = load32 0x1000\nflags logic32 t0';
    expect(passText(sinkFlagValues, text)).toEqual(linesOf(text));
  });
});
