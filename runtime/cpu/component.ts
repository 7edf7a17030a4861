import { Eflags, Segment, Word, type WordName, wordCounts } from '../../translator/abi/state.ts';
import { type Component, describe, type Field, list, type StateHooks, u32 } from '../snapshot/describe.ts';
import { flagCarriesOf, flagResultOf, flagsImage } from './arithmetic.ts';
import type { Cpu } from './cpu.ts';
import { updateSpans } from './segmentation.ts';

/**
 * architectural: what a program can see, now or later; it is saved, shown and compared.
 * derived: follows from the architectural state. host: is between the CPU and its host at the moment.
 */
export type StateSort = 'architectural' | 'derived' | 'host';

/** Words that are not architectural; the arithmetic flags are part of the EFLAGS image. */
const sorts: Readonly<Partial<Record<WordName, StateSort>>> = {
  zero: 'derived',
  flagResult: 'derived',
  flagCarries: 'derived',
  segmentLow: 'derived',
  key: 'derived',
  attention: 'host',
  budget: 'host',
  callDepth: 'host',
  wake: 'host',
};

export interface StateEntry {
  readonly name: WordName;
  /** Index of the first word, and how many there are. */
  readonly word: number;
  readonly count: number;
  readonly sort: StateSort;
}

/** Every entry of translator/abi/state.ts, with what it is. */
export const cpuLayout: readonly StateEntry[] = (Object.keys(Word) as WordName[]).map((name) => ({
  name,
  word: Word[name],
  count: wordCounts[name] ?? 1,
  sort: sorts[name] ?? 'architectural',
}));

const architectural = cpuLayout.filter(({ sort }) => sort === 'architectural');

type Values = Record<string, number | number[]>;

const description = describe(
  Object.fromEntries(
    architectural.map(({ name, count }): [string, Field<number> | Field<number[]>] => [
      name,
      count === 1 ? u32 : list(count, u32),
    ]),
  ),
);

function readEntry(state: Int32Array, { name, word, count }: StateEntry): number | number[] {
  if (name === 'eflags') return state[word] | flagsImage(state[Word.flagResult], state[Word.flagCarries]);
  return count === 1 ? state[word] >>> 0 : Array.from(state.subarray(word, word + count), (value) => value >>> 0);
}

function writeEntry(state: Int32Array, { name, word }: StateEntry, value: number | number[]): void {
  if (typeof value !== 'number') state.set(value, word);
  else if (name === 'eflags') writeFlags(state, value);
  else state[word] = value;
}

function writeFlags(state: Int32Array, image: number): void {
  state[Word.eflags] = image & ~Eflags.arithmetic;
  state[Word.flagResult] = flagResultOf(image);
  state[Word.flagCarries] = flagCarriesOf(image);
}

/** The words of a state as an object with the architectural names; EFLAGS is the whole image. */
function viewOf(state: Int32Array): Values {
  const view: Values = {};
  for (const entry of architectural) {
    Object.defineProperty(view, entry.name, {
      enumerable: true,
      get: () => readEntry(state, entry),
      set: (value: number | number[]) => writeEntry(state, entry, value),
    });
  }
  return view;
}

/** The architectural state in a buffer of words (translator/abi/state.ts), whether or not a CPU is there. */
export function stateComponent(state: Int32Array, hooks: StateHooks = {}): Component {
  return description.bind('cpu', viewOf(state), hooks);
}

/** A CPU's state. A load makes what is derived anew, and forgets all translations of addresses. */
export function cpuComponent(cpu: Cpu): Component {
  return stateComponent(cpu.state, {
    restored() {
      for (let segment = 0; segment <= Segment.gs; segment++) updateSpans(cpu, segment);
      cpu.memory.flushAll();
      cpu.updateKey();
    },
  });
}
