import { EmitContext } from '../../translator/emit/context.ts';
import { emitRegion } from '../../translator/emit/region.ts';
import type { Region } from '../../translator/ir/statement.ts';
import { structureRegion } from '../../translator/region/structure.ts';
import type { Translation } from '../../translator/translate.ts';
import type { Instruction } from '../../translator/x86/instruction.ts';
import type { Outcome, Snapshot, TestCpu } from './test-cpu.ts';

export interface Result extends Outcome, Snapshot {
  /** Instructions completed; 0 where they are not counted. */
  readonly completed: number;
}

function result(cpu: TestCpu, outcome: Outcome, completed: number): Result {
  return { ...outcome, ...cpu.snapshot(), completed: cpu.options.pacing === 'budget' ? completed : 0 };
}

/** Runs the only block of a region as one function, from the start. */
export function runBlock(cpu: TestCpu, region: Region): Result {
  cpu.restart();
  const [{ eip, statements }] = region.blocks;
  const loops = statements.some((s) => (s.op === 'jump' || s.op === 'branch') && s.args.some((v) => v.number === eip));
  const context = new EmitContext(cpu.options, region.key);
  const { text, links } = emitRegion(context, region, structureRegion([loops ? [0] : []]), 'block');
  const outcome = cpu.runText(eip, text, links);
  return result(cpu, outcome, cpu.completed);
}

/**
 * Runs the same block one instruction after the other by the interpreter's handlers, from the start, and up to the instruction at
 * `until` at most.
 */
export function stepBlock(cpu: TestCpu, instructions: readonly Instruction[], key: number, until?: number): Result {
  cpu.restart();
  let completed = 0;
  // A repeated string instruction that is the only one goes to itself.
  for (let n = 0; ; ) {
    if (instructions[n].eip === until) return result(cpu, { left: 'at', eip: until }, completed);
    const outcome = cpu.step(instructions[n], key);
    if (outcome === null) return result(cpu, { left: 'at', eip: instructions[n].eip }, completed);
    completed++;
    if (outcome.eip === instructions[0].eip) n = 0;
    else if (outcome.eip === instructions[n + 1]?.eip) n++;
    else return result(cpu, outcome, completed);
  }
}

/** Runs a translation from one of its entries; instructions must be counted. `step` runs one by its handler. */
export function runTranslation(
  cpu: TestCpu,
  { text, links }: Translation,
  entry: number,
  step?: (eip: number) => Outcome | null,
): Result {
  cpu.restart();
  const outcome = cpu.runText(entry, text, links, step);
  return result(cpu, outcome, cpu.completed);
}

/** Runs as many instructions by their handlers as another run has completed, with as many nested calls. */
export function stepLike(
  cpu: TestCpu,
  like: Result,
  entry: number,
  fetch: (eip: number) => Instruction,
  key: number,
): Result {
  let { calls } = cpu;
  cpu.restart();
  let eip = entry;
  for (let n = 0; n < like.completed; n++) {
    const instruction = fetch(eip);
    const outcome = cpu.step(instruction, key);
    if (outcome === null) return result(cpu, { left: 'at', eip }, n);
    eip = outcome.eip;
    if (instruction.form.mnemonic !== 'CALL' || calls-- <= 0) continue;
    cpu.callee();
    eip = instruction.nextEip;
  }
  return result(cpu, { left: like.left, eip }, like.completed);
}
