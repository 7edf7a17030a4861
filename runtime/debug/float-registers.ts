import { Word } from '../../translator/abi/state.ts';
import type { Cpu } from '../cpu/cpu.ts';
import { packBits } from '../cpu/x87/formats.ts';
import { Fpu, Tag } from '../cpu/x87/fpu.ts';
import { hex } from './registers.ts';

/** Registers of the x87 FPU and SSE; numbers are unsigned. */
export interface FloatRegisters {
  readonly control: number;
  readonly status: number;
  readonly top: number;
  /** One bit for each physical register: 1 if it is empty. */
  readonly empty: number;
  readonly mxcsr: number;
  /** R0 to R7 by number, 80 bits each. */
  readonly fpu: readonly bigint[];
  /** XMM0 to XMM7, four words each, low word first. */
  readonly xmm: readonly (readonly number[])[];
}

const numbers = [0, 1, 2, 3, 4, 5, 6, 7];

/** These registers as they are between two instructions. */
export function readFloatRegisters(cpu: Cpu): FloatRegisters {
  const fpu = new Fpu(cpu);
  const word = (n: number) => cpu.state[n]! >>> 0;
  return {
    control: fpu.control,
    status: fpu.status,
    top: fpu.top,
    empty: numbers.reduce((bits, n) => bits | (fpu.tagOf(n) === Tag.empty ? 1 << n : 0), 0),
    mxcsr: word(Word.mxcsr),
    fpu: numbers.map((n) => packBits(fpu.readPhysical(n))),
    xmm: numbers.map((n) => [0, 1, 2, 3].map((part) => word(Word.xmm + 4 * n + part))),
  };
}

/** The registers as QEMU's `info registers` shows them: lines, each with a line feed. */
export function formatFloatRegisters({ control, status, top, empty, mxcsr, fpu, xmm }: FloatRegisters): string {
  const tags = ~empty & 0xff;
  return [
    `FCW=${hex(control, 4)} FSW=${hex(status, 4)} [ST=${top}] FTW=${hex(tags, 2)} MXCSR=${hex(mxcsr)}`,
    ...inPairs(fpu.map((value, n) => `FPR${n}=${formatExtended(value)}`)),
    ...inPairs(xmm.map((words, n) => `XMM0${n}=${formatXmm(words)}`)),
    '',
  ].join('\n');
}

/** Significand, then sign and exponent. */
function formatExtended(value: bigint): string {
  const digits = value.toString(16).padStart(20, '0');
  return `${digits.slice(4)} ${digits.slice(0, 4)}`;
}

function formatXmm(words: readonly number[]): string {
  const [a, b, c, d] = words.map((word) => hex(word));
  return `${d}${c} ${b}${a}`;
}

function inPairs(texts: readonly string[]): string[] {
  return texts.flatMap((text, n) => (n % 2 === 0 ? [`${text} ${texts[n + 1]}`] : []));
}
