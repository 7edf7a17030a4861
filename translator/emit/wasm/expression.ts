import type { HelperName } from '../../abi/helpers.ts';
import { isDouble, type Value, type ValueOp } from '../../ir/value.ts';
import type { CodeWriter } from './code.ts';
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
        return code.constant(v.number);
      case 'number':
        code.op(Op.constantDouble);
        return code.bytes.double(v.number);
      case 'eip':
        return this.leaves.address(v.number);
      case 'temporary':
        return this.temporary(v);
      case 'condition':
        return this.value(conditionValue(v.number));
      case 'flags':
        return this.flags();
      case 'call':
        return this.call(v);
      case 'select':
        this.value(v.b!);
        this.value(v.c!);
        this.value(v.a!);
        return code.op(Op.select);
      default:
        return this.operator(v);
    }
  }

  private operator(v: Value): void {
    const unary = unaries[v.op];
    this.value(v.a!);
    if (unary !== undefined) return this.code.op(...unary);
    if (v.b!.op === 'constant' && v.b!.number === 0 && v.op === 'eq') return this.code.op(Op.eqz);
    this.value(v.b!);
    const op = binaries[v.op];
    if (op === undefined) throw new Error(`no instruction for ${v.op}`);
    this.code.op(op);
  }

  private temporary(v: Value): void {
    if (v.number === FLAG_RESULT) return this.code.get(flagLocals.result);
    if (v.number === FLAG_CARRIES) return this.code.get(flagLocals.carries);
    this.code.get(this.leaves.temporary(v.number), isDouble(v) ? 'f64' : 'i32');
  }

  private flags(): void {
    this.code.get(flagLocals.result);
    this.code.get(flagLocals.carries);
    this.code.call('flagsImage');
  }

  private call(v: Value): void {
    const { code } = this;
    switch (v.name as HelperName) {
      case 'countLeadingZeros':
        this.value(v.a!);
        return code.op(Op.clz);
      case 'multiplyHighSigned':
        return this.highHalf(v, Op.extend);
      case 'multiplyHighUnsigned':
        return this.highHalf(v, Op.extendUnsigned);
      default:
        for (const operand of [v.a, v.b, v.c]) if (operand !== null) this.value(operand);
        code.call(v.name as HelperName);
    }
  }

  private highHalf(v: Value, extend: number): void {
    const { code } = this;
    for (const operand of [v.a!, v.b!]) {
      this.value(operand);
      code.op(extend);
    }
    code.op(Op.mul64, CONSTANT_64, 32, Op.shr64, Op.wrap);
  }
}

/** i64.const. */
const CONSTANT_64 = 0x42;
