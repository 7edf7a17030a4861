import { Double, FpuMode, Word } from '../../abi/state.ts';
import type { MemoryFormat } from '../../ir/x87/operations.ts';
import type { EmitContext } from '../context.ts';
import { accessText } from '../memory.ts';
import { unlessExact } from './formulas.ts';

/** Last offset in a page where 8 bytes don't reach into the next one. */
const LAST_QUADWORD = 4096 - 8;
const LAST_EXTENDED = 4096 - 10;
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
  private readonly context: EmitContext;
  private readonly leave: () => string;

  constructor(context: EmitContext, leave: () => string) {
    this.context = context;
    this.leave = leave;
  }

  /** Statements that define `v`, a number or zero without a low part, and perhaps its low part `vl`. */
  load(format: MemoryFormat, address: string): string {
    switch (format) {
      case 'single':
        return `${this.access(4, 'single', address, true)}const v=${this.cell('MS')}[k];${this.normal(SMALLEST_SINGLE)}`;
      case 'double':
        return this.loadDouble(address) + this.normal(SMALLEST_DOUBLE);
      case 'word':
        return `${this.access(2, '', address, true)}const v=${this.cell('M16')}[k]<<16>>16;`;
      case 'doubleword':
        return `${this.access(4, '', address, true)}const v=${this.cell('M32')}[k];`;
      case 'extended':
        return this.loadExtended(address);
      case 'quadword':
        return (
          `${this.accessPair(address, true)}const a=${this.cell('M32')}[k+1]*${TWO_32},b=${this.cell('M32')}[k]>>>0,` +
          `v=a+b,vl=b-(v-a);`
        );
    }
  }

  /** A number that isn't one in the two parts leaves. */
  private loadExtended(address: string): string {
    const [low, high, exponent] = [0, 1, 2].map((n) => this.context.word(Word.scratch + n));
    const words = `${low}=${this.cell('M32')}[k];${high}=${this.cell('M32')}[k+1];${exponent}=${this.cell('M16')}[2*k+4];`;
    const convert = `const v=+${this.context.cell('FROM_EXTENDED')}(),vl=${this.cell('F')}[${Double.scratch + 3}];`;
    return `${this.accessWords(address, true, LAST_EXTENDED)}${words}${convert}if(v!==v){${this.leave()}}`;
  }

  private storeExtended(address: string, high: string, low: string | null): string {
    const [first, second, exponent] = [0, 1, 2].map((n) => this.context.word(Word.scratch + n));
    const words = `${this.cell('M32')}[k]=${first};${this.cell('M32')}[k+1]=${second};${this.cell('M16')}[2*k+4]=${exponent};`;
    const convert = `if(${high}!==${high}){${this.leave()}}${this.context.cell('TO_EXTENDED')}(${high},${low ?? 0});`;
    return `${this.accessWords(address, false, LAST_EXTENDED)}${convert}${words}`;
  }

  /** A denormal operand is an exception, and a NaN may be one; infinities are numbers like others here. */
  private normal(smallest: string): string {
    return `if(!(Math.abs(v)>=${smallest}||v===0)){${this.leave()}}`;
  }

  private loadDouble(address: string): string {
    const { index, limit, view } = this.text(8, 'double', address, true);
    const [low, high] = [this.context.word(Word.scratch), this.context.word(Word.scratch + 1)];
    const words = `${low}=${this.cell('M32')}[k];${high}=${this.cell('M32')}[k+1];v=${this.cell('F')}[${Double.scratch}];`;
    return `k=${index};let v;if(k<${limit})v=${view}[k];else{${this.accessPair(address, true)}${words}}`;
  }

  /** Statements that store `y`, a double. */
  private storeDouble(address: string): string {
    const { index, limit, view } = this.text(8, 'double', address, false);
    const [low, high] = [this.context.word(Word.scratch), this.context.word(Word.scratch + 1)];
    const words = `${this.cell('F')}[${Double.scratch}]=y;${this.cell('M32')}[k]=${low};${this.cell('M32')}[k+1]=${high};`;
    return `k=${index};if(k<${limit})${view}[k]=y;else{${this.accessPair(address, false)}${words}}`;
  }

  /** Statements that convert high + low (null: 0) to a format, and store it. */
  store(format: MemoryFormat, address: string, high: string, low: string | null): string {
    const value = low === null ? high : `${high}+${low}`;
    const lost = low === null ? null : `${low}-(y-${high})!==0`;
    switch (format) {
      case 'double': {
        const exact = lost === null ? '' : unlessExact(lost, this.leave());
        return `let y=${value};if(!(Math.abs(y)>=${SMALLEST_DOUBLE})){${this.zero('y', high)}}${exact}${this.storeDouble(address)}`;
      }
      case 'extended':
        return this.storeExtended(address, high, low);
      case 'single':
        return this.storeSingle(address, high, value, lost);
      case 'word':
        return this.round(value, lost, 2 ** 15) + this.put(2, 'M16', address, 'n|0');
      case 'doubleword':
        return this.round(value, lost, 2 ** 31) + this.put(4, 'M32', address, 'n|0');
      case 'quadword': {
        const words = `const a=Math.floor(n/${TWO_32});${this.cell('M32')}[k]=n-a*${TWO_32};${this.cell('M32')}[k+1]=a;`;
        return this.round(value, lost, 2 ** 51) + this.accessPair(address, false) + words;
      }
    }
  }

  /** Statements of FLDCW: only the rounding control changes, and no exception becomes pending. */
  loadControl(address: string): string {
    const word = (index: number): string => this.context.word(index);
    const { precision, rounding } = FpuMode;
    const changes = `((n^${word(Word.fpuControl)})&${precision})!==0||(${word(Word.fpuStatus)}&~n&${EXCEPTIONS})!==0`;
    const mode = `${word(Word.fpuMode)}=${word(Word.fpuMode)}&~${rounding}|n&${rounding};`;
    const load = `${this.access(2, '', address, true)}const n=${this.cell('M16')}[k];if(${changes}){${this.leave()}}`;
    return `${load}${word(Word.fpuControl)}=n&${CONTROL_MASK}|${CONTROL_ONES};${mode}`;
  }

  /** Statement of FNSTCW. */
  storeControl(address: string): string {
    return this.put(2, 'M16', address, this.context.word(Word.fpuControl));
  }

  /** Only zero is not normal and needs nothing else: it has the sign of its high part. */
  private zero(name: string, high: string): string {
    return `if(y===0)${name}=${high};else{${this.leave()}}`;
  }

  private storeSingle(address: string, high: string, value: string, lost: string | null): string {
    const range = `Math.abs(y)>=${SMALLEST_SINGLE}&&Math.abs(z)<${ABOVE_SINGLES}`;
    // Halfway between two singles the rest decides.
    const tie = `if(y!==z&&${lost}){const w=z+(y-z)+(y-z);if(Math.fround(w)===w){${this.leave()}}}`;
    const text = `const y=${value};let z=Math.fround(y);if(!(${range})){${this.zero('z', high)}}${lost ? tie : ''}`;
    const exact = unlessExact(`y!==z${lost === null ? '' : `||${lost}`}`, this.leave());
    return text + exact + this.put(4, 'MS', address, 'z');
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
    const mode = `o=${this.context.word(Word.fpuMode)}&${rounding}`;
    const exact = unlessExact(`y!==n${lost === null ? '' : `||${lost}`}`, this.leave());
    const integer = `const y=${value},${mode};let n=(y+${TO_INTEGER})-${TO_INTEGER};if(o!==0)${directed};`;
    return `${integer}if(!(${fits})${tie}){${this.leave()}}${exact}`;
  }

  private put(size: number, cell: 'M16' | 'M32' | 'MS', address: string, value: string): string {
    return `${this.access(size, cell === 'MS' ? 'single' : '', address, false)}${this.cell(cell)}[k]=${value};`;
  }

  /** Makes k the index of an access that is allowed, aligned and in RAM. */
  private access(size: number, view: string, address: string, isLoad: boolean): string {
    const { index, limit } = this.text(size, view, address, isLoad);
    return `k=${index};if(!(k<${limit})){${this.leave()}}`;
  }

  /** The same for two words. */
  private accessPair(address: string, isLoad: boolean): string {
    return this.accessWords(address, isLoad, LAST_QUADWORD);
  }

  /** The same for what is within a page up to an offset. */
  private accessWords(address: string, isLoad: boolean, last: number): string {
    const { index, limit } = this.text(4, '', address, isLoad);
    return `k=${index};if(!(k<${limit}&&(${address}&4095)<=${last})){${this.leave()}}`;
  }

  private text(size: number, view: string, address: string, isLoad: boolean) {
    return accessText(this.context, size, view, address, isLoad ? this.context.readTlb : this.context.writeTlb);
  }

  private cell(name: 'F' | 'M16' | 'M32' | 'MS'): string {
    return this.context.cell(name);
  }
}
