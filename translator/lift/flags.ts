import type { IrBuilder } from '../ir/builder.ts';
import type { FlagKind } from '../ir/operations.ts';
import { make } from '../ir/statement.ts';
import { flagsImage, type Value } from '../ir/value.ts';
import type { FlagsBuilder, Operand, Size } from './lifter.ts';

/** Writes `flags` statements; arguments are named, so that whoever prints them later may use them twice. */
export class FlagsWriter implements FlagsBuilder {
  readonly #ir: IrBuilder;
  readonly #value: (operand: Operand) => Value;

  constructor(ir: IrBuilder, value: (operand: Operand) => Value) {
    this.#ir = ir;
    this.#value = value;
  }

  #write(kind: FlagKind, size: Size, ...args: Operand[]): void {
    const values = args.map((a) => this.#ir.name(this.#value(a)));
    this.#ir.emit(make.flags(kind, size, values));
  }

  afterAdd(size: Size, left: Operand, right: Operand, result: Operand): void {
    if (isZero(right)) this.afterLogic(size, result);
    else this.#write('add', size, left, right, result);
  }
  afterAddCarry(size: Size, left: Operand, right: Operand, result: Operand): void {
    this.#write('adc', size, left, right, result);
  }
  afterSub(size: Size, left: Operand, right: Operand, result: Operand): void {
    // Nothing carries: CF, OF and AF are 0.
    if (isZero(right)) this.afterLogic(size, result);
    else this.#write('sub', size, left, right, result);
  }
  afterSubBorrow(size: Size, left: Operand, right: Operand, result: Operand): void {
    this.#write('sbb', size, left, right, result);
  }
  afterLogic(size: Size, result: Operand): void {
    this.#write('logic', size, result);
  }
  afterIncrement(size: Size, result: Operand): void {
    this.#write('inc', size, result);
  }
  afterDecrement(size: Size, result: Operand): void {
    this.#write('dec', size, result);
  }
  afterOther(size: Size, result: Operand, carry: Operand, overflow: Operand, auxiliary: Operand = 0): void {
    this.#write('other', size, result, carry, overflow, auxiliary);
  }
  afterCompare(less: Operand, equal: Operand, unordered: Operand): void {
    this.#write('compare', 4, less, equal, unordered);
  }
  setCarry(carry: Operand): void {
    this.#write('carry', 4, carry);
  }
  setCarryOverflow(carry: Operand, overflow: Operand): void {
    this.#write('carryOverflow', 4, carry, overflow);
  }
  setZero(zero: Operand): void {
    this.#write('zero', 4, zero);
  }
  setAll(image: Operand): void {
    this.#write('all', 4, image);
  }
  image(): Value {
    return flagsImage();
  }
}

function isZero(operand: Operand): boolean {
  return typeof operand === 'number' ? operand === 0 : operand.op === 'constant' && operand.number === 0;
}
