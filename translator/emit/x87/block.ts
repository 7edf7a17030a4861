import { FpuMode } from '../../abi/state.ts';
import type { X87Statement } from '../../ir/statement.ts';
import { constants } from '../../ir/x87/constants.ts';
import { type Operation, operationOf, type StackEffect, stackEffect } from '../../ir/x87/operations.ts';
import { indexOf } from '../../ir/x87/stack.ts';

/** Values of a two-bit tag, and of one that isn't known. */
const FULL = 0;
const EMPTY = 3;
const UNKNOWN = -1;
type Tag = typeof FULL | typeof EMPTY | typeof UNKNOWN;

/** The facts about the registers at a point of a block. */
export class StackFacts {
  depth: number;
  /** Tags in the local, and as they are now. */
  readonly #stored: Tag[] = Array.from({ length: 8 }, () => UNKNOWN);
  readonly #tags: Tag[] = Array.from({ length: 8 }, () => UNKNOWN);
  /** The high part is no NaN. */
  readonly isNumber: boolean[] = Array.from({ length: 8 }, () => false);
  /** The low part is 0. */
  readonly isShort: boolean[] = Array.from({ length: 8 }, () => false);

  constructor(depth: number) {
    this.depth = depth;
  }

  /** The region's number of ST(i). */
  register(index: number): number {
    return (this.depth + index) & 7;
  }

  /** Whether the instruction is known to find a register empty that must not be, or the other way round. */
  faults(effect: StackEffect): boolean {
    const underflows = effect.reads.some((index) => this.#tags[this.register(index)] === EMPTY);
    return underflows || (effect.pushes && this.#tags[this.register(-1)] === FULL);
  }

  /** Registers whose tags the instruction needs to be something that isn't known yet. */
  needs(effect: StackEffect): [register: number, tag: Tag][] {
    const reads = effect.reads.map((index): [number, Tag] => [this.register(index), FULL]);
    const all = effect.pushes ? [...reads, [this.register(-1), EMPTY] as [number, Tag]] : reads;
    return all.filter(([register]) => this.#tags[register] === UNKNOWN);
  }

  /** A tag in the local has been checked. */
  learn(register: number, tag: Tag): void {
    this.#stored[register] = tag;
    this.#tags[register] = tag;
  }

  /** The instruction has been executed. */
  apply(effect: StackEffect): void {
    if (effect.writes !== null) this.#tags[this.register(effect.writes)] = FULL;
    if (effect.frees !== null) this.#tags[this.register(effect.frees)] = EMPTY;
    if (effect.pushes) this.#tags[this.register(-1)] = FULL;
    for (let n = 0; n < effect.pops; n++) this.#tags[this.register(n)] = EMPTY;
    this.depth = (this.depth + effect.pops + effect.rotates - (effect.pushes ? 1 : 0)) & 7;
  }

  /** Statement that brings the local up to date; the facts stay as they are. */
  tagsText(): string {
    let keep = 0xffff;
    let set = 0;
    this.#tags.forEach((tag, register) => {
      if (tag === this.#stored[register]) return;
      keep &= ~(3 << (2 * register));
      if (tag === EMPTY) set |= EMPTY << (2 * register);
    });
    return keep === 0xffff ? '' : `xg=xg&${keep}|${set};`;
  }

  copy(): StackFacts {
    const copy = new StackFacts(this.depth);
    Object.assign(copy.#stored, this.#stored);
    Object.assign(copy.#tags, this.#tags);
    Object.assign(copy.isNumber, this.isNumber);
    Object.assign(copy.isShort, this.isShort);
    return copy;
  }
}

/** The conditions that a block's inline x87 instructions need when the first of them runs. */
export interface BlockNeeds {
  /** Bits of the rotated tag word, and what they must be. */
  readonly mask: number;
  readonly tags: number;
  /** Bits of Word.fpuMode that must be 0. */
  readonly mode: number;
}

/** Results are rounded to nearest, to 64 bits or to what precision control has no say in. */
const ROUNDS = FpuMode.precision | FpuMode.rounding | FpuMode.blocked;
const CONVERTS = FpuMode.rounding | FpuMode.blocked;

/** Bits of FpuMode that say whether an operation can be done inline, by that precision or another. */
export function modeOf(operation: Operation): number {
  switch (operation.kind) {
    case 'arithmetic':
    case 'squareRoot':
      return ROUNDS;
    case 'store':
      return operation.target === 'single' || operation.target === 'double' ? CONVERTS : FpuMode.blocked;
    case 'load':
      return operation.source === 'constant' && !constants[operation.value].isExact ? CONVERTS : FpuMode.blocked;
    default:
      return FpuMode.blocked;
  }
}

/** Goes through a block's x87 instructions that are still to come; makes the facts know what will have been checked. */
export function needsOf(statements: readonly X87Statement[], facts: StackFacts): BlockNeeds {
  const ahead = facts.copy();
  let [mask, tags, mode] = [0, 0, 0];
  let isModeKnown = true;
  for (const s of statements) {
    const operation = operationOf(s.args[0].number);
    const effect = stackEffect(operation, indexOf(s));
    if (ahead.faults(effect)) break;
    if (isModeKnown) mode |= modeOf(operation);
    // What follows looks again.
    if (operation.kind === 'loadControl') isModeKnown = false;
    for (const [register, tag] of ahead.needs(effect)) {
      mask |= 3 << (2 * register);
      tags |= tag << (2 * register);
      ahead.learn(register, tag);
      facts.learn(register, tag);
    }
    ahead.apply(effect);
  }
  return { mask, tags, mode };
}
