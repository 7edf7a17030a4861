import { Cr0 } from '../abi/control-registers.ts';
import { Vector } from '../abi/faults.ts';
import { type HelperDeclaration, type HelperName, helperNumber, helpers } from '../abi/helpers.ts';
import { RECORD_WORDS, type RecordView } from '../abi/record.ts';
import { Word } from '../abi/state.ts';
import { type IndirectKind, isTerminator } from '../ir/operations.ts';
import {
  type Alignment,
  type FlagsStatement,
  type MemoryStatement,
  type SegmentStatement,
  type Statement,
  type WindowStatement,
  windowOffset,
  type X87Statement,
} from '../ir/statement.ts';
import type { FieldName, Value } from '../ir/value.ts';
import { packed } from '../x86/instruction.ts';
import { lookUpTarget } from './branch-targets.ts';
import type { RecordContext } from './context.ts';
import { ExpressionPrinter, type Leaves } from './expression.ts';
import { flagsText } from './flags.ts';
import { accessText, outsideSegment, segmentBase, slowPathName, windowText } from './memory.ts';
import { readModifyWrites } from './read-modify-write.ts';
import { emitX87 } from './x87/handler.ts';

/**
 * Prints the interpreter's handler of a form: `(record) => next record`, with operands read from the record and registers in the
 * state words. 0 leaves to the dispatcher. A handler that faults has changed nothing.
 */
export function emitHandler(context: RecordContext, name: string, statements: readonly Statement[]): string {
  return `function ${name}(record){${new HandlerEmitter(context).text(statements)}}`;
}

/** Fields that are words of a record by themselves, and their views. */
const recorded: Readonly<Partial<Record<string, RecordView>>> = {
  displacement: 'DISPLACEMENT',
  immediate: 'IMMEDIATE',
  immediate2: 'DISPLACEMENT',
  target: 'IMMEDIATE',
  nextEip: 'NEXT_EIP',
} satisfies Partial<Record<FieldName, RecordView>>;

/** Whether a field is in a record; the EIP of an instruction is known from the record's place. */
export function isRecorded(name: string): boolean {
  return name in packed || name in recorded;
}

/** Texts of an access whose index is checked: the index's name and value, and the check. */
export interface CheckedAccess {
  readonly name: string;
  readonly index: string;
  readonly isHit: string;
}

/** The record after the one of an instruction: of what comes next in sequence. */
export const nextRecord = `(record+${RECORD_WORDS}|0)`;

/** A field of those that are packed in `operands`. */
function unpackText(operands: string, name: string): string {
  const { shift, mask } = packed[name as keyof typeof packed];
  return shift === 0 ? `(${operands}&${mask})` : `(${operands}>>>${shift}&${mask})`;
}

/** Prints statements with operands read from a `record`, and registers in the state words. */
export class HandlerEmitter implements Leaves {
  readonly flagResult: string;
  readonly flagCarries: string;
  protected readonly context: RecordContext;
  readonly #print: ExpressionPrinter;
  #indices = 0;
  /** Temporaries of windows that may lie anywhere: what an instruction accesses that need not be aligned mostly isn't. */
  readonly #anywhere = new Set<number>();
  #readModifyWrites: ReadonlySet<Statement> = new Set();

  constructor(context: RecordContext) {
    this.context = context;
    this.flagResult = context.word(Word.flagResult);
    this.flagCarries = context.word(Word.flagCarries);
    this.#print = new ExpressionPrinter(context, this);
  }

  field(name: string): string {
    if (name in packed) return unpackText('operands', name);
    const view = recorded[name];
    return view === undefined ? `${this.context.cell('EIP')}(record)` : this.context.table(view, 'record');
  }

  address(): string {
    throw new Error('a handler takes EIPs from the fields of its instruction');
  }

  temporary(number: number): string {
    return `t${number}`;
  }

  /** All statements, in front of them what they share. */
  text(statements: readonly Statement[]): string {
    const body = this.body(statements);
    return (/\boperands\b/.test(body) ? this.define('operands', this.context.table('OPERANDS', 'record')) : '') + body;
  }

  protected body(statements: readonly Statement[]): string {
    this.#readModifyWrites = readModifyWrites(statements);
    const last = statements.at(-1);
    const ended = last !== undefined && isTerminator(last);
    const next = statements.some((s) => s.op === 'x87') ? this.#afterX87() : this.goOn();
    return this.#statements(statements) + (ended ? '' : next);
  }

  #statements(statements: readonly Statement[]): string {
    return statements.map((s) => this.#statement(s)).join('');
  }

  #statement(s: Statement): string {
    const [a, b] = s.args;
    const name = `t${s.temporary}`;
    switch (s.op) {
      case 'let':
        return (movesMemory(a) ? `${this.#running()};` : '') + this.define(name, this.#print.value(a));
      case 'get':
        return this.define(name, this.context.view(s.view, this.#print.integer(a)));
      case 'set':
        return `${this.context.view(s.view, this.#print.integer(a))}=${this.#print.value(b)};`;
      case 'load':
      case 'store':
      case 'probe':
        return this.#access(s);
      case 'window':
        return this.#window(s);
      case 'segment':
        return this.#segment(s);
      case 'flags':
        return this.#flags(s);
      case 'when':
        return `if(${this.#print.boolean(a)}){${this.#statements(s.body!)}}`;
      case 'fault':
        return this.rare(this.#print.boolean(a), `return ${this.context.cell('FAULT')}(record,${s.size});`);
      case 'fallback':
        return this.rare(this.#print.boolean(a), `{${this.#trap(s.helper, s.args.slice(1))}}`);
      case 'escape':
        return this.#escape(s.kind === 'wait');
      case 'x87':
        return this.#x87(s);
      case 'exitIf':
        return `if(${this.#print.boolean(a)}){${this.#transfer(b)}}`;
      case 'jump':
        return this.#transfer(a);
      case 'branch':
        return `if(${this.#print.boolean(a)}){${this.#transfer(b)}}${this.#transfer(s.args[2])}`;
      case 'indirect':
        return this.goTo(this.#print.integer(a), s.kind);
      case 'trap':
        return this.#trap(s.helper, s.args);
      case 'instruction':
        return '';
    }
  }

  #access(s: MemoryStatement): string {
    const offset = windowOffset(s);
    const start = this.#print.integer(s.args[0]);
    const address = offset ? `(${start}+${offset}|0)` : start;
    const tlb = s.op === 'load' ? this.context.readTlb : this.context.writeTlb;
    const { index, hits, load, store } = accessText(this.context, s, address, tlb, this.#alignmentOf(s));
    const path = slowPathName(s);
    const k = `k${this.#indices++}`;
    const checked = { name: k, index, isHit: hits(k) };
    const probe = `${this.#running()},${this.context.cell('PROBE')}(${address},${s.size})`;
    if (s.op === 'load') {
      const slow = `${this.context.cell(`LOAD${path}`)}(${address})${s.view === 'integer' ? '|0' : ''}`;
      // A window that is stored to was probed whole.
      const isModified = offset === undefined && this.#readModifyWrites.has(s);
      return this.load(`t${s.temporary}`, load(k), checked, `(${isModified ? probe : this.#running()},${slow})`);
    }
    if (s.op === 'probe') return `${this.define(k, index)}${this.rare(`!(${checked.isHit})`, `${probe};`)}`;
    const value = this.#print.value(s.args[1]);
    const slow = `{${this.#running()};${this.context.cell(`STORE${path}`)}(${address},${value});}`;
    return this.store(store(k, value), checked, slow);
  }

  /** Notes which instruction is about to do what may fault. */
  #running(): string {
    return `${this.context.cell('RUNNING')}[0]=record`;
  }

  #alignmentOf(s: MemoryStatement): Alignment {
    return windowOffset(s) !== undefined && this.#anywhere.has(s.args[0].number) ? 'any' : 'natural';
  }

  protected load(result: string, load: string, { name, index, isHit }: CheckedAccess, slow: string): string {
    return `const ${name}=${index},${result}=${isHit}?${load}:${slow};`;
  }

  protected store(store: string, { name, index, isHit }: CheckedAccess, slow: string): string {
    return `${this.define(name, index)}if(${isHit})${store}else ${slow}`;
  }

  /** Defines a variable of the text. */
  protected define(name: string, value: string): string {
    return `const ${name}=${value};`;
  }

  /** Text of a statement for a condition that rarely holds. */
  protected rare(condition: string, statement: string): string {
    return `if(${condition})${statement}`;
  }

  /** A window is its address: it may lie in two pages, or at a device. */
  #window(s: WindowStatement): string {
    const address = this.#print.integer(s.args[0]);
    const name = this.define(`t${s.temporary}`, address);
    if (s.alignment === 'any') this.#anywhere.add(s.temporary);
    if (s.access === 'read') return name;
    const { index, hits } = windowText(this.context, s, address, this.context.writeTlb, s.alignment);
    const k = `k${this.#indices++}`;
    return (
      name +
      this.define(k, index) +
      this.rare(`!(${hits(k)})`, `{${this.#running()};${this.context.cell('PROBE')}(${address},${s.size});}`)
    );
  }

  #segment(s: SegmentStatement): string {
    const [segment, offset] = s.args.map((v) => this.#print.integer(v));
    const outside = outsideSegment(this.context, segment, offset, s.size, s.access);
    const fault = `return ${this.context.cell('SEGMENT_FAULT')}(record,${segment});`;
    return (
      this.rare(outside, fault) + this.define(`t${s.temporary}`, `${segmentBase(this.context, segment)}+${offset}|0`)
    );
  }

  #flags(s: FlagsStatement): string {
    const args = s.args.map((v) => this.#print.integer(v));
    return flagsText(this.context, s.kind, s.size, args, this.flagResult, this.flagCarries);
  }

  /** Going to an EIP that the record has a link for: itself, the next instruction, or its target. */
  #transfer(eip: Value): string {
    switch (eip.name) {
      case 'nextEip':
        return this.follow(nextRecord);
      case 'target':
        return this.leaveIfAsked(this.#taken()) + this.follow(this.#taken());
      case 'eip':
        return `${this.leaveIfAsked('record')}return record;`;
      default:
        throw new Error(`a handler can only go to a field of its instruction, not ${eip.name || eip.op}`);
    }
  }

  /** Goes on in sequence. */
  protected goOn(): string {
    return this.follow(nextRecord);
  }

  /** Goes on at a record that the instruction leads to. */
  protected follow(record: string): string {
    return `return ${record};`;
  }

  #taken(): string {
    return this.context.table('TAKEN', 'record');
  }

  /** Goes to an EIP. Where the first runs of a jump go is noted. */
  protected goTo(eip: string, kind: IndirectKind): string {
    const { context } = this;
    if (kind === 'comeBack') return `${context.word(Word.eip)}=${eip};return ${context.cell('CAME_BACK')}();`;
    const target = lookUpTarget(context, eip, 'k');
    const known = target === null ? '' : `let ${target.index}if(${target.isKnown})return ${target.record};`;
    return `${kind === 'jump' ? this.#noteJump(eip) : ''}${known}return ${context.cell('FIND')}(${eip});`;
  }

  #noteJump(eip: string): string {
    const notes = this.context.table('NOTES', 'record');
    return `if(${notes}>0){${notes}=${notes}-1;return ${this.context.cell('JUMP')}(record,${eip});}`;
  }

  /** Leaves in front of a record if somebody asks for that; counting asks in front of each instruction. */
  protected leaveIfAsked(record: string): string {
    if (this.context.budgeted) return '';
    return `if(${this.context.asked()})return ${this.context.cell('LEAVE')}(${record});`;
  }

  #x87(s: X87Statement): string {
    const name = s.helper;
    const call = this.#call(name, s.args);
    return emitX87(this.context, s, {
      integer: (v) => this.#print.integer(v),
      boolean: (v) => this.#print.boolean(v),
      trap: () => `${this.#count(name)}${this.#running()};${s.temporary < 0 ? '' : `t${s.temporary}=`}${call};`,
    });
  }

  /** Only a trap can have made work for the dispatcher. */
  #afterX87(): string {
    return `if(inline)${this.follow(nextRecord)}${this.#resume()}`;
  }

  /** The #NM and #MF that an x87 instruction begins with; CR0.NE unset, a pending error has been an interrupt already. */
  #escape(waits: boolean): string {
    const fault = (vector: number) => `return ${this.context.cell('FAULT')}(record,${vector});`;
    const cr0 = this.context.word(Word.cr0);
    const unavailable = `if((${cr0}&${Cr0.em | Cr0.ts})!==0)${fault(Vector.deviceNotAvailable)}`;
    const error = `(${this.context.word(Word.fpuStatus)}&${ERROR_SUMMARY})!==0&&(${cr0}&${Cr0.ne})!==0`;
    return waits ? `${unavailable}if(${error})${fault(Vector.x87Error)}` : unavailable;
  }

  /** Its fault is caught at once: V8 never compiles what always ends by throwing, such as INT in virtual-8086 mode. */
  #trap(helper: HelperName, values: readonly Value[]): string {
    const caught = `try{${this.#call(helper, values)};}catch(e){return ${this.context.cell('FAULTED')}(record,e);}`;
    return `${this.#count(helper)}${this.#running()};${caught}${this.#after(helper)}`;
  }

  #after(helper: HelperName): string {
    const { resumes, begins } = helpers[helper] as HelperDeclaration;
    return resumes ? this.#resume() : `return ${this.context.cell(begins ? 'TRANSFERRED' : 'CAME_BACK')}();`;
  }

  #count(helper: HelperName): string {
    const counter = `${this.context.cell('TRAPS')}[${helperNumber(helper)}]`;
    return `${counter}=${counter}+1|0;`;
  }

  #call(helper: HelperName, values: readonly Value[]): string {
    return `${this.context.cell(helper)}(${values.map((v) => this.#print.value(v)).join(',')})`;
  }

  #resume(): string {
    return `return ${this.context.cell('RESUME')}(record);`;
  }
}

/** Whether a value is a helper's that accesses memory by itself. */
function movesMemory(value: Value): boolean {
  return value.op === 'call' && helpers[value.name].kind === 'block';
}

/** Bit of the x87 status word. */
const ERROR_SUMMARY = 0x80;
