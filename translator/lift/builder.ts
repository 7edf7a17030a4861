import type { HelperName, TrapName } from '../abi/helpers.ts';
import { Key } from '../abi/key.ts';
import { Segment, Word } from '../abi/state.ts';
import { binary, call, codeAddress, condition, constant, type IrBuilder, select } from '../ir/builder.ts';
import { definedKind, type IndirectKind, type ValueOp, type X87Name } from '../ir/operations.ts';
import { type Accessed, type AccessKind, type Alignment, make } from '../ir/statement.ts';
import { codeFields, type FieldName, type Value } from '../ir/value.ts';
import { type Instruction, Shape } from '../x86/instruction.ts';
import type { Form } from '../x86/table/form.ts';
import { FlagsWriter } from './flags.ts';
import type { LiftBuilder, Operand, Size } from './lifter.ts';
import { type OperandPlace, placeOf } from './operand.ts';
import { RealWriter } from './real.ts';

/** Gives a field of the decoded instruction its value: a constant or EIP (translation), or a field (handler). */
export type Bind = (name: FieldName) => Value;

/** Binds every field to the constant or EIP that it is in a real instruction. */
export function bindReal(instruction: Instruction): Bind {
  return (name) => (codeFields.has(name) ? codeAddress : constant)(instruction[name]);
}

const integers: Readonly<Record<Size, Accessed>> = {
  1: { size: 1, view: 'integer' },
  2: { size: 2, view: 'integer' },
  4: { size: 4, view: 'integer' },
};

/** The builder as a lifter sees it: see LiftBuilder. One per instruction; `key` and `shape` are static in both bindings. */
export class OperandBuilder implements LiftBuilder {
  readonly key: number;
  readonly shape: number;
  readonly argument: number;
  readonly operandSize: 2 | 4;
  readonly addressSize: 2 | 4;
  readonly stackSize: 2 | 4;
  readonly flags: FlagsWriter;
  readonly real: RealWriter;
  readonly #ir: IrBuilder;
  readonly #bind: Bind;
  readonly #places: OperandPlace[];
  #offset: Value | null = null;
  /** Linear address of the operand that is read to be modified. */
  #modified: Value | null = null;

  constructor(ir: IrBuilder, form: Form, shape: number, key: number, bind: Bind) {
    this.#ir = ir;
    this.key = key;
    this.shape = shape;
    this.#bind = bind;
    this.argument = form.argument;
    this.operandSize = shape & Shape.operand16 ? 2 : 4;
    this.addressSize = shape & Shape.address16 ? 2 : 4;
    this.stackSize = key & Key.stack32 ? 4 : 2;
    this.#places = form.operands.map((kind) => placeOf(kind, shape, this.operandSize));
    this.flags = new FlagsWriter(ir, toValue);
    this.real = new RealWriter(ir, toValue);
  }

  size(operand: number): Size {
    return this.#places[operand].size;
  }
  isMemory(operand: number): boolean {
    return this.#places[operand].type === 'memory';
  }

  read(operand: number): Value {
    const p = this.#places[operand];
    switch (p.type) {
      case 'memory':
        return this.load(p.size, this.operandAddress(p.size, 'read'));
      case 'register':
        return this.#readRegister(p);
      case 'segment':
        return this.get(this.add(Word.selector, this.field('reg')));
      case 'constant':
        return constant(p.fixed);
      case 'immediate':
        return this.zeroExtend(this.field(p.field), p.size);
    }
  }

  readSigned(operand: number): Value {
    return this.signExtend(this.read(operand), this.size(operand));
  }

  readToModify(operand: number): Value {
    const { type, size } = this.#places[operand];
    if (type !== 'memory') return this.read(operand);
    this.#modified = this.operandAddress(size, 'write');
    return this.load(size, this.#modified);
  }

  write(operand: number, value: Operand): void {
    const p = this.#places[operand];
    if (p.type === 'memory') this.store(p.size, this.#modified ?? this.operandAddress(p.size, 'write'), value);
    else if (p.high) this.#insert(this.#registerWord(p), 0xff00, this.shl(value, 8));
    else this.setSized(this.#registerWord(p), p.size, value);
  }

  #readRegister(p: OperandPlace): Value {
    const word = this.get(this.#registerWord(p));
    return this.zeroExtend(p.high ? this.shr(word, 8) : word, p.size);
  }

  #registerWord(p: OperandPlace): Value {
    return p.fixed >= 0 ? constant(p.fixed) : this.field(p.field);
  }

  effectiveAddress(): Value {
    if (this.#offset) return this.#offset;
    const base = this.get(this.field('base'));
    const index = this.shl(this.get(this.field('index')), this.field('scale'));
    const sum = this.add(this.add(base, index), this.field('displacement'));
    this.#offset = this.let(this.addressSize === 2 ? this.and(sum, 0xffff) : sum);
    return this.#offset;
  }

  operandAddress(bytes: number, access: 'read' | 'write', offset = 0): Value {
    const at = this.add(this.effectiveAddress(), offset);
    if ((this.shape & Shape.segmented) === 0) return this.let(at);
    return this.#ir.define(make.segment(bytes, access, this.field('segment'), this.let(at)));
  }

  field(name: FieldName): Value {
    return this.#bind(name);
  }

  get(word: Operand): Value {
    const w = toValue(word);
    return w.op === 'constant' && w.number === Word.zero ? constant(0) : this.#ir.define(make.get(w));
  }
  set(word: Operand, value: Operand): void {
    this.#ir.emit(make.set(toValue(word), this.let(value)));
  }
  getSized(word: Operand, size: Size): Value {
    return this.zeroExtend(this.get(word), size);
  }
  setSized(word: Operand, size: Size, value: Operand): void {
    if (size === 4) this.set(word, value);
    else this.#insert(toValue(word), size === 1 ? 0xff : 0xffff, toValue(value));
  }

  /** Replaces the masked bits of a register. */
  #insert(word: Value, mask: number, bits: Value): void {
    this.set(word, this.or(this.and(this.get(word), ~mask), this.and(bits, mask)));
  }

  constant(value: number): Value {
    return constant(value);
  }
  #binary(op: ValueOp, a: Operand, b: Operand): Value {
    return binary(op, toValue(a), toValue(b));
  }
  add(a: Operand, b: Operand): Value {
    return this.#binary('add', a, b);
  }
  sub(a: Operand, b: Operand): Value {
    return this.#binary('sub', a, b);
  }
  mul(a: Operand, b: Operand): Value {
    return this.#binary('mul', a, b);
  }
  and(a: Operand, b: Operand): Value {
    return this.#binary('and', a, b);
  }
  or(a: Operand, b: Operand): Value {
    return this.#binary('or', a, b);
  }
  xor(a: Operand, b: Operand): Value {
    return this.#binary('xor', a, b);
  }
  shl(a: Operand, b: Operand): Value {
    return this.#binary('shl', a, b);
  }
  shr(a: Operand, b: Operand): Value {
    return this.#binary('shr', a, b);
  }
  sar(a: Operand, b: Operand): Value {
    return this.#binary('sar', a, b);
  }
  equal(a: Operand, b: Operand): Value {
    return this.#binary('eq', a, b);
  }
  notEqual(a: Operand, b: Operand): Value {
    return this.#binary('ne', a, b);
  }
  less(a: Operand, b: Operand): Value {
    return this.#binary('lt', a, b);
  }
  lessOrEqual(a: Operand, b: Operand): Value {
    return this.#binary('le', a, b);
  }
  lessUnsigned(a: Operand, b: Operand): Value {
    return this.#binary('ltu', a, b);
  }
  lessOrEqualUnsigned(a: Operand, b: Operand): Value {
    return this.#binary('leu', a, b);
  }
  select(condition: Operand, whenTrue: Operand, whenFalse: Operand): Value {
    return select(toValue(condition), toValue(whenTrue), toValue(whenFalse));
  }
  signExtend(a: Operand, size: Size): Value {
    const bits = 32 - 8 * size;
    return this.sar(this.shl(a, bits), bits);
  }
  zeroExtend(a: Operand, size: Size): Value {
    return size === 4 ? toValue(a) : this.and(a, size === 1 ? 0xff : 0xffff);
  }
  let(value: Operand): Value {
    return this.#ir.name(toValue(value));
  }
  call(helper: HelperName, ...args: Operand[]): Value {
    const [a, b, c] = args.map(toValue);
    return call(helper, a ?? null, b ?? null, c ?? null);
  }
  condition(code: number): Value {
    return condition(code);
  }

  segmentAddress(segment: Operand, offset: Operand, bytes: number, access: 'read' | 'write'): Value {
    const s = toValue(segment);
    const flat = this.key & Key.flat && s.op === 'constant' && s.number < Segment.fs && s.number !== Segment.cs;
    return flat ? this.let(offset) : this.#ir.define(make.segment(bytes, access, s, this.let(offset)));
  }
  load(size: Size, linear: Operand): Value {
    return this.#ir.define(make.load(integers[size], this.let(linear)));
  }
  store(size: Size, linear: Operand, value: Operand): void {
    this.#ir.emit(make.store(integers[size], this.let(linear), this.let(value)));
  }
  window(size: 8 | 16, linear: Operand, access: AccessKind, alignment: Alignment = 'natural'): Value {
    return this.#ir.define(make.window({ size, access, alignment, isShared: false }, this.let(linear)));
  }
  loadIn(window: Value, offset: number): Value {
    return this.#ir.define(make.load(integers[4], window, offset));
  }
  storeIn(window: Value, offset: number, value: Operand): void {
    this.#ir.emit(make.store(integers[4], window, this.let(value), offset));
  }
  probeWrite(size: Size, linear: Operand): void {
    this.#ir.emit(make.probe(integers[size], this.let(linear)));
  }

  stackAddress(depth: Operand, size: 2 | 4, access: 'read' | 'write'): Value {
    return this.segmentAddress(Segment.ss, this.#stackOffset(depth), size, access);
  }
  push(value: Operand, size: 2 | 4): void {
    const v = this.let(value);
    const top = this.let(this.#stackOffset(-size));
    this.store(size, this.segmentAddress(Segment.ss, top, size, 'write'), v);
    this.setSized(Word.esp, this.stackSize, top);
  }
  peek(size: 2 | 4, depth = 0): Value {
    return this.load(size, this.stackAddress(depth, size, 'read'));
  }
  moveStack(bytes: Operand): void {
    this.setSized(Word.esp, this.stackSize, this.add(this.get(Word.esp), bytes));
  }
  #stackOffset(bytes: Operand): Value {
    return this.zeroExtend(this.add(this.get(Word.esp), bytes), this.stackSize);
  }

  when(condition: Operand, body: () => void): void {
    this.#ir.when(toValue(condition), body);
  }
  faultIf(condition: Operand, vector: number): void {
    this.#ir.emit(make.fault(vector, toValue(condition)));
  }
  fallback(condition: Operand, helper: TrapName, ...args: Operand[]): void {
    this.#ir.emit(make.fallback(toValue(condition), helper, args.map(toValue)));
  }
  exitIf(condition: Operand, eip: Operand): void {
    this.#ir.emit(make.exitIf(toValue(condition), toValue(eip)));
  }
  jump(eip: Operand, kind: 'jump' | 'call' = 'jump'): void {
    this.#ir.emit(make.jump(kind, toValue(eip), ...this.#returnAddress(kind)));
  }
  branch(condition: Operand, taken: Operand): void {
    this.#ir.emit(make.branch(toValue(condition), toValue(taken), this.field('nextEip')));
  }
  indirect(eip: Operand, kind: IndirectKind): void {
    this.#ir.emit(make.indirect(kind, this.let(eip), ...this.#returnAddress(kind)));
  }
  /** A call comes back to the next instruction. */
  #returnAddress(kind: IndirectKind): Value[] {
    return kind === 'call' ? [this.field('nextEip')] : [];
  }
  escape(waits: boolean): void {
    this.#ir.emit(make.escape(waits));
  }
  x87(helper: X87Name, ...args: Operand[]): Value | null {
    const s = make.x87(helper, args.map(toValue));
    if (definedKind(s) !== null) return this.#ir.define(s);
    this.#ir.emit(s);
    return null;
  }
  trap(helper: TrapName, ...args: Operand[]): void {
    this.#ir.emit(make.trap(helper, args.map(toValue)));
  }
}

function toValue(operand: Operand): Value {
  return typeof operand === 'number' ? constant(operand) : operand;
}
