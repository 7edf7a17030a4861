import type { Block } from '../ir/statement.ts';
import { type Instruction, Shape } from '../x86/instruction.ts';
import type { Form } from '../x86/table/form.ts';
import { forms } from '../x86/table/index.ts';
import { isResumed } from './traps.ts';

/** Facts about a form, as bits: they are asked for with each instruction that is decoded, which is no time to look at texts. */
const Flow = { endsBlock: 1, call: 2, relative: 4, string: 8 } as const;

function flowOf(form: Form): number {
  const control = form.class === 'control';
  const is = (condition: boolean, bit: number) => (condition ? bit : 0);
  return (
    is(control || form.class === 'sensitive', Flow.endsBlock) |
    is(control && form.mnemonic === 'CALL', Flow.call) |
    is(form.operands.length > 0 && form.operands[0][0] === 'J', Flow.relative) |
    is(
      form.operands.some((o) => o[0] === 'X' || o[0] === 'Y'),
      Flow.string,
    )
  );
}

/** By id of the form. */
const flows = Uint8Array.from(forms, flowOf);

/** Whether control may go elsewhere than to the next instruction: the instruction is the last of its block. */
export function endsBlock(i: Pick<Instruction, 'form' | 'shape'>): boolean {
  return (flows[i.form.id] & Flow.endsBlock) !== 0 || isRepeated(i);
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

/** Where an instruction that ends a block goes within its function: not into calls and the runtime, but after them. */
export function successors(i: Instruction, key: number): number[] {
  if (i.form.class === 'sensitive') return isResumed(i, key) ? [i.nextEip] : [];
  if (isRepeated(i)) return [i.eip, i.nextEip];
  if (isCall(i)) return [i.nextEip];
  if (!isRelative(i)) return [];
  return i.form.mnemonic === 'JMP' ? [i.target] : [i.target, i.nextEip];
}

/** A near call: it comes back to the next instruction. */
export function isCall(i: Pick<Instruction, 'form'>): boolean {
  return (flows[i.form.id] & Flow.call) !== 0;
}

/** Has a relative target. */
export function isRelative(i: Pick<Instruction, 'form'>): boolean {
  return (flows[i.form.id] & Flow.relative) !== 0;
}

/** A string instruction with a repeat prefix goes to itself until it is done. */
export function isRepeated(i: Pick<Instruction, 'form' | 'shape'>): boolean {
  return (i.shape & (Shape.repeat | Shape.repeatNot)) !== 0 && (flows[i.form.id] & Flow.string) !== 0;
}

/** EIPs a region's terminator or side exit may go to without leaving it, in the order of the branches. */
export function blockTargets(block: Block): number[] {
  const targets: number[] = [];
  for (const s of block.statements) {
    if (s.op === 'exitIf') targets.push(s.args[1].number);
    else if (s.op === 'jump' && s.name === 'call') targets.push(...s.args.slice(1).map((v) => v.number));
    else if (s.op === 'indirect') targets.push(...s.args.slice(1).map((v) => v.number));
    // Its handler comes back there too: a second branch, so that the block is printed once.
    else if (s.name === 'missed') targets.push(s.args[0].number, s.args[0].number);
    else if (s.op === 'jump') targets.push(s.args[0].number);
    else if (s.op === 'branch') targets.push(s.args[1].number, s.args[2].number);
  }
  return targets;
}
