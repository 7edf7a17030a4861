import { Cr0, Cr4 } from '../../translator/abi/control-registers.ts';
import { Double, STATE_BYTES, WORD_COUNT, Word, wordCounts } from '../../translator/abi/state.ts';
import { cpuLayout } from './component.ts';
import type { Cpu } from './cpu.ts';
import { type ModelRegisters, modelRegisterState } from './model-register-state.ts';

/** Words that the machine has once: what is between the CPU and its host, and the random generator. */
const shared = cpuLayout
  .filter(({ name, sort }) => sort === 'host' || name === 'randomKey' || name === 'randomCount')
  .flatMap(({ word, count }) => Array.from({ length: count }, (_, n) => word + n))
  .toSorted((left, right) => left - right);

/** The runs of words between these. */
const ranges: readonly (readonly [from: number, to: number])[] = [-1, ...shared]
  .map((word, n): [number, number] => [word + 1, shared[n] ?? WORD_COUNT])
  .filter(([from, to]) => from < to);

/** Bits of CR4 that decide what a page table means. */
const PAGING_BITS = Cr4.pse | Cr4.pae | Cr4.pge;

/** The state of one processor while the CPU holds that of another one. */
export class KeptProcessor {
  /** The words of translator/abi/state.ts. */
  readonly state: Int32Array;
  readonly modelRegisters: ModelRegisters;
  readonly #doubles: Float64Array;

  constructor(modelRegisters = modelRegisterState.create()) {
    const buffer = new ArrayBuffer(STATE_BYTES);
    this.state = new Int32Array(buffer, 0, WORD_COUNT);
    this.#doubles = new Float64Array(buffer);
    this.modelRegisters = modelRegisters;
  }

  /** Takes what the CPU has. */
  keep({ state, doubles }: Cpu): void {
    copyWords(state, this.state);
    this.#doubles.set(doubles.subarray(Double.readSpan), Double.readSpan);
  }

  /** Puts it into the CPU. What others share stays, and so do translations of addresses. */
  restore(cpu: Cpu): void {
    copyWords(this.state, cpu.state);
    cpu.doubles.set(this.#doubles.subarray(Double.readSpan), Double.readSpan);
    cpu.modelRegisters = this.modelRegisters;
  }
}

function copyWords(from: Int32Array, to: Int32Array): void {
  for (const [first, end] of ranges) to.set(from.subarray(first, end), first);
}

/** Whether the same linear addresses lead to the same memory, with the same rights. */
export function haveSamePages(left: Int32Array, right: Int32Array): boolean {
  const differences =
    (left[Word.cr3] ^ right[Word.cr3]) |
    ((left[Word.cr0] ^ right[Word.cr0]) & (Cr0.pg | Cr0.wp)) |
    ((left[Word.cr4] ^ right[Word.cr4]) & PAGING_BITS) |
    (left[Word.efer] ^ right[Word.efer]) |
    (left[Word.nestedMode] ^ right[Word.nestedMode]) |
    (left[Word.nestedCr3] ^ right[Word.nestedCr3]);
  if (differences !== 0) return false;
  const end = Word.pagePointer + wordCounts.pagePointer!;
  for (let word = Word.pagePointer; word < end; word++) if (left[word] !== right[word]) return false;
  return true;
}
