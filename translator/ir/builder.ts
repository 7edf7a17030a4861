import { definedKind } from './operations.ts';
import { define, make, type Statement } from './statement.ts';
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
  #temporaries = 0;

  emit(s: Statement): void {
    this.statements.push(s);
  }

  /** Emits a statement that defines a temporary. */
  define(s: Statement): Value {
    define(this.#temporaries++, s);
    this.statements.push(s);
    return temporary(s.temporary, definedKind(s)!);
  }

  /** Names a value, unless it already has a name or is a constant. */
  name(value: Value): Value {
    return isName(value) ? value : this.define(make.let(value));
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
    outer.push(make.when(condition, inner));
  }
}
