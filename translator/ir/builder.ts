import { definesDouble, Statement, type StatementOp } from './statement.ts';
import { isName, temporary, type Value } from './value.ts';

export { binary, select } from './fold.ts';
export {
  call,
  codeAddress,
  condition,
  constant,
  field,
  flagsImage,
  operation,
  realConstant,
  temporary,
} from './value.ts';

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
    return temporary(statement.temporary, definesDouble(statement) ? 'real' : 'integer');
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
