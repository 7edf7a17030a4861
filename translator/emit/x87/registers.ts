import { Double, FpuMode, Word } from '../../abi/state.ts';
import type { EmitContext } from '../context.ts';

const ALL = 0xffff;

/** Locals for values of a statement: -1 says that the value is as in the state. */
const unchanged = ['xo', 'xs', 'xc', 'xr'];
const others = ['xi', 'xf', 'xd'];
const operands = ['p0', 'p1', 'p2', 'p3'];

/**
 * The x87 state of a region in locals. `xb` is where the region's depths are counted from, mod 8: register n of the region
 * is R((xb + n) mod 8), with its two parts in xh<n> and xl<n>. `xg` is the tag word rotated so that bits 2n belong to
 * register n. `xp` is 0 if PE is set. The others belong to the last instruction: `xo` opcode and `xi` EIP, `xs` data segment and `xf` offset; `xc`
 * C0, C2 and C3 of a comparison; `xr` what C1 tells of (FpuRounding) with the operands in p0 to p3.
 */
export class X87Registers {
  readonly #context: EmitContext;
  readonly #registers: readonly number[];

  constructor(context: EmitContext, registers: Iterable<number>) {
    this.#context = context;
    this.#registers = [...registers].sort((a, b) => a - b);
  }

  /** Assignments that fetch the state, where the block to come begins at a depth. */
  load(depth: number): string {
    const context = this.#context;
    const tags = context.word(Word.fpuTag);
    const parts = [
      `xb=${context.word(Word.fpuTop)}-${depth}&7`,
      `xp=${context.word(Word.fpuMode)}&${FpuMode.inexact}`,
      `xg=((${tags}|${tags}<<16)>>>(xb<<1))&${ALL}`,
      ...this.#registers.flatMap((n) => [
        `xh${n}=${this.#place(Double.fpuHigh, n)}`,
        `xl${n}=${this.#place(Double.fpuLow, n)}`,
      ]),
      ...unchanged.map((name) => `${name}=-1`),
    ];
    return parts.join(',');
  }

  /** The locals that `load` doesn't set. */
  declarations(): string {
    return [...others, ...operands].map((name) => `,${name}=${operands.includes(name) ? '0.5' : '0'}`).join('');
  }

  /** Statements that put all back; `depth` is the present one, a number or a local. */
  store(depth: string): string {
    const context = this.#context;
    const word = (index: number | string): string => context.word(index);
    const registers = this.#registers.map(
      (n) => `${this.#place(Double.fpuHigh, n)}=xh${n};${this.#place(Double.fpuLow, n)}=xl${n};`,
    );
    const cell = context.cell('F');
    const operandStores = operands.map((name, n) => `${cell}[${Double.fpuOperand + n}]=${name};`).join('');
    const code = `${word(Word.fpuOpcode)}=xo;${word(Word.fpuInstructionPointer)}=xi;`;
    const selector = (segment: string | number): string => word(`${Word.selector}+${segment}`);
    return [
      `${word(Word.fpuTop)}=xb+${depth}&7;`,
      `k=xg<<(xb<<1);${word(Word.fpuTag)}=(k|k>>>16)&${ALL};`,
      ...registers,
      `if(xo>=0){${code}${word(Word.fpuInstructionSelector)}=${word(Word.selector + 1)};}`,
      `if(xs>=0){${word(Word.fpuDataPointer)}=xf;${word(Word.fpuDataSelector)}=${selector('xs')};}`,
      `if(xc>=0)${word(Word.fpuConditions)}=xc;`,
      `if(xr>=0){${word(Word.fpuRounding)}=xr;${operandStores}}`,
    ].join('');
  }

  #place(first: number, register: number): string {
    return `${this.#context.cell('F')}[(xb+${register}&7)+${first}]`;
  }
}
