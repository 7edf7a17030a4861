import { parseArgs } from 'node:util';
import type { Variant } from '../support/guest.ts';
import { Report } from './report.ts';
import { type Count, parseOrExplain, UsageError, wholeNumber } from './settings.ts';
import { compareEngines, engines } from './system/engines.ts';
import { judged, unjudged } from './system/families/index.ts';
import { makeProgram, type ProgramOptions } from './system/program.ts';
import { judge } from './system/qemu.ts';
import type { Family } from './system/snippet.ts';

const all: Family = { ...judged, ...unjudged };
/** Ticks of the timer after which a snippet is left, where two engines of ours see the same ones. */
const MOST_TICKS = 30;
const forEngines: ProgramOptions = { rounds: 20, mostTicks: MOST_TICKS, prints: false };
/** On QEMU they come whenever they like. */
const forQemu: ProgramOptions = { rounds: 3, mostTicks: 1 << 30, prints: true };

export interface SystemOptions {
  readonly programs: number;
  readonly seed: number;
  /** Instructions that a program runs at most. */
  readonly instructions: number;
  /** The family of programs; left out: all families. */
  readonly family?: Family;
}

/** Random guests on the interpreter and on another engine. */
export function checkEngine(engine: Variant, { programs, seed, instructions, family = all }: SystemOptions): Report {
  const report = new Report();
  const endings = new Map<string, number>();
  for (let n = 0; n < programs; n++) {
    const program = makeProgram(seed + n, family, forEngines);
    const { difference, ended, translations } = compareEngines(
      { boot: { kernel: program.image } },
      engine,
      instructions,
    );
    report.add(`program ${seed + n}`, program.names.join(', '), difference === null ? [] : [difference]);
    report.translations += translations;
    endings.set(ended, (endings.get(ended) ?? 0) + 1);
  }
  report.note(`programs by how they ended: ${JSON.stringify(Object.fromEntries(endings))}`);
  return report;
}

/** Random guests on the interpreter and on QEMU; undefined if there is none. */
export function checkQemu({
  programs,
  seed,
  family = judged,
}: Omit<SystemOptions, 'instructions'>): Report | undefined {
  const report = new Report();
  let lines = 0;
  for (let n = 0; n < programs; n++) {
    const program = makeProgram(seed + n, family, forQemu);
    const judgement = judge(program);
    if (judgement === undefined) return undefined;
    const { difference } = judgement;
    report.add(`program ${seed + n}`, program.names.join(', '), difference === null ? [] : [difference]);
    lines += judgement.lines;
  }
  report.note(`${lines} lines that guests printed`);
  return report;
}

const usage = 'usage: oracle system [PROGRAMS] [SEED] [--qemu] [--engine TEXT] [--family TEXT] [--instructions N]';

/** Parses the arguments. PROGRAMS: how many on each engine. Throws UsageError. */
export function parse(args: readonly string[]): () => Count {
  const options = {
    qemu: { type: 'boolean', default: false },
    engine: { type: 'string', default: '' },
    family: { type: 'string', default: '' },
    instructions: { type: 'string', default: '400000' },
  } as const;
  const { values, positionals } = parseOrExplain(
    () => parseArgs({ args: [...args], options, allowPositionals: true }),
    usage,
  );
  if (positionals.length > 2) throw new UsageError(usage);
  const [programs, seed] = [positionals[0] ?? '50', positionals[1] ?? '1'].map((text) => wholeNumber(text, usage));
  const chosen = engines.filter(({ name }) => name.includes(values.engine));
  const family = named(values.qemu ? judged : all, values.family);
  if (chosen.length === 0) throw new UsageError(`the engines are: ${engines.map(({ name }) => name).join('; ')}`);
  if (Object.keys(family).length === 0) throw new UsageError(`the families are: ${Object.keys(all).join('; ')}`);
  const instructions = wholeNumber(values.instructions, usage);
  const settings: SystemOptions = { programs: programs!, seed: seed!, instructions, family };
  return values.qemu ? () => askQemu(settings) : () => askEngines(chosen, settings);
}

const named = (family: Family, text: string): Family =>
  Object.fromEntries(Object.entries(family).filter(([name]) => name.includes(text)));

function askEngines(chosen: readonly Variant[], settings: SystemOptions): Count {
  const result = { passed: 0, failed: 0 };
  for (const engine of chosen) {
    const report = checkEngine(engine, settings);
    console.log(`${engine.name}:\n${report.text()}`);
    result.passed += report.passed;
    result.failed += report.failed;
  }
  return result;
}

function askQemu(settings: SystemOptions): Count {
  const report = checkQemu(settings);
  if (report === undefined) throw new UsageError('there is no qemu-system-i386');
  console.log(report.text());
  return report;
}
