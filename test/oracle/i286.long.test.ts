import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { checkI286, readI286 } from './i286.ts';
import { differenceReason } from './i286-differences.ts';

const tests = readI286(join(import.meta.dirname, 'data/i286-real-mode.jsonl.gz'));

describe('what an 80286 does in real mode', () => {
  it.each(['interpreter', 'translator'] as const)('is what the %s does', (engine) => {
    const sample = tests.filter((_, n) => n % 5 === 0);
    const report = checkI286(sample, engine);
    expect(report.failed, report.text()).toBe(0);
    expect(report.passed).toBeGreaterThan(7500);
    if (engine === 'translator') expect(report.translations).toBeGreaterThan(5000);
  });

  it('differs from later processors in few tests', () => {
    expect(tests.filter((test) => differenceReason(test) !== undefined)).toHaveLength(743);
  });

  it.each(['58', '9D', 'C2', 'C3', 'CA', 'CB', 'CF'])('differs where %s pops across the end of the stack', (op) => {
    const test = tests.find((t) => t.op === op && t.exception === undefined)!;
    const initial = { ...test.initial, regs: { ...test.initial.regs, sp: 0xffff } };
    expect(differenceReason({ ...test, initial, exception: { number: 13 } })).toMatch('raises 12, not 13');
    expect(differenceReason(test)).toBeUndefined();
  });

  it('is compared: a wrong register, flag or byte of memory is reported', () => {
    const test = tests.find(({ op, final }) => op === '00' && final.ram.length === 1)!;
    const [[address, byte]] = test.final.ram as [[number, number]];
    const wrong = [
      { ...test, final: { ...test.final, regs: { ...test.final.regs, ax: test.initial.regs.ax ^ 1 } } },
      { ...test, final: { ...test.final, regs: { ...test.final.regs, flags: test.final.regs.flags! ^ 1 } } },
      { ...test, final: { ...test.final, ram: [[address, byte ^ 1] as [number, number]] } },
    ];
    expect(checkI286([test], 'interpreter').failed).toBe(0);
    expect(checkI286(wrong, 'interpreter').failed).toBe(3);
  });
});
