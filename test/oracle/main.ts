import type { EngineName, EngineSettings } from '../support/engine.ts';
import type { Report } from './report.ts';
import { parseOracle, UsageError } from './settings.ts';

/** `main.ts ORACLE …`; exit code 1 if anything failed. */
const usage = `usage: oracle i286|native|sse FILE [--engine interpreter|translator] [--threshold N] [--check]
       oracle disassembler ...
       oracle fuzz [--instructions N] [--seed N] [--mode TEXT] [--threshold N] [--check]
       oracle lockstep [PROGRAMS] [SEED] [--threshold N] [--check]
       oracle lockstep-linux [--instructions N] [--threshold N] [--check] [--step N] [--command TEXT]...`;

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

/** Oracles that take something else than a file, and print what they find themselves. */
const others: Record<string, (args: string[]) => Promise<{ passed: number; failed: number }>> = {
  disassembler: async (args) => (await import('./disassembler.ts')).run(args),
  fuzz: async (args) => (await import('./fuzz.ts')).run(args),
  lockstep: async (args) => (await import('./lockstep.ts')).run(args),
  'lockstep-linux': async (args) => (await import('./lockstep-linux.ts')).run(args),
};

async function runOther(name: string, args: string[]): Promise<number> {
  const { passed, failed } = await others[name]!(args);
  console.log(`${passed} passed, ${failed} failed`);
  return failed === 0 ? 0 : 1;
}

async function main([name = '', ...args]: string[]): Promise<number> {
  if (Object.hasOwn(others, name)) return runOther(name, args);
  if (!Object.hasOwn(checks, name)) throw new UsageError(name === '' ? usage : unknownOracle(name));
  const check = checks[name];
  const { positionals, engines, settings } = parseOracle(args, usage);
  if (positionals.length !== 1) throw new UsageError(usage);
  let failed = 0;
  for (const engine of engines) {
    const report = await check(positionals[0]!, engine, settings);
    failed += report.failed;
    console.log(`${engine}:\n${report.text()}`);
  }
  return failed === 0 ? 0 : 1;
}

function unknownOracle(name: string): string {
  return `there is no oracle '${name}'; it is one of: ${Object.keys({ ...checks, ...others }).join(', ')}`;
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  const { code, message } = error as NodeJS.ErrnoException;
  // A file that cannot be read is named in the message.
  if (!(error instanceof UsageError) && code !== 'ENOENT' && code !== 'EISDIR' && code !== 'EACCES') throw error;
  console.error(message);
  process.exitCode = 1;
}
