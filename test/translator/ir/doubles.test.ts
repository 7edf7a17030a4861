import { afterAll, describe, expect, test } from 'vitest';
import { Word } from '../../../translator/abi/state.ts';
import { EmitContext } from '../../../translator/emit/context.ts';
import { emitRegion } from '../../../translator/emit/region.ts';
import { parseBlocks } from '../../../translator/ir/parse.ts';
import { printBlock } from '../../../translator/ir/print.ts';
import { type IrError, verifyBlock } from '../../../translator/ir/verify.ts';
import { deadStores } from '../../../translator/opt/dead-stores.ts';
import { forward } from '../../../translator/opt/forward.ts';
import { passes, temporariesBehind } from '../../../translator/opt/pipeline.ts';
import { structureRegion } from '../../../translator/region/structure.ts';
import { linesOf, passText } from '../../support/ir-text.ts';
import { FLAT_KEY, randomFrom } from '../../support/samples.ts';
import { TestCpu } from '../../support/test-cpu.ts';

const text = `
  t0 = get eax
  d1 = get.double double60
  d2 = get.single single130
  t3 = segment.read8 3, t0
  d4 = load.double t3
  d5 = load.single t0
  d6 = (fabs(d1) +. (fneg(d2) *. fsqrt((d4 -. d5))))
  fallback x87Register 1, 2, t0, 4 if (((d6 <. #1e-300) | (d6 ==. #-0)) | (#Infinity <=. d6))
  d7 = ((d1 <=. d2) ? single((d6 /. d4)) : double(t0))
  store.double t0, d7
  set.double double62, d7
  set.single single128, #2.5
  set eax, integer(d7)
  flags compare32 (d1 <. d2), (d1 ==. d2), 0`;
const block = (lines: string) => parseBlocks(`block 0x0\n${lines}\njump @10`)[0];

test('IR of doubles is read back as it was printed', () => {
  const parsed = block(text);
  expect(linesOf(printBlock(parsed)).slice(1, -1)).toEqual(linesOf(text));
  expect(parseBlocks(printBlock(parsed))).toEqual([parsed]);
});

describe('the verifier', () => {
  const complaint = (lines: string): string => {
    try {
      verifyBlock(block(lines));
      return '';
    } catch (error) {
      return (error as IrError).message;
    }
  };
  test('accepts doubles where they belong', () => {
    const inOrder = text.replace('set eax, integer(d7)', 't8 = integer(d7)\nset eax, t8');
    expect(complaint(inOrder)).toBe('');
  });

  test.each([
    ['d0 = get.double double60\nset eax, d0', 'an argument of another kind: set eax, d0'],
    ['t0 = get eax\nset.double double60, t0', 'an argument of another kind: set.double double60, t0'],
    ['t0 = get eax\nd1 = (t0 +. #1)', 'an operand of fadd is of another kind: d1 = (t0 +. #1)'],
    ['d0 = get.single single4\nt1 = (d0 + 1)', 'an operand of add is of another kind: t1 = (d0 + 1)'],
    ['t0 = get eax\nd1 = (cc0 ? #1 : t0)', 'an operand of select is of another kind: d1 = (cc0 ? #1 : t0)'],
    ['t0 = get eax\nfallback halt if (d0 <. #1)', 't0 is of another kind: fallback halt if (d0 <. #1)'],
    ['fallback portIn 1 if cc0', '2 arguments instead of 3: fallback portIn 1 if cc0'],
    [
      'fallback multiplyHighSigned 1, 2 if cc0',
      'fallback has no kind "multiplyHighSigned": fallback multiplyHighSigned 1, 2 if cc0',
    ],
    ['set eax, 1\nfallback halt if cc0', 'may fault after a change of the state: fallback halt if cc0'],
  ])('refuses %s', (lines, message) => expect(complaint(lines)).toBe(message));
});

describe('forwarding', () => {
  test('knows what a double of the state holds', () => {
    const lines =
      'd0 = get.double double60\nd1 = (d0 *. d0)\nset.double double60, d1\nd2 = get.double double60\nset.double double61, d2';
    expect(passText(forward, lines).at(-1)).toBe('set.double double61, d1');
  });

  test.each([
    ['a double', 't0 = get word120\nset.double double60, #1\nt1 = get word120\nset eax, t1'],
    ['a single', 't0 = get word120\nset.single single120, #1\nt1 = get word120\nset eax, t1'],
    ['a word of it', 'd0 = get.double double60\nset word121, 1\nd1 = get.double double60\nset.double double2, d1'],
    [
      'a word in a body',
      'd0 = get.double double60\nwhen cc0 {\nset word121, 1\n}\nd1 = get.double double60\nset.double double2, d1',
    ],
  ])('knows no more once %s has changed', (_what, lines) => {
    expect(passText(forward, lines)).toEqual(linesOf(lines));
  });

  test('the same words as others are not the same value', () => {
    const lines = 't0 = get word120\nd1 = get.single single120\nd2 = get.double double60\nset.double double2, d2';
    expect(passText(forward, lines)).toEqual(linesOf(lines));
  });

  test('a store is dead if others cover it', () => {
    const kept = (lines: string) => passText(deadStores, lines);
    expect(kept('set word120, 1\nset word121, 2\nset.double double60, #1')).toEqual(['set.double double60, #1']);
    expect(kept('set.double double60, #1\nset word120, 1\nset.single single121, #2')).toHaveLength(2);
    expect(kept('set.double double60, #1\nset word120, 1')).toHaveLength(2);
    expect(kept('set.double double60, #1\nt0 = get word121\nset word120, t0\nset word121, t0')).toHaveLength(4);
  });
});

describe('emitted', () => {
  const random = randomFrom(61);
  const cpu = new TestCpu('$doubles', 'poll', random);
  const doubles = new Float64Array(cpu.state.buffer);
  const singles = new Float32Array(cpu.state.buffer);
  afterAll(() => cpu.dispose());

  function run(lines: string): number {
    const parsed = block(lines);
    const emit = () =>
      emitRegion(
        new EmitContext(cpu.options, FLAT_KEY),
        { key: FLAT_KEY, blocks: [parsed] },
        structureRegion([[]]),
        'f',
      );
    const runEmitted = () => {
      const { text, links } = emit();
      cpu.runText(parsed.eip, text, links);
    };
    runEmitted();
    const result = cpu.state[Word.eax];
    const newTemporary = temporariesBehind({ key: 0, blocks: [parsed] });
    for (const pass of passes) parsed.statements = pass.run(parsed.statements, newTemporary);
    verifyBlock(parsed);
    runEmitted();
    expect(cpu.state[Word.eax]).toBe(result);
    return result;
  }

  const evaluate = (value: string): number => run(`t9 = ${value}\nset eax, t9`);

  test.each([
    ['integer((#1.5 +. (#2 *. #3.25)))', 8],
    ['integer((#7 /. fneg(#2)))', -3],
    ['integer((fsqrt(#2) *. #1e9))', 1414213562],
    ['(single(#16777217) ==. #16777216)', 1],
    ['integer((#1 -. single(#0.1)))', 0],
    ['((#1 /. #-0) ==. #-Infinity)', 1],
    ['(#NaN ==. #NaN)', 0],
    ['integer((cc0 ? #5 : #5))', 5],
    ['(double(-5) <. #-4.5)', 1],
    ['(#1 <=. fabs(#-1))', 1],
    ['integer(#4294967297.5)', 1],
  ])('%s is %d', (value, expected) => expect(evaluate(value)).toBe(expected));

  test('moves of doubles keep the bits of NaNs', () => {
    const signaling = [1, 0x7ff00000, 0x12345678, 0xfff40000 | 0];
    cpu.state.set(signaling, 120);
    run(
      'd0 = get.double double60\nd1 = get.double double61\nset.double double62, d0\nset.double double63, d1\nset eax, 0',
    );
    expect([...cpu.state.subarray(124, 128)]).toEqual(signaling);
  });

  test('singles are those of the word', () => {
    singles[130] = 0.1;
    run('d0 = get.single single130\nd1 = (d0 *. #2)\nset.double double62, d1\nset.single single131, #0.5\nset eax, 0');
    expect([doubles[62], singles[131]]).toEqual([Math.fround(0.1) * 2, 0.5]);
  });

  test('a comparison sets CF, ZF and PF', () => {
    const seen = (args: string) => run(`flags compare32 ${args}\nt9 = flags()\nset eax, t9`);
    expect([seen('0, 0, 0'), seen('1, 0, 0'), seen('0, 1, 0'), seen('0, 0, 1')]).toEqual([0, 1, 0x40, 0x45]);
  });
});
