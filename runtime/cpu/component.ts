import {
  Eflags,
  Halt,
  Held,
  HostInterrupts,
  Segment,
  Shadow,
  Word,
  type WordName,
  wordCounts,
} from '../../translator/abi/state.ts';
import {
  type Component,
  choice,
  describe,
  type Field,
  list,
  type StateHooks,
  u32,
  where,
} from '../snapshot/describe.ts';
import { flagCarriesOf, flagResultOf, flagsImage } from './arithmetic.ts';

import { hasAllowedCacheBits } from './control.ts';
import type { Cpu } from './cpu.ts';
import { updateSpans } from './descriptor.ts';
import { shadowNow } from './flag-instructions.ts';
import { type ModelRegisters, modelRegisterState } from './model-register-state.ts';
import { updateSseMode } from './sse/mode.ts';
import { doublesOf, fillRegister, spillRegister } from './x87/registers.ts';
import { Status, setStatusWord, statusWord, updateFpuMode } from './x87/status.ts';

/**
 * architectural: what a program can see, now or later; it is saved, shown and compared.
 * derived: follows from the architectural state. host: is between the CPU and its host at the moment.
 */
export type StateSort = 'architectural' | 'derived' | 'host';

/** Words that are not architectural; arithmetic flags are part of the EFLAGS image, some words of the status word. */
const sorts: Readonly<Partial<Record<WordName, StateSort>>> = {
  zero: 'derived',
  flagResult: 'derived',
  flagCarries: 'derived',
  segmentLow: 'derived',
  key: 'derived',
  shadowedEip: 'derived',
  fpuTop: 'derived',
  fpuConditions: 'derived',
  fpuRounding: 'derived',
  fpuMode: 'derived',
  sseMode: 'derived',
  faultAddress: 'derived',
  attention: 'host',
  budget: 'host',
  callDepth: 'host',
  codeContext: 'host',
  wake: 'host',
  scratch: 'host',
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

/** Values of words that have only a few. */
const bounds: Readonly<Partial<Record<WordName, Field<number>>>> = {
  interruptShadow: choice(Object.values(Shadow)),
  halted: choice(Object.values(Halt)),
  guestMode: choice([0, 1]),
  interruptsHeld: choice(Object.values(Held)),
  hostInterrupts: choice(Object.values(HostInterrupts)),
  cr0: where(u32, 'a CR0 with CD where NW is set', hasAllowedCacheBits),
};

type Values = Record<string, number | number[]>;

const description = describe(
  Object.fromEntries(
    architectural.map(({ name, count }): [string, Field<number> | Field<number[]>] => [
      name,
      bounds[name] ?? (count === 1 ? u32 : list(count, u32)),
    ]),
  ),
);

/** Entries of which the program sees an image that is made from more than their words. */
interface Image {
  read(state: Int32Array): number | number[];
  write(state: Int32Array, value: number | number[]): void;
}

const unsigned = (state: Int32Array, word: number, count: number): number[] =>
  Array.from(state.subarray(word, word + count), (value) => value >>> 0);

const images: Readonly<Partial<Record<WordName, Image>>> = {
  eflags: {
    read: (state) => (state[Word.eflags] | flagsImage(state[Word.flagResult], state[Word.flagCarries])) >>> 0,
    write: (state, value) => writeFlags(state, value as number),
  },
  interruptShadow: {
    read: shadowNow,
    write(state, value) {
      state[Word.interruptShadow] = value as number;
    },
  },
  fpuStatus: {
    read: (state) => statusWord(state, doublesOf(state)),
    write(state, value) {
      setStatusWord(state, value as number);
      state[Word.fpuStatus] |= (value as number) & (Status.errorSummary | Status.busy);
    },
  },
  fpuRegister: {
    read(state) {
      forRegisters(state, spillRegister);
      return unsigned(state, Word.fpuRegister, FPU_WORDS);
    },
    write(state, value) {
      state.set(value as number[], Word.fpuRegister);
      forRegisters(state, fillRegister);
    },
  },
};

const FPU_WORDS = wordCounts.fpuRegister!;
function forRegisters(state: Int32Array, convert: typeof spillRegister): void {
  const doubles = doublesOf(state);
  for (let register = 0; register < 8; register++) convert(state, doubles, register);
}

function readEntry(state: Int32Array, { name, word, count }: StateEntry): number | number[] {
  const image = images[name];
  if (image) return image.read(state);
  return count === 1 ? state[word] >>> 0 : unsigned(state, word, count);
}

function writeEntry(state: Int32Array, { name, word }: StateEntry, value: number | number[]): void {
  const image = images[name];
  if (image) image.write(state, value);
  else if (typeof value !== 'number') state.set(value, word);
  else state[word] = value;
}

function writeFlags(state: Int32Array, image: number): void {
  state[Word.eflags] = image & ~Eflags.arithmetic;
  state[Word.flagResult] = flagResultOf(image);
  state[Word.flagCarries] = flagCarriesOf(image);
}

/** The words of a state as an object with the architectural names. */
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
export function stateComponent(state: Int32Array, name = 'cpu', hooks: StateHooks = {}): Component {
  return description.bind(name, viewOf(state), hooks);
}

/** Architectural state was put into a CPU: derives the rest from it again, and drops all translations of addresses. */
export function deriveState(cpu: Cpu): void {
  for (let segment = 0; segment <= Segment.gs; segment++) updateSpans(cpu, segment);
  updateFpuMode(cpu.state);
  updateSseMode(cpu.state);
  cpu.state[Word.shadowedEip] = cpu.state[Word.eip];
  cpu.forgetDerived();
}

/** The state of a CPU that has one processor's. */
export function cpuComponent(cpu: Cpu): Component {
  return stateComponent(cpu.state, 'cpu', { restored: () => deriveState(cpu) });
}

/** The model-specific registers that are kept beside that state. */
export function modelRegisterComponent(registers: ModelRegisters, name = 'msr'): Component {
  return modelRegisterState.bind(name, registers);
}
