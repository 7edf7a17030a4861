import { type Expectation, expectations } from './expectations.ts';
import type { ProgramRun } from './run.ts';

/** A program's run in a guest against that on the host. */
export interface Comparison {
  /** The page's text about the run. */
  readonly text: string;
  readonly passed: boolean;
  /** The first lines that differ without a reason, or the end of the output. */
  readonly shown: readonly string[];
}

const SHOWN = 12;
const END = 300;

/** Compares status and output, line by line; lines that may differ are counted, but pass. */
export function compareRuns(name: string, run: ProgramRun, expected: ProgramRun): Comparison {
  const end = [run.output.slice(-END)];
  if (run.status === null) return { text: 'does not end', passed: false, shown: end };
  if (run.status !== expected.status) return { text: `exit code ${run.status}`, passed: false, shown: end };
  return compareOutput(run.output, expected.output, expectations[name] ?? {});
}

function compareOutput(ours: string, theirs: string, { varies, mayDiffer }: Expectation): Comparison {
  if (varies === 'all') return { text: 'passed', passed: true, shown: [] };
  const lines = [ours, theirs].map((text) => (varies ? text.replaceAll(varies, '') : text).split('\n'));
  const [left, right] = lines as [string[], string[]];
  const different = Array.from({ length: Math.max(left.length, right.length) }, (_, n) => n).filter(
    (n) => left[n] !== right[n],
  );
  const wrong = different.filter((n) => !(left[n] !== undefined && mayDiffer?.test(left[n])));
  const allowed = different.length - wrong.length;
  const count = [...(wrong.length ? [`${wrong.length} lines differ`] : ['passed'])];
  if (allowed > 0) count.push(`${allowed} lines may differ`);
  const shown = wrong.slice(0, SHOWN).map((n) => `${n}: ${left[n]}\n   host: ${right[n]}`);
  return { text: count.join(', '), passed: wrong.length === 0, shown };
}
