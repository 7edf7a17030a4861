import { parseArgs } from 'node:util';
import { ConfigurationError } from '../src/util/errors.ts';
import type { Engine } from './engines/engine.ts';
import { engines as allEngines } from './engines/index.ts';
import { boot, groups, optionalGroups, programs, type Work } from './programs.ts';

export interface Options {
  readonly action: 'run' | 'micro' | 'snapshots' | 'sixteen-bit' | 'list' | 'help';
  readonly engines: readonly Engine[];
  readonly works: readonly Work[];
  readonly runs: number;
  /** Factor on every program's size. */
  readonly scale: number;
  /** Name of the engine that the others are compared with. */
  readonly base: string;
  /** Milliseconds for one run of a program. */
  readonly timeout: number;
  readonly json: boolean;
  readonly keep: boolean;
  /** Counts instructions, to show speeds in millions a second. */
  readonly mips: boolean;
  readonly writeResults: boolean;
  /** For --micro and --sixteen-bit: only works that have one of these texts in their names. */
  readonly filter: readonly string[];
}

export const usage = `Usage: npm run bench -- [flags]

  --engines NAME,...   run only these: ${allEngines.map(({ name }) => name).join(', ')}
                       (default: all that can run here but v86-interpreter)
  --filter NAME,...    only work whose name or group holds one of these texts (--list shows them;
                       default: all but the groups real and everyday, which need packages of Debian's)
  --all                all work and all engines
  --runs N             runs of each program in each engine; medians are shown (default: 3)
  --scale X            factor on the size of all programs (default: 1)
  --base NAME          the engine that ratios refer to (default: v86)
  --timeout SECONDS    for one run of a program (default: 180)
  --mips               count the instructions of mix, if it is among the programs, and show how many
                       millions of them a second were executed
  --json               the results as JSON (with npm run -s, which says nothing of its own)
  --keep               keep the kernel, the root file systems and the consoles' output
  --write-results      write bench/RESULTS.md too; means --all --mips, unless --engines names some
  --micro              measure parts of the translator instead (goes with --filter and --json only)
  --snapshots          measure how long it takes to save, restore, fork and move a Linux guest instead, and
                       how many forks that run a command there are a second
  --sixteen-bit        measure code of 16 bits instead: programs as DOS has them, in real mode and under a monitor
                       in virtual-8086 mode, and single instructions; the least of the runs is shown (goes with
                       --engines, --all, --base, --filter, --runs, --scale, --timeout and --json only)
  --list               show all work and all engines
  --help               show this
`;

const flags = {
  engines: { type: 'string' },
  filter: { type: 'string' },
  all: { type: 'boolean' },
  runs: { type: 'string', default: '3' },
  scale: { type: 'string', default: '1' },
  base: { type: 'string' },
  timeout: { type: 'string', default: '180' },
  mips: { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  keep: { type: 'boolean', default: false },
  'write-results': { type: 'boolean', default: false },
  micro: { type: 'boolean', default: false },
  snapshots: { type: 'boolean', default: false },
  'sixteen-bit': { type: 'boolean', default: false },
  list: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const;

/** Flags that ask for something else than a run; the first one that is given counts. */
const actions = ['help', 'list', 'micro', 'snapshots', 'sixteen-bit'] as const;

/**
 * Parses the arguments.
 * @throws ConfigurationError that names the flag which is unknown or wrong
 */
export function parseOptions(args: readonly string[]): Options {
  const { values, given } = parse(args);
  checkCompanions(given);
  const all = values.all === true || values['write-results'];
  if (values['write-results'] && values.filter !== undefined)
    throw new ConfigurationError('--write-results is for a full run; leave --filter out');
  const filter = names(values.filter);
  const engines = chosenEngines(values.engines, all);
  return {
    action: actions.find((name) => values[name]) ?? 'run',
    engines,
    works: values.micro || values['sixteen-bit'] ? [] : chosenWorks(filter, all),
    runs: wholeNumber('--runs', values.runs),
    scale: positiveNumber('--scale', values.scale),
    base: chosenBase(values.base, engines),
    timeout: positiveNumber('--timeout', values.timeout) * 1000,
    json: values.json,
    keep: values.keep,
    mips: values.mips || values['write-results'],
    writeResults: values['write-results'],
    filter,
  };
}

function parse(args: readonly string[]) {
  try {
    const { values, tokens } = parseArgs({ args: [...args], options: flags, allowPositionals: false, tokens: true });
    return { values, given: tokens.flatMap((token) => (token.kind === 'option' ? [token.name] : [])) };
  } catch (error) {
    // Node's messages go on with advice that does not fit here.
    const [message] = (error as Error).message.split(/\. |\n/);
    throw new ConfigurationError(`${message.replace(/\.$/, '')}; --help lists the flags`);
  }
}

/** Flags that mean something with those that measure something else. */
const companions: Readonly<Record<string, readonly string[]>> = {
  micro: ['filter', 'json'],
  'sixteen-bit': ['engines', 'all', 'base', 'filter', 'runs', 'scale', 'timeout', 'json'],
};

function checkCompanions(given: readonly string[]): void {
  for (const [action, flagsWithIt] of Object.entries(companions)) {
    const allowed = [action, 'help', 'list', ...flagsWithIt];
    const other = given.find((name) => !allowed.includes(name));
    if (given.includes(action) && other !== undefined)
      throw new ConfigurationError(`--${other} is for Linux guests; leave it or --${action} out`);
  }
}

function names(list: string | undefined): string[] {
  return (list ?? '').split(',').filter((name) => name !== '');
}

function chosenEngines(list: string | undefined, all: boolean): readonly Engine[] {
  if (list === undefined) return allEngines.filter(({ optional }) => all || !optional);
  const chosen = names(list).map((name) => findEngine('--engines', name));
  if (chosen.length === 0) throw new ConfigurationError('--engines: no engine is named');
  return allEngines.filter((engine) => chosen.includes(engine));
}

function findEngine(flag: string, name: string): Engine {
  const engine = allEngines.find((candidate) => candidate.name === name);
  if (engine) return engine;
  const known = allEngines.map((candidate) => candidate.name).join(', ');
  throw new ConfigurationError(`${flag}: there is no engine '${name}'; there are ${known}`);
}

function chosenBase(name: string | undefined, engines: readonly Engine[]): string {
  if (name === undefined) return engines.find((engine) => engine.name === 'v86')?.name ?? engines[0].name;
  const { name: base } = findEngine('--base', name);
  if (!engines.some((engine) => engine.name === base))
    throw new ConfigurationError(`--base: ${base} is not among the engines that are to run`);
  return base;
}

function chosenWorks(filter: readonly string[], all: boolean): readonly Work[] {
  const works = [boot, ...programs];
  if (filter.length === 0) return works.filter(({ group }) => all || !optionalGroups.has(group));
  for (const text of filter) {
    if (!works.some((work) => matches(work, text)))
      throw new ConfigurationError(`--filter: nothing is called '${text}'; --list shows all work`);
  }
  return works.filter((work) => filter.some((text) => matches(work, text)));
}

/** A group's whole name stands for the group; other texts are looked for in the names. */
function matches({ name, group }: Work, text: string): boolean {
  return (groups as readonly string[]).includes(text) ? group === text : name.includes(text);
}

function wholeNumber(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value > 0) return value;
  throw new ConfigurationError(`${flag}: '${text}' is not a whole number above 0`);
}

function positiveNumber(flag: string, text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new ConfigurationError(`${flag}: '${text}' is not a number above 0`);
}
