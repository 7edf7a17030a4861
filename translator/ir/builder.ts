import { definesDouble, Statement, type StatementOp } from './statement.ts';
import { isName, Value, type ValueOp } from './value.ts';

export { binary, constant, select } from './fold.ts';

export function field(name: string): Value {
  return new Value('field', null, null, null, 0, name);
}

/** An address in the code. */
export function codeAddress(eip: number): Value {
  return new Value('eip', null, null, null, eip | 0, '');
}

export function temporary(number: number, isDouble = false): Value {
  return new Value('temporary', null, null, null, number, isDouble ? 'double' : '');
}

/** A double known statically. */
export function realConstant(value: number): Value {
  return new Value('number', null, null, null, value, '');
}

export function unary(op: ValueOp, a: Value): Value {
  return new Value(op, a, null, null, 0, '');
}

/** Collects statements; hands out temporaries. */
export class IrBuilder {
  statements: Statement[] = [];
  private temporaries = 0;

  emit(op: StatementOp, args: Value[], size = 0, name = ''): void {
    this.statements.push(new Statement(op, -1, size, name, args));
  }

  /** A statement that defines a temporary. */
  define(op: StatementOp, args: Value[], size = 0, name = ''): Value {
    const statement = new Statement(op, this.temporaries++, size, name, args);
    this.statements.push(statement);
    return temporary(statement.temporary, definesDouble(statement));
  }

  /** Names a value, unless it already has a name or is a constant. */
  name(value: Value): Value {
    return isName(value) ? value : this.define('let', [value]);
  }

  /** Statements made by `body` become those of a conditional. */
  when(condition: Value, body: () => void): void {
    if (condition.op === 'constant') {
      if (condition.number !== 0) body();
      return;
    }
    const outer = this.statements;
    this.statements = [];
    body();
    const inner = this.statements;
    this.statements = outer;
    outer.push(new Statement('when', -1, 0, '', [condition], inner));
  }
}
