import { parseArgs } from 'node:util';
import { type Count, parseOrExplain, UsageError, wholeNumber } from './settings.ts';
import { checkUser, type UserOptions, whyNoUserCode } from './user/check.ts';
import { engines } from './user/engines.ts';

const usage = 'usage: oracle user [PROGRAMS] [SEED] [--engine TEXT]';

/** Parses the arguments. PROGRAMS: how many on each engine. Throws UsageError. */
export function parse(args: readonly string[]): () => Count {
  const options = { engine: { type: 'string', default: '' } } as const;
  const { values, positionals } = parseOrExplain(
    () => parseArgs({ args: [...args], options, allowPositionals: true }),
    usage,
  );
  if (positionals.length > 2) throw new UsageError(usage);
  const [programs, seed] = [positionals[0] ?? '500', positionals[1] ?? '1'].map((text) => wholeNumber(text, usage));
  const chosen = engines.filter(({ name }) => name.includes(values.engine));
  if (chosen.length === 0) throw new UsageError(`the engines are: ${engines.map(({ name }) => name).join('; ')}`);
  return () => run({ programs: programs!, seed: seed!, engines: chosen, onProgress: (done) => console.log(done) });
}

function run(options: UserOptions): Count {
  const reason = whyNoUserCode();
  if (reason) throw new UsageError(reason);
  const result = { passed: 0, failed: 0 };
  for (const [name, report] of checkUser(options)) {
    console.log(`${name}:\n${report.text()}`);
    result.passed += report.passed;
    result.failed += report.failed;
  }
  return result;
}
