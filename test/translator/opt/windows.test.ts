import { describe, expect, test } from 'vitest';
import { windows } from '../../../translator/opt/windows.ts';
import { passText } from '../../support/ir-text.ts';

const frame = `t0 = get esp
t1 = (t0 + -4)`;

describe('windows', () => {
  test('words at constant distances are accessed in one window', () => {
    const lines = passText(windows, `${frame}\nstore32 t1, 7\n-- @4\nt2 = load32 t0\nt3 = (t1 + -8)\nstore32 t3, t2`);
    expect(lines).toEqual([
      't0 = get esp',
      't1 = (t0 + -4)',
      't5 = (t0 + -12)',
      't4 = window.writeRun16 t5',
      'store32 t4, 7, 8',
      '-- @4',
      't2 = load32 t4, 12',
      't3 = (t1 + -8)',
      'store32 t4, t2, 0',
    ]);
  });

  test('an instruction that often accesses what is not aligned makes the run one of bytes', () => {
    const lines = passText(windows, 't0 = get eax\nt1 = load32 t0\n-- @4 misaligned\nt2 = (t0 + 4)\nstore32 t2, t1');
    expect(lines).toEqual([
      't0 = get eax',
      't3 = window.writeBytes8 t0',
      't1 = load32 t3, 0',
      '-- @4 misaligned',
      't2 = (t0 + 4)',
      'store32 t3, t1, 4',
    ]);
  });

  test('absolute addresses are distances from 0', () => {
    const lines = passText(windows, 't0 = load32 0x1000\nt1 = load32 0x1008');
    expect(lines).toEqual(['t2 = window.readRun12 0x1000', 't0 = load32 t2, 0', 't1 = load32 t2, 8']);
  });

  test('the check of a window is that of probes', () => {
    const lines = passText(windows, `${frame}\nprobe32 t0\nprobe32 t1\nstore32 t0, 7\nstore32 t1, 8`);
    expect(lines).toEqual([
      't0 = get esp',
      't1 = (t0 + -4)',
      't3 = (t0 + -4)',
      't2 = window.writeRun8 t3',
      'store32 t2, 7, 4',
      'store32 t2, 8, 0',
    ]);
  });

  const unchanged = (name: string, text: string) => {
    test(`not ${name}`, () => {
      expect(passText(windows, text)).toEqual(text.split('\n'));
    });
  };
  unchanged('an access alone', 't0 = get eax\nt1 = load32 t0');
  unchanged('words of two bases', 't0 = get eax\nt1 = get ebx\nt2 = load32 t0\nt3 = load32 t1');
  unchanged('words far apart', 't0 = get eax\nt1 = (t0 + 200)\nt2 = load32 t0\nt3 = load32 t1');
  unchanged('words that cannot both be aligned', 't0 = get eax\nt1 = (t0 + 6)\nt2 = load32 t0\nt3 = load32 t1');
  unchanged('bytes', 't0 = get eax\nt1 = load8 t0\nt2 = load8 t0');
  unchanged('over a way out of the block', 't0 = get eax\nt1 = load32 t0\nexit @2000 if t1\nt2 = load32 t0');
  unchanged('what has been probed, far apart', `${frame}\nt2 = (t0 + -200)\nprobe32 t1\nprobe32 t2\nstore32 t1, 7`);
});
