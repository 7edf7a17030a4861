import { Eflags } from '../../translator/abi/state.ts';
import type { EngineSettings } from '../support/engine.ts';
import { Random } from '../support/random.ts';
import { PROGRAM, WRITABLE } from './lockstep/layout.ts';
import { compareMachines, type Mode, makeProgramMachine, modes, type ProgramMachine } from './lockstep/machine.ts';
import { generateProgram, type Program } from './lockstep/program.ts';
import { randomValue } from './native/operands.ts';
import { Report } from './report.ts';
import { type Count, parseOracle, UsageError, wholeNumber } from './settings.ts';

/** Times that each program runs, from different registers: translations are made on the way. */
const RUNS = 4;
const COMPARED_BYTES = 0x24000;
const INT3 = 0xcc;
/** Stands for the exception that ends a program, where there is none. */
const ENDLESS = -1;
const WRITABLE_BYTES = 0x2000;
const PROGRAM_BYTES = 0x4000;

/** A machine of each engine. */
class Pair {
  readonly interpreter: ProgramMachine;
  readonly translator: ProgramMachine;

  constructor(mode: Mode, settings: EngineSettings) {
    this.interpreter = makeProgramMachine('interpreter', mode, {});
    this.translator = makeProgramMachine('translator', mode, settings);
  }

  dispose(): void {
    this.interpreter.engine.dispose();
    this.translator.engine.dispose();
  }
}

function load({ interpreter, translator }: Pair, { code }: Program, random: Random): void {
  const data = Uint8Array.from({ length: WRITABLE_BYTES }, () => random.below(256));
  for (const machine of [interpreter, translator]) {
    machine.write(PROGRAM, new Uint8Array(PROGRAM_BYTES).fill(INT3));
    machine.write(PROGRAM, code);
    machine.write(WRITABLE, data);
  }
}

interface Result {
  readonly differences: readonly string[];
  /** The machines are left with the same memory. */
  readonly isEqual: boolean;
}

/** Runs a program on both, until a run leaves them different. */
function runProgram(pair: Pair, random: Random, endings: Map<number, number>): Result {
  for (let run = 0; run < RUNS; run++) {
    const registers = Array.from({ length: 8 }, () => randomValue(random));
    const eflags = Eflags.one | (random.word() & (Eflags.arithmetic | Eflags.df));
    const ending = pair.interpreter.run(registers, eflags) ?? ENDLESS;
    endings.set(ending, (endings.get(ending) ?? 0) + 1);
    // Where the two would be stopped in the middle is not the same.
    if (ending === ENDLESS) return { differences: [], isEqual: false };
    const differences = compareRun(pair, ending, () => pair.translator.run(registers, eflags) ?? ENDLESS);
    if (differences.length > 0) return { differences: [`run ${run}`, ...differences], isEqual: false };
  }
  return { differences: [], isEqual: true };
}

/** Runs the translator and compares; an error in translated code is a difference too. */
function compareRun({ interpreter, translator }: Pair, expected: number, translated: () => number): string[] {
  try {
    const ending = translated();
    const differences = compareMachines(interpreter.engine, translator.engine, COMPARED_BYTES);
    return ending === expected ? differences : [`ended by ${ending}, not ${expected}`, ...differences];
  } catch (error) {
    return [String(error)];
  }
}

export interface LockstepOptions {
  readonly mode: Mode;
  /** Settings of the translator; the interpreter counts. */
  readonly settings: EngineSettings;
  readonly programs: number;
  readonly seed: number;
  /** Is given the text of a program that failed. */
  readonly onFailure?: (text: string) => void;
}

/** Random programs on both engines, states compared after each run. */
export function checkLockstep({ mode, settings, programs, seed, onFailure }: LockstepOptions): Report {
  const report = new Report();
  const endings = new Map<number, number>();
  let pair = new Pair(mode, settings);
  const renew = () => {
    report.translations += pair.translator.engine.translations;
    report.coldRuns += pair.translator.engine.coldRuns;
    pair.dispose();
    pair = new Pair(mode, settings);
  };
  for (let n = 0; n < programs; n++) {
    const random = new Random(seed * 1_000_003 + n);
    const program = generateProgram(random, mode.bits);
    load(pair, program, random);
    const { differences, isEqual } = runProgram(pair, random, endings);
    report.add(mode.name, `program ${n}`, differences);
    if (differences.length > 0) onFailure?.(`; ${mode.name}, seed ${seed}, program ${n}\n${program.text}`);
    if (!isEqual) renew();
  }
  renew();
  pair.dispose();
  report.note(`runs by the exception that ended them: ${JSON.stringify(Object.fromEntries(endings))}`);
  return report;
}

interface NamedSettings extends EngineSettings {
  readonly name: string;
}

/** Both ways of pacing, with regions of two sizes. */
export const translatorSettings: readonly NamedSettings[] = [
  { name: 'translator, counting, small regions', pacing: 'budget', regions: 'small' },
  { name: 'translator, polling', pacing: 'poll', regions: 'default' },
];

/** Nothing is translated. */
const interpretedSettings: NamedSettings = { name: 'interpreted, polling', pacing: 'poll', threshold: 1 << 20 };

/** Settings without nodes at first. */
const coldSettings: NamedSettings = { name: 'without nodes, counting', threshold: 1 << 20, cold: true };

/** Settings of the engines that run random programs next to an interpreter that counts. */
export const lockstepSettings: readonly NamedSettings[] = [...translatorSettings, interpretedSettings, coldSettings];

const usage = 'usage: oracle lockstep [PROGRAMS] [SEED] [--threshold N] [--check]';

/** Parses the arguments. PROGRAMS: how many in each mode and setting. Throws UsageError. */
export function parse(args: readonly string[]): () => Count {
  const { positionals, settings } = parseOracle(args, usage);
  if (positionals.length > 2) throw new UsageError(usage);
  const [programs, seed] = [positionals[0] ?? '300', positionals[1] ?? '1'].map((text) => wholeNumber(text, usage));
  return () => run(programs!, seed!, settings);
}

/** Prints the first program that fails. */
function run(programs: number, seed: number, given: EngineSettings): Count {
  const result = { passed: 0, failed: 0 };
  const failures: string[] = [];
  for (const [mode, settings] of modes.flatMap((mode) =>
    lockstepSettings.map((settings) => [mode, settings] as const),
  )) {
    const onFailure = (text: string) => failures.push(text);
    // A threshold that was given is for the translator.
    const all = { ...given, ...settings };
    const report = checkLockstep({ mode, settings: all, programs, seed, onFailure });
    console.log(`${mode.name}, ${settings.name}:\n${report.text()}`);
    result.passed += report.passed;
    result.failed += report.failed;
  }
  if (failures[0]) console.log(failures[0]);
  return result;
}
