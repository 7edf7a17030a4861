import * as arithmetic from '../../runtime/cpu/arithmetic.ts';
import * as division from '../../runtime/cpu/division.ts';
import { Vector } from '../../translator/abi/faults.ts';
import { Eflags, Segment, WORD_COUNT, Word } from '../../translator/abi/state.ts';
import { binary, constant, IrBuilder } from '../../translator/ir/builder.ts';
import { standsAlone } from '../../translator/ir/rewrite.ts';
import { type Accessed, type Statement, type View, windowOffset } from '../../translator/ir/statement.ts';
import type { Value } from '../../translator/ir/value.ts';
import { bindReal, OperandBuilder } from '../../translator/lift/builder.ts';
import { decode } from '../../translator/x86/decode.ts';
import { Instruction } from '../../translator/x86/instruction.ts';
import { forms } from '../../translator/x86/table/index.ts';
import { conditionHolds, flagsAfter } from './ir-flags.ts';

/** The exception that an instruction raised. */
export class IrFault extends Error {
  readonly vector: number;
  constructor(vector: number) {
    super(`exception ${vector}`);
    this.vector = vector;
  }
}

const pureHelpers: Record<string, (a: number, b: number, c: number) => number> = {
  ...arithmetic,
  ...division,
  countLeadingZeros: (a) => Math.clz32(a),
};

const doubleOps: Record<string, (a: number, b: number) => number> = {
  fadd: (a, b) => a + b,
  fsub: (a, b) => a - b,
  fmul: (a, b) => a * b,
  fdiv: (a, b) => a / b,
  fsqrt: Math.sqrt,
  fabs: Math.abs,
  fneg: (a) => -a,
  feq: (a, b) => Number(a === b),
  flt: (a, b) => Number(a < b),
  fle: (a, b) => Number(a <= b),
  double: (a) => a,
  integer: (a) => a | 0,
  single: Math.fround,
};

/**
 * Evaluates the IR of single instructions, statement by statement, with nothing of the emitter: flags are kept as an
 * EFLAGS image and computed by the manual's definitions. Linear addresses are indices of `memory`; outside of the
 * ranges given, an access is a page fault. Segments have no limits.
 */
export class IrMachine {
  readonly words: Int32Array = new Int32Array(WORD_COUNT);
  readonly #doubles = new Float64Array(this.words.buffer);
  readonly #singles = new Float32Array(this.words.buffer);
  readonly memory: Uint8Array;
  /** The six arithmetic flags. */
  flags = 0;
  readonly #isMapped: (linear: number) => boolean;
  readonly #key: number;
  #temporaries: number[] = [];

  constructor(memory: Uint8Array, key: number, isMapped: (linear: number) => boolean) {
    this.memory = memory;
    this.#key = key;
    this.#isMapped = isMapped;
    this.words[Word.eflags] = Eflags.one;
  }

  /** Runs the instruction at `eip`, all repetitions of it; gives the next EIP. Throws IrFault. */
  step(eip: number): number {
    const instruction = new Instruction(forms[0]);
    decode(this.memory, eip, this.memory.length, eip, this.#key, instruction);
    const ir = new IrBuilder();
    const { form, shape } = instruction;
    form.lift(new OperandBuilder(ir, form, shape, this.#key, bindReal(instruction)));
    let next = eip;
    while (next === eip) {
      this.#temporaries = [];
      next = this.#execute(ir.statements) ?? instruction.nextEip;
      if (next === eip && !instruction.form.operands.some((kind) => /^[XY]/.test(kind))) break;
    }
    return next;
  }

  #execute(statements: readonly Statement[]): number | undefined {
    for (const statement of statements) {
      const next = this.#statement(statement);
      if (next !== undefined) return next;
    }
    return undefined;
  }

  /** The EIP that the statement goes to, if it leaves. */
  #statement(s: Statement): number | undefined {
    const value = (index: number) => this.#evaluate(s.args[index]);
    const address = () => (value(0) + (windowOffset(s) ?? 0)) | 0;
    switch (s.op) {
      case 'let':
        this.#temporaries[s.temporary] = value(0);
        return;
      case 'get':
        this.#temporaries[s.temporary] = this.#view(s.view)[value(0)];
        return;
      case 'set':
        this.#view(s.view)[value(0)] = value(1);
        return;
      case 'window':
        this.#check(value(0), s.size);
        this.#temporaries[s.temporary] = value(0);
        return;
      case 'load':
        this.#temporaries[s.temporary] = this.#load(address(), s);
        return;
      case 'store':
        this.#store(address(), s, value(1));
        return;
      case 'probe':
        this.#check(value(0), s.size);
        return;
      case 'segment':
        // Limits are not checked, but code cannot be written.
        if (s.access === 'write' && value(0) === Segment.cs) throw new IrFault(Vector.generalProtection);
        this.#temporaries[s.temporary] = (this.words[Word.segmentBase + value(0)] + value(1)) | 0;
        return;
      case 'flags':
        this.flags = flagsAfter(
          s.kind,
          s.size,
          s.args.map((a) => this.#evaluate(a)),
          this.flags,
        );
        return;
      case 'when':
        return value(0) !== 0 ? this.#execute(s.body!) : undefined;
      case 'fault':
        if (value(0) !== 0) throw new IrFault(s.size);
        return;
      case 'fallback':
        if (value(0) !== 0) throw new Error(`left to trap ${s.helper}`);
        return;
      case 'exitIf':
        return value(0) !== 0 ? value(1) : undefined;
      case 'jump':
      case 'indirect':
        return value(0);
      case 'branch':
        return value(0) !== 0 ? value(1) : value(2);
      case 'escape':
      case 'x87':
      case 'trap':
        throw new Error(`${s.op} is not part of plain instructions`);
      case 'instruction':
        return;
    }
  }

  #evaluate(v: Value): number {
    const of = (operand: Value | null) => (operand ? this.#evaluate(operand) : 0);
    switch (v.op) {
      case 'constant':
      case 'eip':
        return v.number;
      case 'temporary':
        return this.#temporary(v.number);
      case 'field':
        throw new Error('fields are not bound here');
      case 'condition':
        return conditionHolds(v.number, this.flags) ? 1 : 0;
      case 'flags':
        return this.flags;
      case 'select':
        return of(v.a) !== 0 ? of(v.b) : of(v.c);
      case 'call':
        // Block helpers and attempts may always say that they did nothing.
        if (standsAlone(v)) return 0;
        return pureHelpers[v.name](of(v.a), of(v.b), of(v.c)) | 0;
      case 'number':
        return v.number;
      default:
        if (v.op in doubleOps) return doubleOps[v.op](of(v.a), of(v.b));
        return binary(v.op, constant(of(v.a)), constant(of(v.b))).number;
    }
  }

  #temporary(number: number): number {
    const value = this.#temporaries[number];
    if (value === undefined) throw new Error(`t${number} is used before it is defined`);
    return value;
  }

  #view(view: View): Int32Array | Float32Array | Float64Array {
    if (view === 'integer') return this.words;
    return view === 'double' ? this.#doubles : this.#singles;
  }

  #check(linear: number, bytes: number): void {
    for (let n = 0; n < bytes; n++) {
      if (!this.#isMapped((linear + n) >>> 0)) throw new IrFault(Vector.pageFault);
    }
  }

  #load(linear: number, { size, view }: Accessed): number {
    this.#check(linear, size);
    const bytes = new DataView(this.memory.buffer, linear);
    if (view === 'double') return bytes.getFloat64(0, true);
    if (view === 'single') return bytes.getFloat32(0, true);
    let value = 0;
    for (let n = 0; n < size; n++) value |= this.memory[linear + n] << (8 * n);
    return value;
  }

  #store(linear: number, { size, view }: Accessed, value: number): void {
    this.#check(linear, size);
    const bytes = new DataView(this.memory.buffer, linear);
    if (view === 'double') bytes.setFloat64(0, value, true);
    else if (view === 'single') bytes.setFloat32(0, value, true);
    else for (let n = 0; n < size; n++) this.memory[linear + n] = value >> (8 * n);
  }
}
