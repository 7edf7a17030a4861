import { cachedAssets } from '../../../src/node/assets/cache.ts';
import { engines, tableHead } from '../engines.ts';
import { buildPrograms } from './build.ts';
import { type Comparison, compareRuns } from './compare.ts';
import { expectations } from './expectations.ts';
import { Results } from './results.ts';
import { type ProgramRun, runInGuest, runOnHost } from './run.ts';
import { debianQemuSource, givenQemuSource } from './sources.ts';

const VERSION = 'version';

/** The compiled programs, and what they were made of: from the cache if no tree is given. */
async function programsOf(
  source: string | undefined,
): Promise<{ programs: Record<string, Uint8Array>; version: string }> {
  const name = source === undefined ? 'conformance-qemu' : `conformance-qemu-given-${process.pid}`;
  const files = await cachedAssets(name, async (work) => {
    const tree = source === undefined ? await debianQemuSource(work, console.error) : await givenQemuSource(source);
    return { ...(await buildPrograms(tree, work)), [VERSION]: new TextEncoder().encode(tree.version) };
  });
  const { [VERSION]: version, ...programs } = files;
  return { programs, version: new TextDecoder().decode(version) };
}

function row(name: string, comparisons: readonly Comparison[]): string {
  const { failure = 'unexplained', remark } = expectations[name] ?? {};
  const isGood = comparisons.every(({ passed }) => passed);
  const remarks = [...(isGood ? [] : [failure]), ...(remark === undefined ? [] : [remark])];
  return `| \`${name}\` | ${comparisons.map(({ text }) => text).join(' | ')} | ${remarks.join('; ')} |`;
}

/** Runs what has no result yet on an engine. */
async function runColumn(
  programs: Record<string, Uint8Array>,
  engine: string,
  expected: ReadonlyMap<string, ProgramRun>,
  results: Results,
): Promise<void> {
  const done = results.columns[engine] ?? {};
  const missing = Object.fromEntries(Object.entries(programs).filter(([program]) => !(program in done)));
  if (Object.keys(missing).length === 0) return;
  await runInGuest(missing, engines[engine]!, async (program, run) => {
    const comparison = compareRuns(program, run, expected.get(program)!);
    console.error([`${engine}, ${program}: ${comparison.text}`, ...comparison.shown].join('\n'));
    await results.add(engine, program, comparison);
  });
}

/**
 * QEMU's user programs of tests/tcg in Debian's Linux, against the same programs on this host's processor. `resume`: goes
 * on with what an earlier run has not come to.
 */
export async function qemuTests(source: string | undefined, resume: boolean): Promise<string> {
  const { programs, version } = await programsOf(source);
  const expected = await runOnHost(programs);
  const results = await Results.load(version, resume);
  for (const engine of Object.keys(engines)) await runColumn(programs, engine, expected, results);
  const rows = Object.keys(programs).map((name) =>
    row(
      name,
      Object.keys(engines).map((engine) => results.columns[engine]![name]!),
    ),
  );
  return `${version}: the user programs of \`tests/tcg/i386\` and \`tests/tcg/multiarch\` that its makefiles build for i386, below
Debian's kernel with 256 MB. Output and exit code are compared with those of the same program on the host's x86 processor.

${tableHead('program')}
${rows.join('\n')}`;
}
