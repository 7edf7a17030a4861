import type { EngineName, EngineSettings } from '../support/engine.ts';
import type { Report } from './report.ts';
import { type Count, type OracleArguments, parseOracle, UsageError } from './settings.ts';

const usage = `usage: oracle i286|native|sse FILE [--engine interpreter|translator] [--threshold N] [--check]
       oracle disassembler ...
       oracle fuzz [--instructions N] [--seed N] [--mode TEXT] [--threshold N] [--check]
       oracle lockstep [PROGRAMS] [SEED] [--threshold N] [--check]
       oracle lockstep-linux [--instructions N] [--threshold N] [--check] [--step N] [--command TEXT]...
       oracle system [PROGRAMS] [SEED] [--qemu] [--engine TEXT] [--family TEXT] [--instructions N]
       oracle user [PROGRAMS] [SEED] [--engine TEXT]`;

type Check = (file: string, engine: EngineName, settings: EngineSettings) => Promise<Report>;

const checks: Record<string, Check> = {
  native: async (file, engine, settings) => {
    const { checkVectors } = await import('./native/check.ts');
    const { readVectors } = await import('./native/vector.ts');
    return checkVectors(readVectors(file), engine, settings);
  },
  sse: async (file, engine, settings) => {
    const { checkSseVectors } = await import('./native-sse/check.ts');
    const { readVectors } = await import('./native-sse/record.ts');
    return checkSseVectors(readVectors(file), engine, settings);
  },
  i286: async (file, engine, settings) => {
    const { checkI286, readI286 } = await import('./i286.ts');
    return checkI286(readI286(file), engine, settings);
  },
};

/** An oracle that takes something else than a file, and prints what it finds itself. */
interface OtherOracle {
  parse(args: readonly string[]): () => Count | Promise<Count>;
}

const others: Record<string, () => Promise<OtherOracle>> = {
  disassembler: () => import('./disassembler.ts'),
  fuzz: () => import('./fuzz.ts'),
  lockstep: () => import('./lockstep.ts'),
  'lockstep-linux': () => import('./lockstep-linux.ts'),
  system: () => import('./system.ts'),
  user: () => import('./user.ts'),
};

/**
 * Parses the arguments of `oracle …` and returns the task, which gives the exit code: 1 if anything failed. Nothing is done yet.
 * Throws UsageError.
 */
export async function parseCommand([name = '', ...args]: readonly string[]): Promise<() => Promise<number>> {
  if (name === '--help') return printUsage;
  if (Object.hasOwn(others, name)) return printed((await others[name]!()).parse(args));
  if (!Object.hasOwn(checks, name)) throw new UsageError(name === '' ? usage : unknownOracle(name));
  const parsed = parseOracle(args, usage);
  const [file, ...more] = parsed.positionals;
  if (file === undefined || more.length > 0) throw new UsageError(usage);
  return () => checkFile(checks[name]!, file, parsed);
}

async function printUsage(): Promise<number> {
  console.log(usage);
  return 0;
}

function printed(run: () => Count | Promise<Count>): () => Promise<number> {
  return async () => {
    const { passed, failed } = await run();
    console.log(`${passed} passed, ${failed} failed`);
    return failed === 0 ? 0 : 1;
  };
}

async function checkFile(check: Check, file: string, { engines, settings }: OracleArguments): Promise<number> {
  let failed = 0;
  for (const engine of engines) {
    const report = await check(file, engine, settings);
    failed += report.failed;
    console.log(`${engine}:\n${report.text()}`);
  }
  return failed === 0 ? 0 : 1;
}

function unknownOracle(name: string): string {
  return `there is no oracle '${name}'; it is one of: ${Object.keys({ ...checks, ...others }).join(', ')}`;
}
