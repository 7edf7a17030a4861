#!/usr/bin/env node
import { ProgressLine } from '../src/cli/progress-line.ts';
import { ConfigurationError } from '../src/util/errors.ts';
import { engines } from './engines/index.ts';
import { runMicroBenchmarks } from './micro/index.ts';
import { type Options, parseOptions, usage } from './options.ts';
import { boot, programs } from './programs.ts';
import { writeReport } from './report.ts';
import type { Measurements } from './results.ts';
import { runBenchmark } from './runner.ts';
import { measureSixteenBit } from './sixteen-bit/index.ts';
import { sixteenBitText } from './sixteen-bit/tables.ts';
import { instructionWorks, programWorks } from './sixteen-bit/works.ts';
import { measureSnapshots } from './snapshots/index.ts';
import { tableText } from './table.ts';

const actions: Readonly<Record<Options['action'], (options: Options) => number | Promise<number>>> = {
  run,
  micro: async ({ filter, json }) => say(await runMicroBenchmarks(filter, json)),
  snapshots: async () => {
    await measureSnapshots((text) => void say(text), { names: ['files', 'forks', 'moves'] });
    return 0;
  },
  'sixteen-bit': runSixteenBit,
  list: () => say(listText()),
  help: () => say(usage),
};

function say(text: string): number {
  process.stdout.write(text);
  return 0;
}

/** The exit code is 1 if something failed: a wrong result is no less a mistake for being fast. */
async function run(options: Options): Promise<number> {
  const progress = new ProgressLine();
  const results = await runBenchmark(options, progress.report).finally(() => progress.end());
  if (options.writeResults) await writeReport(results);
  say(options.json ? jsonText(results) : tableText(results));
  if (results.kept !== undefined) process.stderr.write(`Kept in ${results.kept}\n`);
  return exitCode(results);
}

async function runSixteenBit(options: Options): Promise<number> {
  const progress = new ProgressLine();
  const results = await measureSixteenBit(options, progress.report).finally(() => progress.end());
  say(options.json ? jsonText(results) : sixteenBitText(results));
  return exitCode(results);
}

function jsonText(results: Measurements): string {
  return `${JSON.stringify(results, null, 2)}\n`;
}

function exitCode({ cells }: Measurements): number {
  return cells.some(({ missing }) => missing?.kind === 'failed') ? 1 : 0;
}

function listText(): string {
  const works = [boot, ...programs].map(({ name, group, about }) => `${group.padEnd(10)}${name.padEnd(22)} ${about}\n`);
  const sixteenBit = [...programWorks, ...instructionWorks].map(
    ({ name, about }) => `${'16-bit'.padEnd(10)}${name.padEnd(22)} ${about}\n`,
  );
  const lines = engines.map(({ name, about }) => `${'engine'.padEnd(10)}${name.padEnd(22)} ${about}\n`);
  return [...works, ...sixteenBit, ...lines].join('');
}

async function main(args: readonly string[]): Promise<number> {
  try {
    const options = parseOptions(args);
    return await actions[options.action](options);
  } catch (error) {
    const isMistake = error instanceof ConfigurationError;
    process.stderr.write(`bench: ${isMistake ? error.message : (error as Error).stack}\n`);
    return 1;
  }
}

// Engines and files go when the program ends.
for (const [signal, code] of Object.entries({ SIGHUP: 129, SIGINT: 130, SIGTERM: 143 })) {
  process.once(signal, () => process.exit(code));
}
process.exit(await main(process.argv.slice(2)));
