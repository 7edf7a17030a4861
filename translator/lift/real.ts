import { binary, type IrBuilder, operation, realConstant } from '../ir/builder.ts';
import type { ValueOp } from '../ir/operations.ts';
import { type Accessed, make } from '../ir/statement.ts';
import type { Value } from '../ir/value.ts';
import type { Operand } from './lifter.ts';

/** A double, or a number that becomes a constant. A single is a double whose value is one. */
export type Real = Value | number;

/**
 * Operations of lifters on doubles. Arithmetic is IEEE 754's in double precision, rounded to nearest, without exceptions; which
 * NaN a result is is not defined. Names are as in LiftBuilder.
 */
export interface RealBuilder {
  constant(value: number): Value;

  /** Doubles of the state, counted in doubles: word 2n is in double n. A NaN may not keep its bits. */
  get(double: Operand): Value;
  set(double: Operand, value: Real): void;
  /** Words of the state as singles. What is written must be a single. */
  getSingle(word: Operand): Value;
  setSingle(word: Operand, value: Real): void;

  /** 8 bytes of memory at a linear address, or at an offset in a window, as get and set. */
  load(linear: Operand, offset?: number): Value;
  store(linear: Operand, value: Real, offset?: number): void;
  /** Faults now if a store of 8 bytes would. */
  probe(linear: Operand): void;
  /** 4 bytes, as getSingle and setSingle. */
  loadSingle(linear: Operand, offset?: number): Value;
  storeSingle(linear: Operand, value: Real, offset?: number): void;

  add(a: Real, b: Real): Value;
  subtract(a: Real, b: Real): Value;
  multiply(a: Real, b: Real): Value;
  divide(a: Real, b: Real): Value;
  squareRoot(a: Real): Value;
  absolute(a: Real): Value;
  negate(a: Real): Value;
  /** Comparisons give integers, 0 or 1; 0 if one is a NaN. */
  equal(a: Real, b: Real): Value;
  less(a: Real, b: Real): Value;
  lessOrEqual(a: Real, b: Real): Value;

  fromInteger(a: Operand): Value;
  /** Rounded towards zero; modulo 2^32 where that is no 32-bit integer. */
  toInteger(a: Real): Value;
  /** Rounded to a single. */
  toSingle(a: Real): Value;
  /** Names a value: evaluated here, once. */
  let(a: Real): Value;
}

const DOUBLE: Accessed = { size: 8, view: 'double' };
const SINGLE: Accessed = { size: 4, view: 'single' };

/** Writes statements and values of doubles. */
export class RealWriter implements RealBuilder {
  readonly #ir: IrBuilder;
  readonly #integer: (operand: Operand) => Value;

  constructor(ir: IrBuilder, integer: (operand: Operand) => Value) {
    this.#ir = ir;
    this.#integer = integer;
  }

  constant(value: number): Value {
    return realConstant(value);
  }

  get(double: Operand): Value {
    return this.#ir.define(make.get(this.#integer(double), 'double'));
  }
  set(double: Operand, value: Real): void {
    this.#ir.emit(make.set(this.#integer(double), this.let(value), 'double'));
  }
  getSingle(word: Operand): Value {
    return this.#ir.define(make.get(this.#integer(word), 'single'));
  }
  setSingle(word: Operand, value: Real): void {
    this.#ir.emit(make.set(this.#integer(word), this.let(value), 'single'));
  }

  load(linear: Operand, offset?: number): Value {
    return this.#ir.define(make.load(DOUBLE, this.#address(linear), offset));
  }
  store(linear: Operand, value: Real, offset?: number): void {
    this.#ir.emit(make.store(DOUBLE, this.#address(linear), this.let(value), offset));
  }
  probe(linear: Operand): void {
    this.#ir.emit(make.probe(DOUBLE, this.#address(linear)));
  }
  loadSingle(linear: Operand, offset?: number): Value {
    return this.#ir.define(make.load(SINGLE, this.#address(linear), offset));
  }
  storeSingle(linear: Operand, value: Real, offset?: number): void {
    this.#ir.emit(make.store(SINGLE, this.#address(linear), this.let(value), offset));
  }
  #address(linear: Operand): Value {
    return this.#ir.name(this.#integer(linear));
  }

  #binary(op: ValueOp, a: Real, b: Real): Value {
    return binary(op, toReal(a), toReal(b));
  }
  add(a: Real, b: Real): Value {
    return this.#binary('fadd', a, b);
  }
  subtract(a: Real, b: Real): Value {
    return this.#binary('fsub', a, b);
  }
  multiply(a: Real, b: Real): Value {
    return this.#binary('fmul', a, b);
  }
  divide(a: Real, b: Real): Value {
    return this.#binary('fdiv', a, b);
  }
  squareRoot(a: Real): Value {
    return operation('fsqrt', toReal(a));
  }
  absolute(a: Real): Value {
    return operation('fabs', toReal(a));
  }
  negate(a: Real): Value {
    return operation('fneg', toReal(a));
  }
  equal(a: Real, b: Real): Value {
    return this.#binary('feq', a, b);
  }
  less(a: Real, b: Real): Value {
    return this.#binary('flt', a, b);
  }
  lessOrEqual(a: Real, b: Real): Value {
    return this.#binary('fle', a, b);
  }

  fromInteger(a: Operand): Value {
    return operation('double', this.#integer(a));
  }
  toInteger(a: Real): Value {
    return operation('integer', toReal(a));
  }
  toSingle(a: Real): Value {
    return operation('single', toReal(a));
  }
  let(a: Real): Value {
    return this.#ir.name(toReal(a));
  }
}

function toReal(value: Real): Value {
  return typeof value === 'number' ? realConstant(value) : value;
}
