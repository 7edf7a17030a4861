import { parseArgs } from 'node:util';
import type { EngineName } from '../../runtime/machine/config.ts';
import { Checkpoint } from '../../src/node/lockstep/checkpoint.ts';
import { compareAll, compareStates } from '../../src/node/lockstep/compare.ts';
import { type Difference, differenceText, narrowDown } from '../../src/node/lockstep/narrow.ts';
import { FuzzMachine, type Start } from './fuzz/machine.ts';
import { type FuzzMode, fuzzModes } from './fuzz/modes.ts';
import { makeProgram, type Program } from './fuzz/program.ts';
import { type Count, parseOrExplain, UsageError } from './settings.ts';

/** Instructions of one run at the most. */
const LONGEST = 400;

type Pair = readonly [FuzzMachine, FuzzMachine];

interface Found {
  readonly run: number;
  readonly differences: readonly string[];
  readonly narrowed: Difference | null;
}

export interface FuzzReport {
  /** Executed by the first machine. */
  instructions: number;
  passed: number;
  failed: number;
  translations: number;
  /** Runs by how they ended. */
  readonly endings: Map<string, number>;
  readonly failures: string[];
}

/** How a run ended; undefined: it ran as long as it may. */
export function runOnce(pair: Pair, start: Start): readonly (string | undefined)[] {
  return pair.map((machine) => {
    machine.begin(start);
    machine.step(LONGEST);
    return machine.ended;
  });
}

/** The first run that leaves the machines different, or null. */
function runProgram(pair: Pair, program: Program, report: FuzzReport): Found | null {
  for (const machine of pair) machine.prepare(program.image, program.setting, program.seed);
  for (const [run, start] of program.starts.entries()) {
    const before = pair[0].instructions;
    const endings = runOnce(pair, start);
    report.instructions += pair[0].instructions - before;
    const ending = endings[0] ?? 'goes on';
    report.endings.set(ending, (report.endings.get(ending) ?? 0) + 1);
    const differences = compareRuns(pair, endings, run === program.starts.length - 1);
    if (differences.length > 0) return { run, differences, narrowed: null };
    // How long it has slept need not be the same.
    if (ending === 'sleeps') break;
  }
  return null;
}

export function compareRuns(pair: Pair, endings: readonly (string | undefined)[], whole: boolean): string[] {
  if (endings[0] !== endings[1]) return [`ended by ${endings.join(' and ')}`, ...compareAll(...pair)];
  if (endings[0] === 'sleeps') return compareStates(pair[0].core.state, pair[1].core.state);
  const counts = pair.map(({ instructions }) => instructions);
  const count = counts[0] === counts[1] ? [] : [`instructions ${counts.join(' and ')}`];
  const rest = whole ? compareAll(...pair) : compareStates(pair[0].core.state, pair[1].core.state);
  // Nothing says where a processor is that has shut down.
  return [...count, ...rest].filter((line) => endings[0] !== 'shutdown' || !line.startsWith('cpu.eip '));
}

/** Runs a program once more up to the run that failed, and looks for the instruction. */
function narrow(makePair: () => Pair, program: Program, { run }: Found): Difference | null {
  const pair = makePair();
  try {
    for (const machine of pair) machine.prepare(program.image, program.setting, program.seed);
    for (let n = 0; n < run; n++) runOnce(pair, program.starts[n]!);
    for (const machine of pair) machine.begin(program.starts[run]!);
    return narrowDown(new Checkpoint(pair[0]), pair, LONGEST);
  } finally {
    for (const machine of pair) machine.core.dispose();
  }
}

export interface FuzzOptions {
  readonly instructions: number;
  readonly seed: number;
  /** The translator's threshold; 2 if left out: an entry is translated when it runs for the second time. */
  readonly threshold?: number;
  readonly check?: boolean;
}

/** Failures after which it is enough. */
const MOST_FAILURES = 3;

/** Random code in a mode on both engines, until so many instructions have run. */
export function fuzz(mode: FuzzMode, { instructions, seed, threshold = 2, check = false }: FuzzOptions): FuzzReport {
  const make = (engine: EngineName): FuzzMachine => new FuzzMachine(engine, threshold, check);
  const makePair = (): Pair => [make('interpreter'), make('translator')];
  const report: FuzzReport = {
    instructions: 0,
    passed: 0,
    failed: 0,
    translations: 0,
    endings: new Map(),
    failures: [],
  };
  let pair = makePair();
  for (let n = 0; report.instructions < instructions && report.failed < MOST_FAILURES; n++) {
    const program = makeProgram(mode, seed * 1_000_003 + n);
    const failure = failureOf(pair, makePair, program, report);
    if (failure === null) report.passed++;
    else {
      report.failed++;
      report.failures.push(failure);
      dispose(pair, report);
      pair = makePair();
    }
  }
  dispose(pair, report);
  return report;
}

/** The failure of a program's run, an error of the host's included; null: there is none. */
function failureOf(pair: Pair, makePair: () => Pair, program: Program, report: FuzzReport): string | null {
  try {
    const found = runProgram(pair, program, report);
    return found && failureText(program, { ...found, narrowed: narrow(makePair, program, found) });
  } catch (error) {
    return `${program.setting.mode.name}, program ${program.seed}: ${(error as Error).stack}`;
  }
}

function dispose(pair: Pair, report: FuzzReport): void {
  report.translations += pair[1].core.engine.tiering?.metrics.translations ?? 0;
  for (const machine of pair) machine.core.dispose();
}

function failureText({ setting, seed }: Program, { run, differences, narrowed }: Found): string {
  const { mode, paging, based } = setting;
  return [
    `${mode.name}, paging ${paging}${based ? ', segments with a base' : ''}, program ${seed}, run ${run}:`,
    ...differences.slice(0, 12),
    narrowed ? differenceText(narrowed, ['interpreter', 'translator']) : 'the difference does not come again',
  ].join('\n');
}

const usage = 'usage: oracle fuzz [--instructions N] [--seed N] [--mode TEXT] [--threshold N] [--check]';

/** Parses the arguments. `--instructions`: in each mode. Throws UsageError. */
export function parse(args: readonly string[]): () => Count {
  const options = {
    instructions: { type: 'string', default: '3e5' },
    seed: { type: 'string', default: '1' },
    mode: { type: 'string', default: '' },
    threshold: { type: 'string', default: '2' },
    check: { type: 'boolean', default: false },
  } as const;
  const { values } = parseOrExplain(() => parseArgs({ args: [...args], options }), usage);
  const [instructions, seed, threshold] = [values.instructions, values.seed, values.threshold].map(Number);
  if (![instructions, seed, threshold].every((value) => value! >= 0)) throw new UsageError(usage);
  const modes = fuzzModes.filter(({ name }) => name.includes(values.mode));
  if (modes.length === 0) throw new UsageError(`the modes are: ${fuzzModes.map(({ name }) => name).join('; ')}`);
  const settings = { instructions: instructions!, seed: seed!, threshold: threshold!, check: values.check };
  return () => run(modes, settings);
}

function run(modes: readonly FuzzMode[], settings: FuzzOptions): Count {
  const result = { passed: 0, failed: 0 };
  for (const mode of modes) {
    const report = fuzz(mode, settings);
    console.log(`${mode.name}: ${reportText(report)}`);
    result.passed += report.passed;
    result.failed += report.failed;
  }
  return result;
}

export function reportText({ instructions, passed, failed, translations, endings, failures }: FuzzReport): string {
  const runs = JSON.stringify(Object.fromEntries(endings));
  const sum = `${instructions} instructions, ${passed} programs passed, ${failed} failed, ${translations} translations`;
  return [`${sum}; runs by how they ended: ${runs}`, ...failures].join('\n');
}
