import type { FloatRegisters } from './float-registers.ts';
import { hex } from './registers.ts';

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
