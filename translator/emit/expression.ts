import type { HelperName } from '../abi/helpers.ts';
import { isBoolean, isInversion, type Value } from '../ir/value.ts';
import { conditionText } from './condition.ts';
import type { EmitContext } from './context.ts';
import { inlined } from './inline.ts';

/** Where expressions find what differs between handlers and regions. */
export interface Leaves {
  /** Text of a field of the decoded instruction. */
  field(name: string): string;
  /** Text of an address in the code. */
  address(eip: number): string;
  /** The variable that holds a temporary. */
  temporary(number: number): string;
  /** Text of the words flagResult and flagCarries. */
  readonly flagResult: string;
  readonly flagCarries: string;
}

/** Prints values as JavaScript expressions, fully parenthesised where precedence could matter. */
export class ExpressionPrinter {
  readonly #context: EmitContext;
  readonly #leaves: Leaves;

  constructor(context: EmitContext, leaves: Leaves) {
    this.#context = context;
    this.#leaves = leaves;
  }

  /** As a 32-bit integer. */
  integer(v: Value): string {
    switch (v.op) {
      case 'constant':
        return v.number < 0 ? `(${v.number})` : `${v.number}`;
      case 'eip':
        return this.#leaves.address(v.number);
      case 'temporary':
        return this.#leaves.temporary(v.number);
      case 'field':
        return this.#leaves.field(v.name);
      case 'add':
        return this.#sum(v);
      case 'sub':
        return `(${this.integer(v.a!)}-${this.integer(v.b!)}|0)`;
      case 'mul':
        return `Math.imul(${this.integer(v.a!)},${this.integer(v.b!)})`;
      case 'and':
        return `(${this.#masked(v.a!)}&${this.#masked(v.b!)})`;
      case 'or':
        return this.#infix(v, '|');
      case 'xor':
        if (v.b!.op === 'constant' && v.b!.number === -1) return `(~${this.integer(v.a!)})`;
        return this.#infix(v, '^');
      case 'shl':
        return this.#infix(v, '<<');
      case 'sar':
        return this.#infix(v, '>>');
      case 'shr':
        return `(${this.#infix(v, '>>>')}|0)`;
      case 'select':
        return `(${this.boolean(v.a!)}?${this.integer(v.b!)}:${this.integer(v.c!)})`;
      case 'flags':
        return this.#call('flagsImage', [this.#leaves.flagResult, this.#leaves.flagCarries]);
      case 'call':
        return this.#call(v.name, this.#callArguments(v));
      case 'integer':
        return `(${this.#double(v.a!)}|0)`;
      case 'lt':
        if (v.b!.op === 'constant' && v.b!.number === 0) return `(${this.integer(v.a!)}>>>31)`;
        return `(${this.boolean(v)}|0)`;
      default:
        // A comparison or condition: 0 or 1, without a branch.
        return `(${this.boolean(v)}|0)`;
    }
  }

  /** As what it is, an integer or a double. */
  value(v: Value): string {
    return v.kind === 'real' ? this.#double(v) : this.integer(v);
  }

  /** As a double. */
  #double(v: Value): string {
    const [a, b] = [v.a, v.b].map((operand) => (operand?.kind === 'real' ? this.#double(operand) : ''));
    switch (v.op) {
      case 'number':
        return v.number > 0 ? literal(v.number) : `(${literal(v.number)})`;
      case 'temporary':
        return this.#leaves.temporary(v.number);
      case 'fadd':
        return `(${a}+${b})`;
      case 'fsub':
        return `(${a}-${b})`;
      case 'fmul':
        return `(${a}*${b})`;
      case 'fdiv':
        return `(${a}/${b})`;
      case 'fneg':
        return `(-${a})`;
      case 'fsqrt':
        return `Math.sqrt(${a})`;
      case 'fabs':
        return `Math.abs(${a})`;
      case 'single':
        return `Math.fround(${a})`;
      case 'call':
        return `+${this.#context.cell(v.name)}(${this.#callArguments(v).join(',')})`;
      case 'select':
        return `(${this.boolean(v.a!)}?${b}:${this.#double(v.c!)})`;
      default:
        return this.integer(v.a!);
    }
  }

  /** As something to branch on. */
  boolean(v: Value): string {
    switch (v.op) {
      case 'eq':
        return this.#infix(v, '===');
      case 'ne':
        return this.#infix(v, '!==');
      case 'lt':
        return this.#infix(v, '<');
      case 'le':
        return this.#infix(v, '<=');
      case 'ltu':
        return `(${this.#unsigned(v.a!)}<${this.#unsigned(v.b!)})`;
      case 'leu':
        return `(${this.#unsigned(v.a!)}<=${this.#unsigned(v.b!)})`;
      case 'feq':
        return `(${this.#double(v.a!)}===${this.#double(v.b!)})`;
      case 'flt':
        return `(${this.#double(v.a!)}<${this.#double(v.b!)})`;
      case 'fle':
        return `(${this.#double(v.a!)}<=${this.#double(v.b!)})`;
      case 'condition':
        return conditionText(v.number, this.#leaves.flagResult, this.#leaves.flagCarries);
      case 'xor':
        if (isBoolean(v.a!) && isInversion(v)) return `!${this.boolean(v.a!)}`;
        if (isBoolean(v.a!) && isBoolean(v.b!)) return `(${this.boolean(v.a!)}!==${this.boolean(v.b!)})`;
        break;
      case 'or':
        if (isBoolean(v.a!) && isBoolean(v.b!)) return `(${this.boolean(v.a!)}||${this.boolean(v.b!)})`;
        break;
      case 'and':
        if (isBoolean(v.a!) && isBoolean(v.b!)) return `(${this.boolean(v.a!)}&&${this.boolean(v.b!)})`;
        break;
    }
    return `(${this.integer(v)}!==0)`;
  }

  #call(helper: HelperName, args: string[]): string {
    const inline = inlined[helper];
    const call = `(${this.#context.cell(helper)}(${args.join(',')})|0)`;
    return inline ? inline(args, call) : call;
  }

  #callArguments(v: Value): string[] {
    return [v.a, v.b, v.c].flatMap((a) => (a ? [this.value(a)] : []));
  }

  #infix(v: Value, sign: string): string {
    return `(${this.integer(v.a!)}${sign}${this.integer(v.b!)})`;
  }

  #sum(v: Value): string {
    const { a, b } = v;
    if (b!.op === 'constant' && b!.number < 0 && b!.number > -0x80000000) {
      return `(${this.integer(a!)}-${-b!.number}|0)`;
    }
    return `(${this.integer(a!)}+${this.integer(b!)}|0)`;
  }

  /** An operand of &, which makes it an integer by itself. */
  #masked(v: Value): string {
    return v.op === 'shr' ? this.#infix(v, '>>>') : this.integer(v);
  }

  #unsigned(v: Value): string {
    return v.op === 'constant' ? `${v.number >>> 0}` : `(${this.integer(v)}>>>0)`;
  }
}

/** A double as JavaScript text, its sign included; without names of the global object. */
function literal(value: number): string {
  if (Object.is(value, -0)) return '-0';
  return `${value}`.replace('Infinity', '1e999').replace('NaN', '0/0');
}
