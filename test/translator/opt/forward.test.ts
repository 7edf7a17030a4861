import { describe, expect, test } from 'vitest';
import { forward } from '../../../translator/opt/forward.ts';
import { linesOf, passText } from '../../support/ir-text.ts';

describe('forward', () => {
  test('reads a word once', () => {
    const text = 't0 = get eax\nset ebx, t0\nt1 = get eax\nt2 = (t1 + t0)\nset ecx, t2';
    expect(passText(forward, text)).toEqual(linesOf('t0 = get eax\nset ebx, t0\nt2 = (t0 + t0)\nset ecx, t2'));
  });

  test('knows what was written', () => {
    const text = 't0 = get eax\nt1 = (t0 + 1)\nset eax, t1\nt2 = get eax\nt3 = (t2 << 2)\nset ebx, t3';
    expect(passText(forward, text)).toEqual(
      linesOf('t0 = get eax\nt1 = (t0 + 1)\nset eax, t1\nt3 = (t1 << 2)\nset ebx, t3'),
    );
  });

  test('leaves out what sets a word to what it holds', () => {
    const text = 't0 = get esi\nset esi, t0\nset ebx, t0\nt1 = get ebx\nset esi, t1\nset ebx, 1\nset ebx, t0';
    expect(passText(forward, text)).toEqual(linesOf('t0 = get esi\nset ebx, t0\nset ebx, 1\nset ebx, t0'));
  });

  test('folds what has become constant', () => {
    const text = 'set eax, 5\n-- @4\nt0 = get eax\nt1 = (t0 + 3)\nstore32 t0, t1\nset ebx, t0';
    expect(passText(forward, text)).toEqual(linesOf('set eax, 5\n-- @4\nstore32 5, 8\nset ebx, 5'));
  });

  test('follows chains of copies', () => {
    const text = 't0 = get eax\nset ebx, t0\nt1 = get ebx\nset ecx, t1\nt2 = get ecx\nset edx, t2';
    expect(passText(forward, text)).toEqual(linesOf('t0 = get eax\nset ebx, t0\nset ecx, t0\nset edx, t0'));
  });

  test('sees through names of names', () => {
    const text = 't0 = get eax\nt1 = t0\nt2 = 7\nt3 = (t1 + t2)\nset ebx, t3\nflags add32 t1, t2, t3';
    expect(passText(forward, text)).toEqual(linesOf('t0 = get eax\nt3 = (t0 + 7)\nset ebx, t3\nflags add32 t0, 7, t3'));
  });

  test('does not take a condition for a name: it is evaluated where it stands', () => {
    const text = 't0 = cc2\nt1 = flags()\nflags logic32 1\nset eax, t0\nset ebx, t1';
    expect(passText(forward, text)).toEqual(linesOf(text));
  });

  test('keeps values over memory accesses, other words and instructions', () => {
    const text =
      '-- @0\nt0 = get eax\nstore32 t0, 1\n-- @4\nt1 = load32 t0\nset ebx, t1\n-- @8\nt2 = get eax\nset ecx, t2';
    expect(passText(forward, text).at(-1)).toBe('set ecx, t0');
  });

  test('the low byte of a register is part of its word', () => {
    const text = `
      t0 = get eax
      t1 = ((t0 & -256) | 18)
      set eax, t1
      t2 = get eax
      t3 = ((t2 & -65281) | 0x3400)
      set eax, t3
      t4 = get eax
      set ebx, t4`;
    expect(passText(forward, text)).toEqual(
      linesOf(
        't0 = get eax\nt1 = ((t0 & -256) | 18)\nset eax, t1\nt3 = ((t1 & 0xffff00ff) | 0x3400)\nset eax, t3\nset ebx, t3',
      ),
    );
  });

  test('does not know, after a body, what the body wrote or read', () => {
    const text = `
      t0 = get eax
      set ebx, 1
      when t0 {
        t1 = get eax
        set ebx, t1
        t2 = get ecx
        set edx, t2
      }
      t3 = get eax
      t4 = get ebx
      t5 = get ecx
      t6 = get edx
      t7 = ((t3 + t4) + (t5 + t6))
      set esi, t7`;
    const expected = `
      t0 = get eax
      set ebx, 1
      when t0 {
        set ebx, t0
        t2 = get ecx
        set edx, t2
      }
      t4 = get ebx
      t5 = get ecx
      t6 = get edx
      t7 = ((t0 + t4) + (t5 + t6))
      set esi, t7`;
    expect(passText(forward, text)).toEqual(linesOf(expected));
  });

  test('nor what a body in the body wrote', () => {
    const text = 't0 = get eax\nwhen t0 {\nwhen cc4 {\nset eax, 1\n}\n}\nt1 = get eax\nset ebx, t1';
    expect(passText(forward, text)).toEqual(linesOf(text));
  });

  test('a body sees what was before it', () => {
    const text = 'set eax, 1\nwhen cc0 {\nt0 = get eax\nset ebx, t0\n}';
    expect(passText(forward, text)).toEqual(linesOf('set eax, 1\nwhen cc0 {\nset ebx, 1\n}'));
  });
});
