import type { CellName } from '../abi/cells.ts';
import type { HelperName } from '../abi/helpers.ts';
import { Key } from '../abi/key.ts';
import { Word } from '../abi/state.ts';
import { type TableName, tableLayout } from '../abi/tables.ts';
import type { View } from '../ir/statement.ts';

/**
 * How running code notices that it must leave. poll: by a word that another thread sets. budget: because a budget of instructions
 * is used up; the runtime looks at the word, too, after each instruction that it runs. jumps: by that word, or because a budget of
 * jumps is used up; where to leave is asked at the same places as with poll, and only there is counted.
 */
export type Pacing = 'poll' | 'budget' | 'jumps';

/** Names of tables of the TLB. */
export type TlbName = 'RS' | 'WS' | 'RU' | 'WU';

/** Options besides the IR that emitted text depends on: fixed for a machine. */
export interface EmitOptions {
  /** After every cell's name, so that several machines can live in one isolate. */
  readonly suffix: string;
  /** Exact length in bytes of the memory views. */
  readonly memoryBytes: number;
  readonly pacing: Pacing;
  /** Calls that may be nested in each other. */
  readonly callDepth: number;
  /** Number of records that the tables have room for. */
  readonly records: number;
}

/** Options of a machine with 128 MB in host time. */
export const usualOptions: EmitOptions = {
  suffix: '',
  memoryBytes: 128 << 20,
  pacing: 'poll',
  callDepth: 100,
  records: 1 << 20,
};

/** EmitOptions for one state key, with the names spelled out. */
export class EmitContext {
  readonly options: EmitOptions;
  readonly key: number;
  /** Tables of the TLB's entries. */
  readonly readTlb: TlbName;
  readonly writeTlb: TlbName;
  readonly state: string;
  readonly budgeted: boolean;
  /** Whether EIPs are linear addresses, and CS has no limit. */
  readonly flat: boolean;

  constructor(options: EmitOptions, key: number) {
    this.options = options;
    this.key = key;
    const user = (key & Key.user) !== 0;
    this.readTlb = user ? 'RU' : 'RS';
    this.writeTlb = user ? 'WU' : 'WS';
    this.state = this.cell('S');
    this.budgeted = options.pacing === 'budget';
    this.flat = (key & Key.flat) !== 0;
  }

  /** Condition: the dispatcher is to be asked (not where instructions are counted). */
  asked(): string {
    const isAsked = `${this.word(Word.attention)}!==0`;
    return this.options.pacing === 'jumps' ? `${this.#takeJump()}<0||${isAsked}` : isAsked;
  }

  /** The opposite condition. */
  calm(): string {
    const isCalm = `${this.word(Word.attention)}===0`;
    return this.options.pacing === 'jumps' ? `${this.#takeJump()}>=0&&${isCalm}` : isCalm;
  }

  #takeJump(): string {
    const budget = this.word(Word.budget);
    return `(${budget}=${budget}-1|0)`;
  }

  cell(name: CellName | HelperName): string {
    return name + this.options.suffix;
  }

  /** Number of the code page that is mapped at a linear page: whether a page is still there (runtime/exec/mapped-pages.ts). */
  mappedAt(linearPage: string): string {
    return this.table('CT', linearPage);
  }

  /** A word of a table that is a cell too. */
  table(name: TableName & CellName, index: string): string {
    return `${this.cell(name)}[${index}]`;
  }

  word(index: number | string): string {
    return `${this.state}[${index}]`;
  }

  /** Statement that takes instructions from the budget; `leave` is done where there are not so many. */
  takeBudget(instructions: number, leave: string): string {
    const budget = this.word(Word.budget);
    return `if((${budget}=${budget}-${instructions}|0)<0){${this.giveBack(instructions)}${leave}}`;
  }

  /** Statement that takes one instruction from the budget, of which something is left. */
  takeOne(): string {
    const budget = this.word(Word.budget);
    return `${budget}=${budget}-1|0;`;
  }

  /** Condition: nothing is left of the budget. */
  isUsedUp(): string {
    return `${this.word(Word.budget)}<=0`;
  }

  /** Statement that gives back to the budget what instructions took that were not executed. */
  giveBack(instructions: number): string {
    const budget = this.word(Word.budget);
    return `${budget}=${budget}+${instructions}|0;`;
  }

  /** A place in the state as a double, a single, or a word. */
  view(view: View, index: number | string): string {
    if (view === 'integer') return this.word(index);
    return `${this.cell(view === 'double' ? 'F' : 'FS')}[${index}]`;
  }
}

/** The context of handlers, which read records, and so have one array for all tables (abi/tables.ts). */
export class RecordContext extends EmitContext {
  readonly #starts: Readonly<Record<TableName, number>>;

  constructor(options: EmitOptions, key: number) {
    super(options, key);
    this.#starts = tableLayout(options.records).starts;
  }

  /** An element of any table. */
  override table(name: TableName, index: string): string {
    const start = this.#starts[name];
    return `${this.cell('TABLES')}[${index}${start === 0 ? '' : `|${start}`}/*${name}*/]`;
  }
}

/** The context of the interpreter's loop. */
export class LoopContext extends RecordContext {
  /** Views and tables are constants of the loop's body: a name of those is less bytecode than a global's. */
  override cell(name: CellName | HelperName): string {
    return arrays.has(name) ? `$${name}` : super.cell(name);
  }

  /** Declares the constants that a text has. Inside of the loop: V8 does not know what was in front of one that it comes from. */
  constants(text: string): string {
    const used = [...new Set(text.match(/\$[A-Z]\w*/g))];
    const globals = used.map((name) => `${name}=${super.cell(name.slice(1) as CellName)}`);
    return globals.length === 0 ? '' : `const ${globals.join(',')};`;
  }
}

const arrays: ReadonlySet<string> = new Set<CellName>(['S', 'F', 'FS', 'M8', 'M16', 'M32', 'MS', 'MD', 'MV', 'TABLES']);
