import { Double, Word } from '../abi/state.ts';
import type { Statement } from '../ir/statement.ts';
import type { EmitContext } from './context.ts';

/** How one memory access is written: `index < limit` is validity, alignment and bounds check in one (memory/tlb.ts). */
export interface AccessText {
  readonly index: string;
  readonly limit: number;
  readonly view: string;
}

/** Text of an access at the linear address `a` (a name or number) through a TLB; `view` as in Statement.name. */
export function accessText(context: EmitContext, size: number, view: string, a: string, tlb: string): AccessText {
  const bytes = context.options.memoryBytes;
  const entry = `${tlb}[${a}>>>12]`;
  switch (size) {
    case 1:
      return { index: `(${a}^${entry}<<2)>>>0`, limit: bytes, view: context.cell('M8') };
    case 2:
      return { index: `((${a}>>>1|${a}<<31)^${entry}<<1)>>>0`, limit: bytes / 2, view: context.cell('M16') };
    case 8:
      return { index: `((${a}>>>3|${a}<<29)^${entry}>>1)>>>0`, limit: bytes / 8, view: context.cell('MD') };
    default: {
      const cell = context.cell(view === 'single' ? 'MS' : 'M32');
      return { index: `((${a}>>>2|${a}<<30)^${entry})>>>0`, limit: bytes / 4, view: cell };
    }
  }
}

/**
 * Text of the index in words of a window at the linear address `a`; beyond the limit if it doesn't lie in one page, but for a
 * run, of which this is the first word.
 */
export function windowText(context: EmitContext, s: Statement, a: string, tlb: string): AccessText {
  const word = accessText(context, 4, '', a, tlb);
  if (!s.name.endsWith('Any')) return word;
  return { ...word, index: `((${a}&4095)<=${4096 - s.size}?${word.index}:-1>>>0)` };
}

/** Text of what lies in a window, `offset` bytes after its start: an integer or a single, or a double at an even word. */
function inWindow(context: EmitContext, view: string, window: string, offset: number): string {
  if (view === 'double') return `${context.cell('MD')}[${sumText(offset / 8, `(${window}>>1)`)}]`;
  return `${context.cell(view === 'single' ? 'MS' : 'M32')}[${sumText(offset / 4, window)}]`;
}

/** Text of a load from a window. A double comes by way of the state if the window begins at an odd word. */
export function fromWindow(context: EmitContext, view: string, window: string, offset: number): string {
  if (view !== 'double') return inWindow(context, view, window, offset);
  const [low, high] = [0, 4].map((part) => inWindow(context, '', window, offset + part));
  const words = `${context.word(Word.scratch)}=${low},${context.word(Word.scratch + 1)}=${high}`;
  const even = inWindow(context, 'double', window, offset);
  return `((${window}&1)===0?${even}:(${words},${context.view('double', Word.scratch / 2)}))`;
}

/** Text of a store to a window. */
export function toWindow(context: EmitContext, view: string, window: string, offset: number, value: string): string {
  if (view !== 'double') return `${inWindow(context, view, window, offset)}=${value};`;
  const [low, high] = [0, 4].map((part) => inWindow(context, '', window, offset + part));
  const words = `${low}=${context.word(Word.scratch)};${high}=${context.word(Word.scratch + 1)};`;
  const odd = `${context.view('double', Word.scratch / 2)}=${value};${words}`;
  return `if((${window}&1)===0)${inWindow(context, 'double', window, offset)}=${value};else{${odd}}`;
}

/** What the cells of slow paths have after LOAD and STORE. */
export function slowPathName(size: number, view: string): '8' | '16' | '32' | 'S' | 'D' {
  if (view !== '') return view === 'single' ? 'S' : 'D';
  return size === 1 ? '8' : size === 2 ? '16' : '32';
}

/** Boolean text: an access of `bytes` bytes at `offset` of a segment is outside its limits or not allowed. */
export function outsideSegment(
  context: EmitContext,
  segment: string,
  offset: string,
  bytes: number,
  access: string,
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
