import type { Block, JumpStatement } from '../ir/statement.ts';
import { callsHandler, liftsFarTransfers } from '../lift/far.ts';
import { type Instruction, Shape } from '../x86/instruction.ts';
import type { Flow, Form } from '../x86/table/form.ts';
import { forms } from '../x86/table/index.ts';

/** Facts about a form, as bits: they are asked for with each instruction that is decoded, which is no time to look at texts. */
const Fact = { endsBlock: 1, call: 2, relative: 4, string: 8, sequence: 16 } as const;

const factsOfFlow: Partial<Record<Flow, number>> = {
  string: Fact.string,
  jump: Fact.relative,
  branch: Fact.relative,
  call: Fact.call | Fact.relative,
  indirectCall: Fact.call,
};

function factsOf({ class: kind, flow }: Form): number {
  const fallsThrough = flow !== 'jump' && flow !== 'indirectJump' && flow !== 'return';
  return (
    (factsOfFlow[flow] ?? 0) |
    (fallsThrough ? Fact.sequence : 0) |
    (kind === 'control' || kind === 'sensitive' ? Fact.endsBlock : 0)
  );
}

/** By id of the form. */
const facts = Uint8Array.from(forms, factsOf);

/** Whether control may go elsewhere than to the next instruction: the instruction is the last of its block. */
export function endsBlock(i: Pick<Instruction, 'form' | 'shape'>): boolean {
  return (facts[i.form.id] & Fact.endsBlock) !== 0 || isRepeated(i);
}

/**
 * Whether an instruction whose accesses the TLB often does not have may be run by its handler with the region going on after it. One of the x87 is
 * not: where the stack's top is then is not known.
 */
export function mayMiss(i: Pick<Instruction, 'form' | 'shape'>): boolean {
  return !endsBlock(i) && i.form.class !== 'escape';
}

/** Whether an instruction is one of these. */
export function isMissing(i: Pick<Instruction, 'form' | 'shape' | 'eip'>, misses?: (eip: number) => boolean): boolean {
  return (misses?.(i.eip) ?? false) && mayMiss(i);
}

/** Where control goes after an instruction within its function: not into calls and the runtime, but after them. */
export function successors(i: Instruction, key: number): number[] {
  switch (i.form.flow) {
    case 'jump':
      return [i.target];
    case 'branch':
      return [i.target, i.nextEip];
    case 'next':
    case 'call':
    case 'indirectCall':
      return [i.nextEip];
    case 'string':
      if (!isRepeated(i)) return [i.nextEip];
      // The runtime repeats the sensitive ones.
      return i.form.class === 'sensitive' ? [] : [i.eip, i.nextEip];
    case 'farCall':
      return liftsFarTransfers(key) ? [i.nextEip] : [];
    case 'interrupt':
      return callsHandler(key) ? [i.nextEip] : [];
    case 'indirectJump':
    case 'return':
    case 'away':
      return [];
  }
}

/** A near call: it comes back to the next instruction. */
export function isCall(i: Pick<Instruction, 'form'>): boolean {
  return (facts[i.form.id] & Fact.call) !== 0;
}

/** Control may come to the instruction after it. */
export function hasNext(i: Pick<Instruction, 'form'>): boolean {
  return (facts[i.form.id] & Fact.sequence) !== 0;
}

/** Has a relative target. */
export function isRelative(i: Pick<Instruction, 'form'>): boolean {
  return (facts[i.form.id] & Fact.relative) !== 0;
}

/** A string instruction with a repeat prefix goes to itself until it is done. */
export function isRepeated(i: Pick<Instruction, 'form' | 'shape'>): boolean {
  return (i.shape & (Shape.repeat | Shape.repeatNot)) !== 0 && (facts[i.form.id] & Fact.string) !== 0;
}

/** EIPs a region's terminator or side exit may go to without leaving it, in the order of the branches. */
export function blockTargets(block: Block): number[] {
  const targets: number[] = [];
  for (const s of block.statements) {
    if (s.op === 'exitIf') targets.push(s.args[1].number);
    else if (s.op === 'jump') targets.push(...jumpTargets(s));
    else if (s.op === 'indirect') targets.push(...s.args.slice(1).map((v) => v.number));
    else if (s.op === 'branch') targets.push(s.args[1].number, s.args[2].number);
  }
  return targets;
}

function jumpTargets({ kind, args }: JumpStatement): number[] {
  const [first, ...others] = args.map((v) => v.number);
  if (kind === 'call') return others;
  // Where accesses are often missed the handler comes back there too: a second branch, so that the block is printed once.
  return kind === 'missed' ? [first, first] : [first];
}
