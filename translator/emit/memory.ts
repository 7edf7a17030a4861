import type { CellName } from '../abi/cells.ts';
import { Double, Word } from '../abi/state.ts';
import type { Accessed, AccessKind, Alignment, WindowParts } from '../ir/statement.ts';
import type { EmitContext, TlbName } from './context.ts';

const WORD: Accessed = { size: 4, view: 'integer' };

/** How an access is written; `k` is the name of its index, which holds `index` by then. */
export interface AccessText {
  readonly index: string;
  /** Boolean text: it may be done in place. Validity of the TLB's entry, alignment and bounds check in one (memory/tlb.ts). */
  hits(k: string): string;
  load(k: string): string;
  /** Text of the statement that stores a value. */
  store(k: string, value: string): string;
}

/** Text of an access at the linear address `a` (a name or number) through a TLB. */
export function accessText(
  context: EmitContext,
  what: Accessed,
  a: string,
  tlb: TlbName,
  alignment: Alignment = 'natural',
): AccessText {
  const { size } = what;
  if (alignment === 'any' && size > 1) return anywhereText(context, what, a, tlb);
  const { memoryBytes } = context.options;
  const array = context.cell(arrayOf(what));
  return {
    index: indexText(size, a, context.table(tlb, `${a}>>>12`)),
    hits: (k) => `${k}<${memoryBytes / size}`,
    load: (k) => `${array}[${k}]`,
    store: (k, value) => `${array}[${k}]=${value};`,
  };
}

function arrayOf({ size, view }: Accessed): CellName {
  if (view !== 'integer') return view === 'single' ? 'MS' : 'MD';
  return size === 1 ? 'M8' : size === 2 ? 'M16' : 'M32';
}

function indexText(size: number, a: string, entry: string): string {
  switch (size) {
    case 1:
      return `(${a}^${entry}<<2)>>>0`;
    case 2:
      return `((${a}>>>1|${a}<<31)^${entry}<<1)>>>0`;
    case 8:
      return `((${a}>>>3|${a}<<29)^${entry}>>1)>>>0`;
    default:
      return `((${a}>>>2|${a}<<30)^${entry})>>>0`;
  }
}

/** Text of an access whose address need not be aligned: the index is that of a byte. */
function anywhereText(context: EmitContext, what: Accessed, a: string, tlb: TlbName): AccessText {
  return {
    index: indexText(1, a, context.table(tlb, `${a}>>>12`)),
    hits: (k) => `${k}<${context.options.memoryBytes}&&${withinPage(k, what.size)}`,
    load: (k) => loadAnywhere(context, what, k),
    store: (k, value) => storeAnywhere(context, what, k, value),
  };
}

function withinPage(address: string, size: number): string {
  return `(${address}&4095)<=${4096 - size}`;
}

/** V8 makes one instruction of the host's of a DataView's access. */
function loadAnywhere(context: EmitContext, what: Accessed, byte: string): string {
  return `${context.cell('MV')}.get${typeAnywhere(what)}(${byte},true)`;
}

function storeAnywhere(context: EmitContext, what: Accessed, byte: string, value: string): string {
  return `${context.cell('MV')}.set${typeAnywhere(what)}(${byte},${value},true);`;
}

function typeAnywhere({ size, view }: Accessed): string {
  if (view !== 'integer') return view === 'single' ? 'Float32' : 'Float64';
  return size === 2 ? 'Uint16' : 'Int32';
}

/** The parts of a window that say how it is found. */
export type Window = Pick<WindowParts, 'size' | 'alignment' | 'isShared'>;

/**
 * Text of the index of a window at the linear address `a`, in words, or in bytes if it may lie anywhere; beyond the limit if it
 * doesn't lie in one page, except for a run, of which this is the first word.
 */
export function windowText(
  context: EmitContext,
  what: Window,
  a: string,
  tlb: TlbName,
  alignment: Alignment = 'natural',
): AccessText {
  if (alignment === 'any') return anywhereText(context, { size: what.size, view: 'integer' }, a, tlb);
  const word = accessText(context, WORD, a, tlb);
  if (what.isShared || what.alignment === 'natural') return word;
  return { ...word, index: `(${withinPage(a, what.size)}?${word.index}:-1>>>0)` };
}

/** Text of what lies in a window, `offset` bytes after its start: an integer or a single, or a double at an even word. */
function inWindow(context: EmitContext, { size, view }: Accessed, window: string, offset: number): string {
  if (view === 'double') return `${context.cell('MD')}[${sumText(offset / 8, `(${window}>>1)`)}]`;
  if (size === 2) return `${context.cell('M16')}[${sumText(offset / 2, `2*${window}`)}]`;
  return `${context.cell(view === 'single' ? 'MS' : 'M32')}[${sumText(offset / 4, window)}]`;
}

/** Text of a load from a window. A double comes by way of the state if the window begins at an odd word. */
export function fromWindow(
  context: EmitContext,
  what: Accessed,
  window: string,
  offset: number,
  alignment: Alignment,
): string {
  if (alignment === 'any') return loadAnywhere(context, what, sumText(offset, window));
  if (what.view !== 'double') return inWindow(context, what, window, offset);
  const [low, high] = [0, 4].map((part) => inWindow(context, WORD, window, offset + part));
  const words = `${context.word(Word.scratch)}=${low},${context.word(Word.scratch + 1)}=${high}`;
  const even = inWindow(context, what, window, offset);
  return `((${window}&1)===0?${even}:(${words},${context.view('double', Word.scratch / 2)}))`;
}

/** Text of the statement that stores a value in a window. */
export function toWindow(
  context: EmitContext,
  what: Accessed,
  window: string,
  offset: number,
  value: string,
  alignment: Alignment,
): string {
  if (alignment === 'any') return storeAnywhere(context, what, sumText(offset, window), value);
  if (what.view !== 'double') return `${inWindow(context, what, window, offset)}=${value};`;
  const [low, high] = [0, 4].map((part) => inWindow(context, WORD, window, offset + part));
  const words = `${low}=${context.word(Word.scratch)};${high}=${context.word(Word.scratch + 1)};`;
  const odd = `${context.view('double', Word.scratch / 2)}=${value};${words}`;
  return `if((${window}&1)===0)${inWindow(context, what, window, offset)}=${value};else{${odd}}`;
}

/** The end of the names of slow paths' cells, after LOAD and STORE. */
export function slowPathName({ size, view }: Accessed): '8' | '16' | '32' | 'S' | 'D' {
  if (view !== 'integer') return view === 'single' ? 'S' : 'D';
  return size === 1 ? '8' : size === 2 ? '16' : '32';
}

/** Boolean text: an access of `bytes` bytes at `offset` of a segment is outside its limits or not allowed. */
export function outsideSegment(
  context: EmitContext,
  segment: string,
  offset: string,
  bytes: number,
  access: AccessKind,
): string {
  const low = context.word(sumText(Word.segmentLow, segment));
  const span = `${context.cell('F')}[${sumText(access === 'write' ? Double.writeSpan : Double.readSpan, segment)}]`;
  return `((${offset}-${low})>>>0)+${bytes - 1}>${span}`;
}

/** Text of a segment's base. */
export function segmentBase(context: EmitContext, segment: string): string {
  return context.word(sumText(Word.segmentBase, segment));
}

function sumText(base: number, index: string): string {
  if (base === 0) return index;
  return /^\d+$/.test(index) ? `${base + Number(index)}` : `${base}+${index}`;
}
