import { afterAll, describe, expect, test } from 'vitest';
import type { Pacing } from '../../../translator/emit/context.ts';
import { printRegion } from '../../../translator/ir/print.ts';
import type { Region } from '../../../translator/ir/statement.ts';
import { verifyRegion } from '../../../translator/ir/verify.ts';
import { optimize } from '../../../translator/opt/pipeline.ts';
import { endsBlock } from '../../../translator/region/flow.ts';
import { liftRegion } from '../../../translator/region/lift.ts';
import type { Random } from '../../../translator/x86/generate.ts';
import type { Instruction } from '../../../translator/x86/instruction.ts';
import { forms } from '../../../translator/x86/table/index.ts';
import { type Result, runBlock, stepBlock } from '../../support/block-runner.ts';
import { decodeBytes, FLAT_KEY, randomFrom, randomInstruction, stateKeys, usesVectors } from '../../support/samples.ts';
import { TestCpu } from '../../support/test-cpu.ts';

const plain = forms.filter((form) => form.class === 'plain');
/** Those that seldom need the runtime. */
const integer = plain.filter((form) => !usesVectors(form));
const endings = forms.filter((form) => form.class === 'control');
const ENTRY = 0x1000;
const LONGEST = 8;

function randomBlock(random: Random, key: number): Instruction[] {
  const pick = (list: typeof forms) => list[Math.floor(random() * list.length)];
  const length = 1 + Math.floor(random() * LONGEST);
  const block: Instruction[] = [];
  for (let eip = ENTRY; block.length < length; eip = block.at(-1)!.nextEip) {
    const isLast = block.length === length - 1;
    block.push(
      randomInstruction(pick(isLast && random() < 0.6 ? endings : random() < 0.8 ? integer : plain), random, eip, key),
    );
    if (endsBlock(block.at(-1)!)) break;
  }
  // A block that jumps to itself may never end.
  return block.at(-1)!.target === ENTRY ? randomBlock(random, key) : block;
}

/** A handler does in place what need not be aligned; so does a region that is told of the instructions. */
function lift(instructions: Instruction[], key: number): Region {
  const lifted = (isMisaligned: (eip: number) => boolean) =>
    liftRegion([{ eip: ENTRY, instructions }], key, { isMisaligned });
  const text = printRegion(lifted(() => false));
  return lifted((eip) => /window\.(read|write)Any/.test(textOf(text, eip)));
}

/** The meaning of an instruction: the IR text of its region. */
function textOf(text: string, eip: number): string {
  const start = text.indexOf(`-- @${eip.toString(16)}\n`);
  return text.slice(start + 1).split('-- ')[0];
}

describe.each<{ pacing: Pacing; seed: number }>([
  { pacing: 'poll', seed: 11 },
  { pacing: 'budget', seed: 12 },
])('random blocks, pacing by $pacing', ({ pacing, seed }) => {
  const random = randomFrom(seed);
  const cpu = new TestCpu(`$meaning_${pacing}`, pacing, random);
  afterAll(() => cpu.dispose());

  test('mean the same lifted, optimised, and instruction by instruction', () => {
    const counts = { to: 0, at: 0 };
    for (let n = 0; n < 2000; n++) {
      const key = stateKeys[n % stateKeys.length];
      const instructions = randomBlock(random, key);
      const lifted = lift(instructions, key);
      const optimized = lift(instructions, key);
      optimize(optimized);
      expect(() => verifyRegion(optimized), printRegion(optimized)).not.toThrow();
      cpu.randomize(random, 1e9);
      const expected = stepBlock(cpu, instructions, key);
      expect(runBlock(cpu, lifted), printRegion(lifted)).toEqual(expected);
      checkOptimized(cpu, optimized, instructions, expected);
      counts[expected.left]++;
    }
    expect(counts.to).toBeGreaterThan(500);
    expect(counts.at).toBeGreaterThan(300);
  });

  test('mean the same where one check serves several accesses, but that they may leave in front of the first', () => {
    const key = FLAT_KEY;
    const counts = { to: 0, at: 0, before: 0 };
    for (let n = 0; n < 1000; n++) {
      const instructions = frameAccesses(random, key);
      const optimized = lift(instructions, key);
      optimize(optimized);
      cpu.randomize(random, 1e9);
      const expected = stepBlock(cpu, instructions, key);
      const isBefore = checkOptimized(cpu, optimized, instructions, expected);
      if (SHARED.test(printRegion(optimized))) counts[isBefore ? 'before' : expected.left]++;
    }
    expect(Math.min(counts.to, counts.at, counts.before)).toBeGreaterThan(50);
  });
});

/** The check of a window that several instructions share, in IR text. */
const SHARED = /window\.(read|write)(Run|Bytes)/;

/** Whether the instruction at an EIP begins with that check. */
const opensWindow = (text: string, eip: number): boolean => SHARED.test(textOf(text, eip));

/**
 * Expects of an optimised block what is expected of its instructions, but that it may leave in front of the first of several accesses
 * that share a window. Whether it has.
 */
function checkOptimized(cpu: TestCpu, optimized: Region, instructions: Instruction[], expected: Result): boolean {
  const text = printRegion(optimized);
  const result = runBlock(cpu, optimized);
  const isBefore = result.left === 'at' && result.eip !== expected.eip && opensWindow(text, result.eip);
  expect(result, text).toEqual(isBefore ? stepBlock(cpu, instructions, optimized.key, result.eip) : expected);
  return isBefore;
}

/** Opcodes of MOV, ADD, CMP and XCHG between registers and memory, and INC, PUSH and POP of memory as opcode and reg. */
const moves = [0x8b, 0x89, 0x03, 0x01, 0x3b, 0x87];
const unary = [
  [0xff, 0],
  [0xff, 6],
  [0x8f, 0],
];

/** Accesses by EBP and ESP, both multiples of 4, mixed with changes of the two. */
function frameAccesses(random: Random, key: number): Instruction[] {
  const below = (bound: number) => Math.floor(random() * bound);
  const pick = <T>(list: readonly T[]): T => list[below(list.length)];
  const modrm = (reg: number) => [0x45 | (reg << 3), (below(32) * 4 - 64) & 0xff];
  const anyRegister = () => pick([0, 1, 2, 3, 6, 7]);
  const kinds: (() => number[])[] = [
    () => [pick(moves), ...modrm(anyRegister())],
    () => [0x50 + anyRegister()],
    () => [0x58 + anyRegister()],
    () => {
      const [opcode, reg] = pick(unary);
      return [opcode, ...modrm(reg)];
    },
    () =>
      pick([
        [0x89, 0xe5],
        [0x83, 0xec, 0x20],
        [0x8d, 0x64, 0x24, 0x10],
      ]),
  ];
  const block: Instruction[] = [];
  const add = (bytes: number[]) => block.push(decodeBytes(Uint8Array.from(bytes), block.at(-1)?.nextEip ?? ENTRY, key));
  add([0x83, 0xe5, 0xfc]);
  add([0x83, 0xe4, 0xfc]);
  for (let n = 3 + below(8); n > 0; n--) add(pick(kinds)());
  return block;
}
