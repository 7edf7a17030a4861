import type { HelperName } from '../../abi/helpers.ts';
import type { Kind } from '../../ir/operations.ts';
import { ByteWriter } from './bytes.ts';
import { Op, Type } from './opcodes.ts';

/** Functions of the runtime that modules import (runtime/exec/wasm/code.ts), with their numbers of parameters. */
export const runtimeFunctions = {
  /** (number of a link): runs it in place, and gives the record to go on at; 0 leaves to the dispatcher. */
  run: 1,
  /** (number of a link): as `run`, at the end of a region. */
  exit: 1,
  /** (record, expected): runs on from a record until control comes to an expected one; 0: it leaves to the dispatcher. */
  call: 2,
  /** (EIP): the record that an indirect transfer goes to, or 0. */
  at: 1,
  /** (): the same after an instruction that has come back to code in its midst. */
  back: 0,
  /** (linear, bytes): the index in guest memory of what may be loaded, or stored, at once from now on; -1 if that is for the handler. */
  fillRead: 2,
  fillWrite: 2,
} as const;
export type RuntimeFunction = keyof typeof runtimeFunctions;

/**
 * Functions that each module has, too: `go` leaves by what a link leads to (Exit in layout.ts), `jump` goes to an EIP. Both go on in the
 * translation there, if there is one, else they give the record.
 */
export type SharedFunction = 'go' | 'jump' | RuntimeFunction;

/** A number of a function's code that is put in when its module is made. `link`: the number of one of the region's links. */
export type Hole =
  | { at: number; readonly kind: 'function'; readonly name: SharedFunction | HelperName }
  | { at: number; readonly kind: 'own'; readonly number: number }
  /** exit: the argument of `go` for the link; number: that of `run`; record: where it leads; length: that instruction's bytes. */
  | LinkHole;

export interface LinkHole {
  at: number;
  readonly kind: 'exit' | 'number' | 'record' | 'length';
  readonly link: number;
}

export type LocalType = 'i32' | 'f64';
/** Type of a local that holds a value of a kind. */
export const typeOf: Readonly<Record<Kind, LocalType>> = { integer: 'i32', real: 'f64' };

const NO_OP = -1;
/** Few functions are longer. */
const FUNCTION_BYTES = 16_384;
/** Declarations of locals are rarely longer. */
const HEAD_BYTES = 64;

/** The code of one function while it is written: instructions, labels by name, locals by name. */
export class CodeWriter {
  readonly bytes = new ByteWriter(FUNCTION_BYTES);
  readonly holes: Hole[] = [];
  private readonly labels: string[] = [];
  private readonly locals = new Map<string, number>();
  private readonly types: LocalType[] = [];
  private readonly parameters: number;

  constructor(parameters: readonly string[] = []) {
    this.parameters = parameters.length;
    for (const name of parameters) this.locals.set(name, this.locals.size);
  }

  op(first: number, second = NO_OP, third = NO_OP): void {
    const { bytes } = this;
    bytes.byte(first);
    if (second !== NO_OP) bytes.byte(second);
    if (third !== NO_OP) bytes.byte(third);
  }

  constant(value: number): void {
    this.bytes.byte(Op.constant32);
    this.bytes.signed(value);
  }

  // Locals.

  get(name: string, type: LocalType = 'i32'): void {
    this.local(Op.localGet, name, type);
  }

  set(name: string, type: LocalType = 'i32'): void {
    this.local(Op.localSet, name, type);
  }

  tee(name: string, type: LocalType = 'i32'): void {
    this.local(Op.localTee, name, type);
  }

  private local(op: number, name: string, type: LocalType): void {
    let index = this.locals.get(name);
    if (index === undefined) {
      index = this.locals.size;
      this.locals.set(name, index);
      this.types.push(type);
    }
    this.bytes.byte(op);
    this.bytes.unsigned(index);
  }

  // Memory: the address is on the stack.

  access(op: number, offset: number, alignment = 0): void {
    this.bytes.byte(op);
    this.bytes.unsigned(alignment);
    this.bytes.unsigned(offset);
  }

  /** A word at a place that is known. */
  loadAt(offset: number): void {
    this.constant(0);
    this.access(Op.load32, offset, 2);
  }

  // Control.

  open(op: number, label = ''): void {
    this.op(op, Type.none);
    this.labels.push(label);
  }

  end(): void {
    this.labels.pop();
    this.op(Op.end);
  }

  branch(label: string, op: number = Op.br): void {
    const depth = this.labels.length - 1 - this.labels.lastIndexOf(label);
    if (depth >= this.labels.length) throw new Error(`no label ${label}`);
    this.op(op);
    this.bytes.unsigned(depth);
  }

  // What is put in later.

  call(name: SharedFunction | HelperName, op: number = Op.call): void {
    this.op(op);
    this.holes.push({ at: this.bytes.hole(), kind: 'function', name });
  }

  /** Calls a function that the module has itself, by its number among those. */
  callOwn(number: number, op: number = Op.call): void {
    this.op(op);
    this.holes.push({ at: this.bytes.hole(), kind: 'own', number });
  }

  constantOf(kind: 'exit' | 'number' | 'record' | 'length', link: number): void {
    this.op(Op.constant32);
    this.holes.push({ at: this.bytes.hole(), kind, link });
  }

  /** The function's body: declarations of its locals, and the code; with the places of its holes. Ends the writing. */
  finish(): { readonly bytes: Uint8Array; readonly holes: readonly Hole[] } {
    const head = new ByteWriter(this.bytes.length + HEAD_BYTES);
    const runs: { type: LocalType; count: number }[] = [];
    for (const type of this.types) {
      const last = runs.at(-1);
      if (last?.type === type) last.count++;
      else runs.push({ type, count: 1 });
    }
    head.unsigned(runs.length);
    for (const { type, count } of runs) {
      head.unsigned(count);
      head.byte(Type[type]);
    }
    const shift = head.length;
    head.append(this.bytes.written());
    head.byte(Op.end);
    for (const hole of this.holes) hole.at += shift;
    return { bytes: head.finish(), holes: this.holes };
  }

  get takes(): number {
    return this.parameters;
  }
}
