import { type TargetView, targetIndexText } from '../../abi/branch-targets.ts';
import { type HelperName, helpers } from '../../abi/helpers.ts';
import { RETURN_RECORD } from '../../abi/record.ts';
import { Segment, Word } from '../../abi/state.ts';
import type { EmitOptions } from '../context.ts';
import { ByteWriter, patch } from './bytes.ts';
import { CodeWriter, type Hole, type LinkHole, type RuntimeFunction, runtimeFunctions } from './code.ts';
import { ENTRY_SHIFT, EXIT_SHIFT, Exit, tableAt, type WasmLayout, wordAt } from './layout.ts';
import { Op, Type } from './opcodes.ts';
import type { WasmFunction } from './region.ts';

/** Names in the one module that all modules import from. */
export const IMPORTS = 'env';
export const MEMORY = 'memory';
export const TABLE = 'table';

/** Facts that all modules of a machine share. */
export interface WasmTarget {
  readonly layout: WasmLayout;
  readonly options: EmitOptions;
  /** Size of the memory in pages of 64 KB, and whether threads share it. */
  readonly pages: number;
  readonly isShared: boolean;
}

/** A function with the slots of the table that it is entered by: each at one of its entries. */
export interface PlacedFunction {
  readonly code: WasmFunction;
  readonly slots: readonly number[];
  /** The number that fills a hole that names a link. */
  readonly value: (hole: LinkHole) => number;
}

/** A function's body, and its type by how many words it takes. */
interface Body {
  readonly bytes: Uint8Array;
  readonly holes: readonly Hole[];
  readonly takes: number;
  readonly value?: PlacedFunction['value'];
}

const runtimeNames = Object.keys(runtimeFunctions) as RuntimeFunction[];

const Section = { types: 1, imports: 2, functions: 3, exports: 7, elements: 9, code: 10 } as const;
const MOST_PARAMETERS = 3;
/** Bytes of the length before a function's body, at most. */
const MOST_LENGTH_BYTES = 5;
/** The sections before the code are rarely longer. */
const HEADER_BYTES = 4096;

/** A module of regions. */
export function wasmModule(target: WasmTarget, functions: readonly PlacedFunction[]): Uint8Array {
  const writer = new ModuleWriter(target);
  const go = writer.add(goBody(target));
  const jump = writer.add(jumpBody(target));
  writer.named.set('go', go).set('jump', jump);
  for (const { code, slots, value } of functions) {
    const { bytes, holes, isDispatched } = code;
    const index = writer.add({ bytes, holes, takes: isDispatched ? 1 : 0, value });
    slots.forEach((slot, at) => {
      writer.slots.set(slot, isDispatched ? writer.add(stubBody(index, at)) : index);
    });
  }
  return writer.finish();
}

/** The module with the way in: `enter(slot, expected)` runs translations until control comes to what is none, or is expected. */
export function entranceModule(target: WasmTarget): Uint8Array {
  const writer = new ModuleWriter(target);
  writer.exports.set('enter', writer.add(enterBody(target)));
  return writer.finish();
}

class ModuleWriter {
  readonly named = new Map<string, number>();
  readonly slots = new Map<number, number>();
  readonly exports = new Map<string, number>();
  private readonly target: WasmTarget;
  private readonly bodies: Body[] = [];
  private readonly helpers: HelperName[] = [];

  constructor(target: WasmTarget) {
    this.target = target;
    for (const name of Object.keys(runtimeFunctions)) this.named.set(name, this.named.size);
  }

  /** Adds a function; its number among those that the module has itself. */
  add(body: Body): number {
    for (const hole of body.holes) {
      if (hole.kind === 'function' && hole.name in helpers) this.import(hole.name as HelperName);
    }
    return this.bodies.push(body) - 1;
  }

  private import(name: HelperName): void {
    if (!this.helpers.includes(name)) this.helpers.push(name);
  }

  /** Functions that are imported come first. */
  private get imported(): number {
    return runtimeNames.length + this.helpers.length;
  }

  private indexOf(name: string): number {
    const helper = this.helpers.indexOf(name as HelperName);
    if (helper >= 0) return runtimeNames.length + helper;
    const known = this.named.get(name)!;
    return name in runtimeFunctions ? known : this.imported + known;
  }

  finish(): Uint8Array {
    const room = this.bodies.reduce((sum, { bytes }) => sum + bytes.length + MOST_LENGTH_BYTES, MOST_LENGTH_BYTES);
    const out = new ByteWriter(room + HEADER_BYTES);
    for (const byte of [0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]) out.byte(byte);
    this.section(out, Section.types, (s) => this.types(s));
    this.section(out, Section.imports, (s) => this.imports(s));
    this.section(out, Section.functions, (s) => {
      s.unsigned(this.bodies.length);
      for (const { takes } of this.bodies) s.unsigned(takes);
    });
    if (this.exports.size > 0) this.section(out, Section.exports, (s) => this.exportNames(s));
    if (this.slots.size > 0) this.section(out, Section.elements, (s) => this.elements(s));
    const writeCode = (s: ByteWriter) => {
      s.unsigned(this.bodies.length);
      for (const body of this.bodies) {
        s.unsigned(body.bytes.length);
        s.append(this.filled(body));
      }
    };
    this.section(out, Section.code, writeCode, room);
    return out.finish();
  }

  private section(out: ByteWriter, id: number, write: (section: ByteWriter) => void, room?: number): void {
    const section = new ByteWriter(room);
    write(section);
    out.byte(id);
    out.unsigned(section.length);
    out.append(section.written());
  }

  /** By number of parameters: so many words to a word. */
  private types(s: ByteWriter): void {
    s.unsigned(MOST_PARAMETERS + 1);
    for (let takes = 0; takes <= MOST_PARAMETERS; takes++) {
      s.byte(Type.function);
      s.unsigned(takes);
      for (let n = 0; n < takes; n++) s.byte(Type.i32);
      s.unsigned(1);
      s.byte(Type.i32);
    }
  }

  private imports(s: ByteWriter): void {
    const { pages, isShared } = this.target;
    s.unsigned(this.imported + 2);
    for (const [name, takes] of Object.entries(runtimeFunctions)) this.importFunction(s, name, takes);
    for (const name of this.helpers) this.importFunction(s, name, helpers[name].arguments);
    this.importName(s, MEMORY);
    s.byte(2);
    s.byte(isShared ? 3 : 1);
    s.unsigned(pages);
    s.unsigned(pages);
    this.importName(s, TABLE);
    s.byte(1);
    s.byte(Type.funcref);
    s.byte(0);
    s.unsigned(0);
  }

  private importFunction(s: ByteWriter, name: string, takes: number): void {
    this.importName(s, name);
    s.byte(0);
    s.unsigned(takes);
  }

  private importName(s: ByteWriter, name: string): void {
    text(s, IMPORTS);
    text(s, name);
  }

  private exportNames(s: ByteWriter): void {
    s.unsigned(this.exports.size);
    for (const [name, index] of this.exports) {
      text(s, name);
      s.byte(0);
      s.unsigned(this.imported + index);
    }
  }

  private elements(s: ByteWriter): void {
    s.unsigned(this.slots.size);
    for (const [slot, index] of this.slots) {
      s.unsigned(0);
      s.byte(Op.constant32);
      s.signed(slot);
      s.byte(Op.end);
      s.unsigned(1);
      s.unsigned(this.imported + index);
    }
  }

  private filled({ bytes, holes, value }: Body): Uint8Array {
    for (const hole of holes) {
      if (hole.kind === 'function') patch(bytes, hole.at, this.indexOf(hole.name));
      else patch(bytes, hole.at, hole.kind === 'own' ? this.imported + hole.number : value!(hole));
    }
    return bytes;
  }
}

function text(s: ByteWriter, name: string): void {
  s.unsigned(name.length);
  for (const character of name) s.byte(character.charCodeAt(0));
}

function bodyOf(code: CodeWriter): Body {
  return { ...code.finish(), takes: code.takes };
}

/** Enters a function that takes the number of a block. It is of the same module, whose imports are known only at its end. */
function stubBody(index: number, at: number): Body {
  const code = new CodeWriter();
  code.constant(at);
  code.callOwn(index, Op.returnCall);
  return bodyOf(code);
}

/** `record` is on the stack: its translation runs in place of the caller; if there is none the record is the result. */
function enterRecord(code: CodeWriter, layout: WasmLayout): void {
  code.tee('record');
  code.constant(ENTRY_SHIFT);
  code.op(Op.shr);
  code.access(Op.load32, layout.entries, 2);
  code.tee('slot');
  code.open(Op.if);
  code.get('slot');
  code.op(Op.returnCallIndirect, 0, 0);
  code.end();
  code.get('record');
}

/** A word of a record's, whose name is a local. */
function recordWord(
  code: CodeWriter,
  { layout }: WasmTarget,
  record: string,
  view: 'TAKEN' | 'PAGE_ID' | 'LINEAR_PAGE',
): void {
  code.get(record);
  code.constant(2);
  code.op(Op.shl);
  code.access(Op.load32, tableAt(layout, view), 2);
}

function goBody(target: WasmTarget): Body {
  const { layout, options } = target;
  const code = new CodeWriter(['x']);
  code.get('x');
  code.constant(Exit.number);
  code.op(Op.and);
  code.open(Op.if);
  code.get('x');
  code.constant(EXIT_SHIFT);
  code.op(Op.shr);
  code.call('exit', Op.returnCall);
  code.end();
  code.get('x');
  code.constant(-1 << EXIT_SHIFT);
  code.op(Op.and);
  if (options.pacing === 'budget') return bodyOf(code);
  code.set('record');
  code.get('x');
  code.constant(Exit.gate);
  code.op(Op.and);
  code.open(Op.if);
  passGate(code, target);
  code.end();
  code.get('record');
  enterRecord(code, layout);
  return bodyOf(code);
}

/** Goes where a gate leads if that is still mapped there and nobody asks for attention. */
function passGate(code: CodeWriter, target: WasmTarget): void {
  code.loadAt(wordAt(Word.attention));
  code.op(Op.eqz);
  recordWord(code, target, 'record', 'LINEAR_PAGE');
  code.constant(2);
  code.op(Op.shl);
  code.access(Op.load32, tableAt(target.layout, 'CT'), 2);
  recordWord(code, target, 'record', 'PAGE_ID');
  code.op(Op.eq, Op.and);
  code.open(Op.if);
  recordWord(code, target, 'record', 'TAKEN');
  code.set('record');
  code.end();
}

function jumpBody(target: WasmTarget): Body {
  const { layout, options } = target;
  const code = new CodeWriter(['eip']);
  if (options.pacing !== 'budget') {
    lookUp(code, target);
    code.open(Op.if);
    code.get('record');
    enterRecord(code, layout);
    code.op(Op.return);
    code.end();
  }
  code.get('eip');
  code.call('at', Op.returnCall);
  return bodyOf(code);
}

/** Asks the branch target buffer (abi/branch-targets.ts) for the local `eip`: whether it is known is on the stack, `record` then says where. */
function lookUp(code: CodeWriter, { layout }: WasmTarget): void {
  const of = (view: TargetView) => {
    code.get('k');
    code.access(Op.load32, tableAt(layout, view), 2);
  };
  targetIndex(code);
  code.set('k');
  of('TARGET_RECORD');
  code.set('record');
  code.loadAt(wordAt(Word.attention));
  code.op(Op.eqz);
  of('TARGET_EIP');
  code.get('eip');
  code.op(Op.eq, Op.and);
  of('TARGET_CONTEXT');
  code.loadAt(wordAt(Word.codeContext));
  code.op(Op.eq, Op.and);
  of('TARGET_PAGE');
  code.get('eip');
  code.loadAt(wordAt(Word.segmentBase + Segment.cs));
  code.op(Op.add);
  code.constant(12);
  code.op(Op.shr);
  code.constant(2);
  code.op(Op.shl);
  code.access(Op.load32, tableAt(layout, 'CT'), 2);
  code.op(Op.eq, Op.and);
}

/** The index in bytes of the entry that `eip` may have: as targetIndex has it, in words. */
function targetIndex(code: CodeWriter): void {
  const mask = Number(/&(\d+)$/.exec(targetIndexText('eip'))![1]);
  code.get('eip');
  code.get('eip');
  code.constant(12);
  code.op(Op.shr, Op.xor);
  code.constant(2);
  code.op(Op.shl);
  code.constant(mask);
  code.op(Op.and);
  code.constant(2);
  code.op(Op.shl);
}

function enterBody(target: WasmTarget): Body {
  const { layout, options } = target;
  const code = new CodeWriter(['slot', 'expected']);
  code.open(Op.loop, 'next');
  code.get('slot');
  code.op(Op.callIndirect, 0, 0);
  code.set('record');
  if (options.pacing !== 'budget') {
    code.get('record');
    code.constant(RETURN_RECORD);
    code.op(Op.eq);
    code.open(Op.if);
    code.loadAt(wordAt(Word.eip));
    code.set('eip');
    lookUp(code, target);
    code.op(Op.eqz);
    code.open(Op.if);
    code.constant(RETURN_RECORD);
    code.op(Op.return);
    code.end();
    code.end();
    code.get('record');
    code.get('expected');
    code.op(Op.ne);
    code.open(Op.if);
    code.get('record');
    code.constant(ENTRY_SHIFT);
    code.op(Op.shr);
    code.access(Op.load32, layout.entries, 2);
    code.tee('slot');
    code.branch('next', Op.brIf);
    code.end();
  }
  code.end();
  code.get('record');
  return bodyOf(code);
}
