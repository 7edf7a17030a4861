import { Eflags } from '../../translator/abi/state.ts';
import type { EngineSettings } from '../support/engine.ts';
import { Random } from '../support/random.ts';
import { PROGRAM, WRITABLE } from './lockstep/layout.ts';
import { compareMachines, type Mode, makeProgramMachine, modes, type ProgramMachine } from './lockstep/machine.ts';
import { generateProgram, type Program } from './lockstep/program.ts';
import { randomValue } from './native/operands.ts';
import { Report } from './report.ts';

/** Times that each program runs, from different registers: translations are made on the way. */
const RUNS = 4;
const COMPARED_BYTES = 0x24000;
const INT3 = 0xcc;
/** Stands for the exception that ends a program, where there is none. */
const ENDLESS = -1;
const WRITABLE_BYTES = 0x2000;
const PROGRAM_BYTES = 0x4000;

interface Pair {
  readonly interpreter: ProgramMachine;
  readonly translator: ProgramMachine;
}

function load({ interpreter, translator }: Pair, { code }: Program, random: Random): void {
  const data = Uint8Array.from({ length: WRITABLE_BYTES }, () => random.below(256));
  for (const machine of [interpreter, translator]) {
    machine.write(PROGRAM, new Uint8Array(PROGRAM_BYTES).fill(INT3));
    machine.write(PROGRAM, code);
    machine.write(WRITABLE, data);
  }
}

/** Runs a program on both; what differs after the first run that leaves them different. */
function runProgram(pair: Pair, random: Random, endings: Map<number, number>): string[] {
  const { interpreter, translator } = pair;
  for (let run = 0; run < RUNS; run++) {
    const registers = Array.from({ length: 8 }, () => randomValue(random));
    const eflags = Eflags.one | (random.word() & (Eflags.arithmetic | Eflags.df));
    const ending = interpreter.run(registers, eflags) ?? ENDLESS;
    endings.set(ending, (endings.get(ending) ?? 0) + 1);
    // Where the two would be stopped in the middle is not the same, and nothing stops code that isn't counted.
    if (ending === ENDLESS) return [];
    const other = translator.run(registers, eflags) ?? ENDLESS;
    if (ending !== other) return [`run ${run} ends by ${ending} and ${other}`];
    const differences = compareMachines(interpreter.engine, translator.engine, COMPARED_BYTES);
    if (differences.length > 0) return [`after run ${run}`, ...differences];
  }
  return [];
}

export interface LockstepOptions {
  readonly mode: Mode;
  /** Of the translator; the interpreter counts. */
  readonly settings: EngineSettings;
  readonly programs: number;
  readonly seed: number;
  /** Is given the text of a program that failed. */
  readonly onFailure?: (text: string) => void;
}

/** Random programs on both engines, states compared after each run. */
export function checkLockstep({ mode, settings, programs, seed, onFailure }: LockstepOptions): Report {
  const report = new Report();
  const pair = {
    interpreter: makeProgramMachine('interpreter', mode, {}),
    translator: makeProgramMachine('translator', mode, settings),
  };
  const endings = new Map<number, number>();
  for (let n = 0; n < programs; n++) {
    const random = new Random(seed * 1_000_003 + n);
    const program = generateProgram(random, mode.bits);
    load(pair, program, random);
    const differences = runProgram(pair, random, endings);
    if (differences.length > 0) onFailure?.(`; ${mode.name}, seed ${seed}, program ${n}\n${program.text}`);
    report.add(mode.name, `program ${n}`, differences);
  }
  report.note(`runs by the exception that ended them: ${JSON.stringify(Object.fromEntries(endings))}`);
  report.note(`${pair.translator.engine.translations} translations`);
  pair.interpreter.engine.dispose();
  pair.translator.engine.dispose();
  return report;
}

/** Both ways of pacing, with regions of two sizes. */
export const translatorSettings: readonly EngineSettings[] = [
  { pacing: 'count', regions: 'small' },
  { pacing: 'poll', regions: 'default' },
];

/** `[PROGRAMS] [SEED]`: how many in each mode and setting. Prints the first program that fails. */
export function run([count = '300', seed = '1']: string[]): { passed: number; failed: number } {
  const result = { passed: 0, failed: 0 };
  const failures: string[] = [];
  for (const [mode, settings] of modes.flatMap((mode) =>
    translatorSettings.map((settings) => [mode, settings] as const),
  )) {
    const onFailure = (text: string) => failures.push(text);
    const report = checkLockstep({ mode, settings, programs: Number(count), seed: Number(seed), onFailure });
    console.log(`${mode.name}, ${settings.pacing}, ${settings.regions} regions:\n${report.text()}`);
    result.passed += report.passed;
    result.failed += report.failed;
  }
  if (failures[0]) console.log(failures[0]);
  return result;
}
