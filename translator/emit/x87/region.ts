import { FpuMode, FpuPrecision, FpuRounding, Word } from '../../abi/state.ts';
import type { Alignment, Region, X87Statement } from '../../ir/statement.ts';
import type { Value } from '../../ir/value.ts';
import { constants } from '../../ir/x87/constants.ts';
import { type Operation, operationOf, type StackEffect, stackEffect } from '../../ir/x87/operations.ts';
import { depthChange, indexOf, type StackDepths } from '../../ir/x87/stack.ts';
import type { BlockIndex } from '../../region/structure.ts';
import type { EmitContext } from '../context.ts';
import { needsOf, StackFacts } from './block.ts';
import { arithmetic, type Computation, computationText, takeRoot } from './computations.ts';
import { double, type NumberText } from './formulas.ts';
import { OperandText } from './memory.ts';
import { X87Registers } from './registers.ts';

/** The functions of the region's printer that this one needs. */
export interface X87Host {
  integer(v: Value): string;
  boolean(v: Value): string;
  /** Statements that leave in front of the current instruction. */
  interpret(): string;
  /** Statements that leave in front of the current instruction where the TLB does not have what is accessed. */
  missed(): string;
  /** Statements that leave in front of the current instruction because precision control is not what the region was made for. */
  interpretOtherPrecision(): string;
  /** Assigns to the temporary that a statement defines. */
  assign(s: X87Statement, text: string): string;
  /** Alignment of the current instruction's operand in memory. */
  alignment(): Alignment;
}

type OperationOf<Kind> = Extract<Operation, { kind: Kind }>;

/** C1 is 0 after what rounds nothing. */
const CLEARED = `xr=${FpuRounding.cleared};`;
/** With the rounding control as OperandText has it. */
const INTEGER_ROUNDING = `${FpuRounding.storeInteger}|o`;
/** FRNDINT leaves above it. */
const LARGEST_INTEGER = 2 ** 51;
const ZERO: NumberText = { high: '0', low: null };
const TOP_SHIFT = 11;

/**
 * Prints the x87 instructions of a region on the locals of X87Registers. What is not covered leaves in front of the
 * instruction, whose handler covers all.
 */
export class X87Emitter {
  readonly #context: EmitContext;
  readonly #region: Region;
  readonly #depths: StackDepths;
  /** The required precision control: bits of FpuMode. */
  readonly #precision: number;
  readonly #host: X87Host;
  readonly #registers: X87Registers;
  readonly #operand: OperandText;
  // While a block is printed:
  /** Its x87 instructions from here on. */
  #ahead: readonly X87Statement[] = [];
  #facts = new StackFacts(0);
  /** The block's needs have been checked. */
  #isChecked = false;
  /** `xc` is of a comparison in this block, and C1 is 0. */
  #hasConditions = false;

  constructor(context: EmitContext, region: Region, depths: StackDepths, precision: number, host: X87Host) {
    this.#context = context;
    this.#region = region;
    this.#depths = depths;
    this.#precision = precision;
    this.#host = host;
    this.#registers = new X87Registers(context, usedRegisters(region, depths));
    this.#operand = new OperandText(
      context,
      () => host.missed(),
      () => host.alignment(),
    );
  }

  // The region.

  /** Assignments that fetch the state for a block: at the region's entry, and where a callee has come back. */
  load(block: BlockIndex): string {
    return this.#depths.isUsed ? this.#registers.load(this.#depths.entry[block]) : '';
  }

  declarations(): string {
    return this.#depths.isUsed ? this.#registers.declarations() : '';
  }

  /** Statements that store the state where the region is left here. */
  store(): string {
    return this.#depths.isUsed ? this.#facts.tagsText() + this.#registers.store(`${this.#facts.depth}`) : '';
  }

  /** Text in front of a branch to the common exit, and of the statements there. */
  leave(): string {
    return this.#depths.isUsed ? `${this.#facts.tagsText()}xd=${this.#facts.depth};` : '';
  }

  storeAtExit(): string {
    return this.#depths.isUsed ? this.#registers.store('xd') : '';
  }

  // Blocks.

  begin(block: BlockIndex): void {
    if (!this.#depths.isUsed) return;
    this.#facts = new StackFacts(this.#depths.entry[block]);
    this.#ahead = this.#region.blocks[block].statements.filter((s) => s.op === 'x87');
    this.#isChecked = false;
    this.#hasConditions = false;
  }

  /** Text in front of a branch to another block. */
  settle(): string {
    return this.#depths.isUsed ? this.#facts.tagsText() : '';
  }

  /** Saves the present state, and returns a function that restores it after other blocks were printed. */
  save(): () => void {
    const facts = this.#facts;
    const ahead = this.#ahead;
    const isChecked = this.#isChecked;
    const hasConditions = this.#hasConditions;
    return () => {
      this.#facts = facts;
      this.#ahead = ahead;
      this.#isChecked = isChecked;
      this.#hasConditions = hasConditions;
    };
  }

  // Instructions.

  statement(s: X87Statement): string {
    if (!this.#depths.isUsed) return this.#leaveAlways(s);
    const operation = operationOf(s.args[0].number);
    const index = indexOf(s);
    const effect = stackEffect(operation, index);
    const check = this.#check();
    this.#ahead = this.#ahead.slice(1);
    if (this.#facts.faults(effect)) return check + this.#fault(s, effect);
    const text = this.#execute(s, operation, index);
    this.#facts.apply(effect);
    if (operation.kind === 'loadControl') this.#isChecked = false;
    const isControl = s.helper === 'x87Environment' || operation.kind === 'status';
    return check + text + (isControl ? '' : this.#pointers(s, index));
  }

  /** In front of the first instruction of a block. */
  #check(): string {
    if (this.#isChecked) return '';
    this.#isChecked = true;
    const { mask, tags, mode } = needsOf(this.#ahead, this.#facts);
    const expected = mode & this.#precision;
    const word =
      expected === 0 ? this.#context.word(Word.fpuMode) : `(${this.#context.word(Word.fpuMode)}^${expected})`;
    const isOther = `(${word}&${mode & FpuMode.precision})!==0`;
    const leaveAsOther =
      (mode & FpuMode.precision) === 0 ? '' : `if(${isOther}){${this.#host.interpretOtherPrecision()}}`;
    const leave = `{${leaveAsOther}${this.#host.interpret()}}`;
    return `if((${word}&${mode})!==0${mask === 0 ? '' : `||(xg&${mask})!==${tags}`})${leave}`;
  }

  /** A stack fault: what follows is not reached. */
  #fault(s: X87Statement, effect: StackEffect): string {
    const text = this.#leaveAlways(s);
    this.#facts.apply(effect);
    return text;
  }

  #leaveAlways(s: X87Statement): string {
    return `{${this.#host.interpret()}}${s.temporary < 0 ? '' : this.#host.assign(s, '0')}`;
  }

  #execute(s: X87Statement, operation: Operation, index: number): string {
    switch (operation.kind) {
      case 'arithmetic':
        return this.#arithmetic(s, operation, index);
      case 'compare':
        return this.#compare(s, operation, index);
      case 'load':
        return this.#push(s, operation, index);
      case 'store':
        return this.#storeTop(s, operation, index);
      case 'exchange':
        return this.#exchange(index);
      case 'move':
        return this.#move(s, index);
      case 'squareRoot':
        return this.#squareRoot();
      case 'round':
        return this.#round();
      case 'loadControl':
        return `{${this.#operand.loadControl(this.#host.integer(s.args[1]))}}`;
      case 'storeControl':
        return `{${this.#operand.storeControl(this.#host.integer(s.args[1]))}}`;
      case 'negate':
      case 'absolute':
        return this.#changeSign(operation.kind);
      case 'free':
      case 'rotate':
        return CLEARED;
      case 'status':
        return this.#status(s);
    }
  }

  /** Where FIP, FOP and, of memory forms, FDP and their selectors will be found. */
  #pointers(s: X87Statement, index: number): string {
    const [operation, , offset, segment, opcode] = s.args;
    const eip = `xi=${this.#host.integer(s.args.at(-1)!)};`;
    if (s.helper !== 'x87Memory') return `xo=${operation.number | index};${eip}`;
    const data = `xf=${this.#host.integer(offset)};xs=${this.#host.integer(segment)};`;
    return `xo=${this.#host.integer(opcode)};${eip}${data}`;
  }

  #number(index: number): NumberText {
    const register = this.#facts.register(index);
    return { high: `xh${register}`, low: this.#facts.isShort[register] ? null : `xl${register}` };
  }

  /** Statements that give a register a number. */
  #set(index: number, value: NumberText): string {
    const register = this.#facts.register(index);
    this.#facts.isNumber[register] = true;
    this.#facts.isShort[register] = value.low === null;
    return `xh${register}=${value.high};xl${register}=${value.low ?? '0'};`;
  }

  /** Leaves if one of these registers doesn't have its value in the two parts. */
  #requireNumbers(...indices: number[]): string {
    const unknown = [...new Set(indices.map((index) => this.#facts.register(index)))].filter(
      (register) => !this.#facts.isNumber[register],
    );
    for (const register of unknown) this.#facts.isNumber[register] = true;
    const tests = unknown.map((register) => `xh${register}!==xh${register}`);
    return tests.length === 0 ? '' : `if(${tests.join('||')}){${this.#host.interpret()}}`;
  }

  #rounding(kind: number | string, a: NumberText, b: NumberText): string {
    this.#hasConditions = false;
    return `xr=${kind};p0=${a.high};p1=${a.low ?? 0};p2=${b.high};p3=${b.low ?? 0};`;
  }

  /** The operand in memory, or ST(i): statements that define it, and its text. */
  #source(s: X87Statement, source: OperationOf<'arithmetic' | 'compare'>['source'], index: number) {
    if (source === 'register') return { text: '', number: this.#number(index) };
    if (source === 'zero') return { text: '', number: ZERO };
    return { text: this.#operand.load(source, this.#host.integer(s.args[1])), number: { high: 'v', low: null } };
  }

  #arithmetic(s: X87Statement, operation: OperationOf<'arithmetic'>, index: number): string {
    const { computation, isReversed } = arithmetic[operation.name];
    const { text, number } = this.#source(s, operation.source, index);
    const top = this.#number(0);
    const [a, b] = isReversed ? [number, top] : [top, number];
    const destination = operation.toIndex ? index : 0;
    if (a.high === b.high && operation.name === 'add' && this.#precision === FpuPrecision.extended) {
      const isShort = a.low === null;
      const result = this.#set(destination, { high: 's', low: isShort ? null : 'l' });
      return `{${double(a, this.#host.interpret())}${result}${CLEARED}}`;
    }
    return `{${text}${this.#compute(computation, a, b, destination)}}`;
  }

  /** Statements that give a register a result. */
  #compute(computation: Computation, a: NumberText, b: NumberText, destination: number): string {
    const precision = this.#precision;
    const { text, low } = computationText(computation, [a, b], precision, this.#host.interpret());
    const kept = this.#rounding(computation.rounding | precision, a, b);
    return text + kept + this.#set(destination, { high: 's', low });
  }

  #squareRoot(): string {
    return `{${this.#compute(takeRoot, this.#number(0), ZERO, 0)}}`;
  }

  /** The sign of a zero that comes of another number isn't known. */
  #round(): string {
    const a = this.#number(0);
    const value = a.low === null ? a.high : `${a.high}+${a.low}`;
    const lost = a.low === null ? null : `${a.low}-(y-${a.high})!==0`;
    const text = `${this.#operand.round(value, lost, LARGEST_INTEGER)}if(n===0){${this.#host.interpret()}}`;
    return `{${text}${this.#rounding(INTEGER_ROUNDING, a, ZERO)}${this.#set(0, { high: 'n', low: null })}}`;
  }

  #compare(s: X87Statement, operation: OperationOf<'compare'>, index: number): string {
    const { text, number } = this.#source(s, operation.source, index);
    const a = this.#number(0);
    const lows = a.low === null && number.low === null ? '' : `+(${a.low ?? 0}-${number.low ?? 0})`;
    const order = `(${a.high}-${number.high})${lows}`;
    if (operation.toFlags) {
      const assign = this.#host.assign(s, order);
      const name = assign.slice(0, assign.indexOf('='));
      return `${assign}if(${name}!==${name}){${this.#host.interpret()}}${CLEARED}`;
    }
    this.#hasConditions = true;
    const conditions = `xc=((d<0)|0)<<8|((d===0)|0)<<14;xr=${FpuRounding.settled};`;
    return `{${text}const d=${order};if(d!==d){${this.#host.interpret()}}${conditions}}`;
  }

  #push(s: X87Statement, { source, value }: OperationOf<'load'>, index: number): string {
    if (source === 'register') {
      const check = this.#requireNumbers(index);
      return check + this.#set(-1, this.#number(index)) + CLEARED;
    }
    if (source === 'constant') {
      const { high, low } = constants[value];
      return this.#set(-1, { high: `${high}`, low: low === 0 ? null : `${low}` }) + CLEARED;
    }
    const text = this.#operand.load(source, this.#host.integer(s.args[1]));
    const hasLow = source === 'quadword' || source === 'extended';
    const number = { high: 'v', low: hasLow ? 'vl' : null };
    return `{${text}${this.#set(-1, number)}}${CLEARED}`;
  }

  #storeTop(s: X87Statement, { target }: OperationOf<'store'>, index: number): string {
    if (target === 'register') {
      const isSame = index === 0;
      return (isSame ? '' : this.#requireNumbers(0) + this.#set(index, this.#number(0))) + CLEARED;
    }
    const { high, low } = this.#number(0);
    const text = this.#operand.store(target, this.#host.integer(s.args[1]), high, low);
    const isExact = target === 'extended' || (target === 'double' && low === null);
    const kinds = { single: FpuRounding.storeSingle, double: FpuRounding.storeDouble } as const;
    if (isExact) return `{${text}}${CLEARED}`;
    const kind = target === 'single' || target === 'double' ? kinds[target] : INTEGER_ROUNDING;
    return `{${text}${this.#rounding(kind, { high, low }, ZERO)}}`;
  }

  #exchange(index: number): string {
    if (index === 0) return CLEARED;
    const check = this.#requireNumbers(0, index);
    const [top, other] = [this.#number(0), this.#number(index)];
    const saved = { high: 'h', low: top.low === null ? null : 'l' };
    const save = `const h=${top.high}${top.low === null ? '' : `,l=${top.low}`};`;
    const swap = save + this.#set(0, other) + this.#set(index, saved);
    return `${check}{${swap}}${CLEARED}`;
  }

  /** C1 is left alone. */
  #move(s: X87Statement, index: number): string {
    const check = this.#requireNumbers(0, index);
    const { isShort } = this.#facts;
    const wasShort = isShort[this.#facts.register(0)];
    const text = `if(${this.#host.boolean(s.args[2])}){${this.#set(0, this.#number(index))}}`;
    isShort[this.#facts.register(0)] &&= wasShort;
    return check + text;
  }

  #changeSign(kind: 'negate' | 'absolute'): string {
    const check = this.#requireNumbers(0);
    const { high, low } = this.#number(0);
    const changed = kind === 'negate' ? [`-${high}`, `-${low}`] : [`Math.abs(${high})`, `(${high}<0?-${low}:${low})`];
    const lows = low === null ? '' : `${low}=${changed[1]};`;
    return `${check}${lows}${high}=${changed[0]};${CLEARED}`;
  }

  /** Inline after a comparison, which is where it is used, and where what the state has of C0 to C3 is right. */
  #status(s: X87Statement): string {
    const word = (index: number): string => this.#context.word(index);
    const settled = `if(xr>=0||xc>=0||${word(Word.fpuRounding)}!==${FpuRounding.settled}){${this.#host.interpret()}}`;
    const [check, conditions] = this.#hasConditions ? ['', 'xc'] : [settled, word(Word.fpuConditions)];
    const top = `(xb+${this.#facts.depth}&7)<<${TOP_SHIFT}`;
    return check + this.#host.assign(s, `${word(Word.fpuStatus)}|${top}|${conditions}`);
  }
}

/** Registers that the region reads or writes, by their numbers in it. */
function usedRegisters(region: Region, depths: StackDepths): Set<number> {
  const used = new Set<number>();
  if (!depths.isUsed) return used;
  region.blocks.forEach((block, n) => {
    let depth = depths.entry[n];
    for (const s of block.statements) {
      if (s.op !== 'x87') continue;
      const { reads, writes, pushes } = stackEffect(operationOf(s.args[0].number), indexOf(s));
      const touched = [...reads, ...(writes === null ? [] : [writes]), ...(pushes ? [-1] : [])];
      for (const index of touched) used.add((depth + index) & 7);
      depth += depthChange(s);
    }
  });
  return used;
}
