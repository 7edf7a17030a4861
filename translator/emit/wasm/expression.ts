import type { ValueOp } from '../../ir/operations.ts';
import { Word } from '../../abi/state.ts';
import type { CallValue, FieldName, Value } from '../../ir/value.ts';
import { type CodeWriter, typeOf } from './code.ts';
import { conditionValue, FLAG_CARRIES, FLAG_RESULT } from './flags.ts';
import { Op, TRUNCATE_64 } from './opcodes.ts';

/** Operators of two operands that are one instruction. */
const binaries: Partial<Record<ValueOp, number>> = {
  add: Op.add,
  sub: Op.sub,
  mul: Op.mul,
  and: Op.and,
  or: Op.or,
  xor: Op.xor,
  shl: Op.shl,
  shr: Op.shr,
  sar: Op.sar,
  eq: Op.eq,
  ne: Op.ne,
  lt: Op.lt,
  le: Op.le,
  ltu: Op.ltu,
  leu: Op.leu,
  feq: Op.feq,
  flt: Op.flt,
  fle: Op.fle,
  fadd: Op.fadd,
  fsub: Op.fsub,
  fmul: Op.fmul,
  fdiv: Op.fdiv,
};

/** Operators of one operand. */
const unaries: Partial<Record<ValueOp, readonly number[]>> = {
  fsqrt: [Op.fsqrt],
  fabs: [Op.fabs],
  fneg: [Op.fneg],
  double: [Op.double],
  single: [Op.toSingle, Op.fromSingle],
  integer: [Op.saturated, TRUNCATE_64, Op.wrap],
};

/** Where expressions find what their leaves are. */
export interface WasmLeaves {
  /** Puts an address in the code on the stack. */
  address(eip: number): void;
  /** The local that holds a temporary. */
  temporary(number: number): string;
  /** Of patterns: a field of the instruction, a word of the flags, a condition, a parameter. */
  field?(name: FieldName): void;
  flagWord?(word: number): void;
  condition?(number: number): void;
  parameter?(number: number): boolean;
}

/** Locals of the two words of the flags. */
export const flagLocals = { result: 'flagResult', carries: 'flagCarries' } as const;

/** Writes code that puts values on the stack. */
export class WasmExpressions {
  private readonly code: CodeWriter;
  private readonly leaves: WasmLeaves;

  constructor(code: CodeWriter, leaves: WasmLeaves) {
    this.code = code;
    this.leaves = leaves;
  }

  /** As what it is: a 32-bit integer, or a double. */
  value(v: Value): void {
    const { code } = this;
    switch (v.op) {
      case 'constant':
        code.constant(v.number);
        return;
      case 'number':
        code.op(Op.constantDouble);
        code.bytes.double(v.number);
        return;
      case 'eip':
        this.leaves.address(v.number);
        return;
      case 'temporary':
        this.temporary(v);
        return;
      case 'condition':
        if (this.leaves.condition) this.leaves.condition(v.number);
        else this.value(conditionValue(v.number));
        return;
      case 'field':
        this.leaves.field!(v.name as FieldName);
        return;
      case 'flags':
        this.flags();
        return;
      case 'call':
        this.call(v);
        return;
      case 'select':
        this.value(v.b!);
        this.value(v.c!);
        this.value(v.a!);
        code.op(Op.select);
        return;
      default:
        this.operator(v);
        return;
    }
  }

  private operator(v: Value): void {
    const unary = unaries[v.op];
    this.value(v.a!);
    if (unary !== undefined) {
      for (const op of unary) this.code.op(op);
      return;
    }
    if (v.b!.op === 'constant' && v.b!.number === 0 && v.op === 'eq') {
      this.code.op(Op.eqz);
      return;
    }
    this.value(v.b!);
    const op = binaries[v.op];
    if (op === undefined) throw new Error(`no instruction for ${v.op}`);
    this.code.op(op);
  }

  private temporary(v: Value): void {
    if (v.number === FLAG_RESULT) {
      if (this.leaves.flagWord) this.leaves.flagWord(Word.flagResult);
      else this.code.get(flagLocals.result);
      return;
    }
    if (v.number === FLAG_CARRIES) {
      if (this.leaves.flagWord) this.leaves.flagWord(Word.flagCarries);
      else this.code.get(flagLocals.carries);
      return;
    }
    if (this.leaves.parameter?.(v.number)) return;
    this.code.get(this.leaves.temporary(v.number), typeOf[v.kind]);
  }

  private flags(): void {
    this.temporary({ number: FLAG_RESULT } as Value);
    this.temporary({ number: FLAG_CARRIES } as Value);
    this.code.call('flagsImage');
  }

  private call(v: CallValue): void {
    const { code } = this;
    switch (v.name) {
      case 'countLeadingZeros':
        this.value(v.a!);
        code.op(Op.clz);
        return;
      case 'multiplyHighSigned':
        this.highHalf(v, Op.extend);
        return;
      case 'multiplyHighUnsigned':
        this.highHalf(v, Op.extendUnsigned);
        return;
      default:
        for (const operand of [v.a, v.b, v.c]) if (operand !== null) this.value(operand);
        code.call(v.name);
    }
  }

  private highHalf(v: CallValue, extend: number): void {
    const { code } = this;
    for (const operand of [v.a!, v.b!]) {
      this.value(operand);
      code.op(extend);
    }
    code.op(Op.mul64, CONSTANT_64, 32);
    code.op(Op.shr64, Op.wrap);
  }
}

/** i64.const. */
const CONSTANT_64 = 0x42;
