import { Double, FpuMode, Word } from '../../abi/state.ts';
import type { Accessed, Alignment } from '../../ir/statement.ts';
import type { MemoryFormat } from '../../ir/x87/operations.ts';
import type { EmitContext, TlbName } from '../context.ts';
import { type AccessText, accessText, fromWindow, toWindow, type Window, windowText } from '../memory.ts';
import { unlessExact } from './formulas.ts';

const SINGLE: Accessed = { size: 4, view: 'single' };
const DOUBLE: Accessed = { size: 8, view: 'double' };
const SHORT: Accessed = { size: 2, view: 'integer' };
const WORD: Accessed = { size: 4, view: 'integer' };
/** Operands of several words, which need not be in one page. */
const QUADWORD: Window = { size: 8, alignment: 'any', isShared: false };
const EXTENDED: Window = { size: 10, alignment: 'any', isShared: false };
const TWO_32 = '4294967296';
/** Smallest normal numbers of the formats, and more than the largest single. */
const SMALLEST_DOUBLE = `${2 ** -1022}`;
const SMALLEST_SINGLE = `${2 ** -126}`;
const ABOVE_SINGLES = '3.5e38';
/** Adding and subtracting it rounds numbers below 2^51 to integers. */
const TO_INTEGER = `${1.5 * 2 ** 52}`;

/** Exceptions that have masks; bits of the control word that can be changed; one that reads as 1. */
const EXCEPTIONS = 0x3f;
const CONTROL_MASK = 0x1f3f;
const CONTROL_ONES = 0x40;

/** Operands of x87 instructions in memory as text; `leave` leaves in front of the instruction. */
export class OperandText {
  readonly #context: EmitContext;
  readonly #leave: () => string;
  /** Alignment of the current instruction's operand. */
  readonly #alignment: () => Alignment;

  constructor(context: EmitContext, leave: () => string, alignment: () => Alignment) {
    this.#context = context;
    this.#leave = leave;
    this.#alignment = alignment;
  }

  /** Statements that define `v`, a number or zero without a low part, and perhaps its low part `vl`. */
  load(format: MemoryFormat, address: string): string {
    switch (format) {
      case 'single':
        return this.#get('v', SINGLE, address) + this.#normal(SMALLEST_SINGLE);
      case 'double':
        return this.#loadDouble(address) + this.#normal(SMALLEST_DOUBLE);
      case 'word':
        return this.#get('v', SHORT, address, '<<16>>16');
      case 'doubleword':
        return this.#get('v', WORD, address);
      case 'extended':
        return this.#loadExtended(address);
      case 'quadword':
        return (
          `${this.#find(QUADWORD, address, true)}const a=${this.#word(4)}*${TWO_32},b=${this.#word(0)}>>>0,` +
          `v=a+b,vl=b-(v-a);`
        );
    }
  }

  /** A number that isn't one in the two parts leaves. */
  #loadExtended(address: string): string {
    const [low, high, exponent] = [0, 1, 2].map((n) => this.#context.word(Word.scratch + n));
    const words = `${low}=${this.#word(0)};${high}=${this.#word(4)};${exponent}=${this.#part(SHORT, 8)};`;
    const convert = `const v=+${this.#context.cell('FROM_EXTENDED')}(),vl=${this.#context.cell('F')}[${Double.scratch + 3}];`;
    return `${this.#find(EXTENDED, address, true)}${words}${convert}if(v!==v){${this.#leave()}}`;
  }

  #storeExtended(address: string, high: string, low: string | null): string {
    const [first, second, exponent] = [0, 1, 2].map((n) => this.#context.word(Word.scratch + n));
    const words = this.#putPart(WORD, 0, first) + this.#putPart(WORD, 4, second) + this.#putPart(SHORT, 8, exponent);
    const convert = `if(${high}!==${high}){${this.#leave()}}${this.#context.cell('TO_EXTENDED')}(${high},${low ?? 0});`;
    return `${this.#find(EXTENDED, address, false)}${convert}${words}`;
  }

  /** A denormal operand is an exception, and a NaN may be one; infinities are numbers like others here. */
  #normal(smallest: string): string {
    return `if(!(Math.abs(v)>=${smallest}||v===0)){${this.#leave()}}`;
  }

  /** Where doubles are only multiples of 4, as in the frames of the i386 ABI, they are two words. */
  #loadDouble(address: string): string {
    if (this.#alignment() === 'any') return this.#get('v', DOUBLE, address);
    const { index, hits, load } = this.#text(DOUBLE, address, true);
    const [low, high] = [this.#context.word(Word.scratch), this.#context.word(Word.scratch + 1)];
    const words = `${low}=${this.#word(0)};${high}=${this.#word(4)};v=${this.#context.cell('F')}[${Double.scratch}];`;
    return `k=${index};let v;if(${hits('k')})v=${load('k')};else{${this.#find(QUADWORD, address, true)}${words}}`;
  }

  /** Statements that store `y`, a double. */
  #storeDouble(address: string): string {
    if (this.#alignment() === 'any') return this.#put(DOUBLE, address, 'y');
    const { index, hits, store } = this.#text(DOUBLE, address, false);
    const [low, high] = [this.#context.word(Word.scratch), this.#context.word(Word.scratch + 1)];
    const words = `${this.#context.cell('F')}[${Double.scratch}]=y;${this.#putPart(WORD, 0, low)}${this.#putPart(WORD, 4, high)}`;
    return `k=${index};if(${hits('k')})${store('k', 'y')}else{${this.#find(QUADWORD, address, false)}${words}}`;
  }

  /** Statements that convert high + low (null: 0) to a format, and store it. */
  store(format: MemoryFormat, address: string, high: string, low: string | null): string {
    const value = low === null ? high : `${high}+${low}`;
    const lost = low === null ? null : `${low}-(y-${high})!==0`;
    switch (format) {
      case 'double': {
        const exact = lost === null ? '' : unlessExact(lost, this.#leave());
        return `let y=${value};if(!(Math.abs(y)>=${SMALLEST_DOUBLE})){${this.#zero('y', high)}}${exact}${this.#storeDouble(address)}`;
      }
      case 'extended':
        return this.#storeExtended(address, high, low);
      case 'single':
        return this.#storeSingle(address, high, value, lost);
      case 'word':
        return this.round(value, lost, 2 ** 15) + this.#put(SHORT, address, 'n|0');
      case 'doubleword':
        return this.round(value, lost, 2 ** 31) + this.#put(WORD, address, 'n|0');
      case 'quadword': {
        const words = this.#putPart(WORD, 0, `n-a*${TWO_32}`) + this.#putPart(WORD, 4, 'a');
        const high = `const a=Math.floor(n/${TWO_32});`;
        return this.round(value, lost, 2 ** 51) + this.#find(QUADWORD, address, false) + high + words;
      }
    }
  }

  /** Statements of FLDCW: only the rounding control changes, and no exception becomes pending. */
  loadControl(address: string): string {
    const word = (index: number): string => this.#context.word(index);
    const { precision, rounding } = FpuMode;
    const changes = `((n^${word(Word.fpuControl)})&${precision})!==0||(${word(Word.fpuStatus)}&~n&${EXCEPTIONS})!==0`;
    const mode = `${word(Word.fpuMode)}=${word(Word.fpuMode)}&~${rounding}|n&${rounding};`;
    const load = `${this.#get('n', SHORT, address)}if(${changes}){${this.#leave()}}`;
    return `${load}${word(Word.fpuControl)}=n&${CONTROL_MASK}|${CONTROL_ONES};${mode}`;
  }

  /** Statement of FNSTCW. */
  storeControl(address: string): string {
    return this.#put(SHORT, address, this.#context.word(Word.fpuControl));
  }

  /** Only zero is not normal and needs nothing else: it has the sign of its high part. */
  #zero(name: string, high: string): string {
    return `if(y===0)${name}=${high};else{${this.#leave()}}`;
  }

  #storeSingle(address: string, high: string, value: string, lost: string | null): string {
    const range = `Math.abs(y)>=${SMALLEST_SINGLE}&&Math.abs(z)<${ABOVE_SINGLES}`;
    // Halfway between two singles the rest decides.
    const tie = `if(y!==z&&${lost}){const w=z+(y-z)+(y-z);if(Math.fround(w)===w){${this.#leave()}}}`;
    const text = `const y=${value};let z=Math.fround(y);if(!(${range})){${this.#zero('z', high)}}${lost ? tie : ''}`;
    const exact = unlessExact(`y!==z${lost === null ? '' : `||${lost}`}`, this.#leave());
    return text + exact + this.#put(SINGLE, address, 'z');
  }

  /**
   * Defines `n`, the value rounded to an integer from -limit to limit - 1, and `o`, the rounding control in its place. What
   * is lost of the value beside the double y can only matter halfway between integers or, if o isn't 0, at one.
   */
  round(value: string, lost: string | null, limit: number): string {
    const tie = lost === null ? '' : `||Math.abs(y-n)===(o===0?0.5:0)&&${lost}`;
    const fits = `n>=-${limit}&&n<=${limit - 1}`;
    const { rounding } = FpuMode;
    const directed = `n=o===${rounding}?Math.trunc(y):o===${rounding & -rounding}?Math.floor(y):Math.ceil(y)`;
    const mode = `o=${this.#context.word(Word.fpuMode)}&${rounding}`;
    const exact = unlessExact(`y!==n${lost === null ? '' : `||${lost}`}`, this.#leave());
    const integer = `const y=${value},${mode};let n=(y+${TO_INTEGER})-${TO_INTEGER};if(o!==0)${directed};`;
    return `${integer}if(!(${fits})${tie}){${this.#leave()}}${exact}`;
  }

  /** Statements that define a name by what is loaded, and what is done with it. */
  #get(name: string, what: Accessed, address: string, changed = ''): string {
    const text = this.#text(what, address, true);
    return `${this.#check(text)}const ${name}=${text.load('k')}${changed};`;
  }

  #put(what: Accessed, address: string, value: string): string {
    const text = this.#text(what, address, false);
    return this.#check(text) + text.store('k', value);
  }

  #text(what: Accessed, address: string, isLoad: boolean): AccessText {
    return accessText(this.#context, what, address, this.#tlb(isLoad), this.#alignment());
  }

  /** Makes k the index of an access that can be done in place. */
  #check({ index, hits }: AccessText): string {
    return `k=${index};if(!(${hits('k')})){${this.#leave()}}`;
  }

  /** Text that finds an operand whose parts are accessed. */
  #find(what: Window, address: string, isLoad: boolean): string {
    return this.#check(windowText(this.#context, what, address, this.#tlb(isLoad), this.#alignment()));
  }

  #word(offset: number): string {
    return this.#part(WORD, offset);
  }

  #part(what: Accessed, offset: number): string {
    return fromWindow(this.#context, what, 'k', offset, this.#alignment());
  }

  #putPart(what: Accessed, offset: number, value: string): string {
    return toWindow(this.#context, what, 'k', offset, value, this.#alignment());
  }

  #tlb(isLoad: boolean): TlbName {
    return isLoad ? this.#context.readTlb : this.#context.writeTlb;
  }
}
