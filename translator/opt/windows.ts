import { binary, constant, temporary } from '../ir/builder.ts';
import { mayBeMisaligned, Statement, windowOffset } from '../ir/statement.ts';
import type { Value } from '../ir/value.ts';
import type { Pass } from './pass.ts';

/** Bytes that a window spans at most: the more there are, the more often it crosses the end of a page. */
const LONGEST = 128;
const WORD = 4;

/** An address as the sum of a name (a temporary's number; -1: none) and a constant. */
interface Sum {
  readonly base: number;
  readonly offset: number;
}

/** Accesses to words that lie near each other, by their places among the statements. */
interface Run {
  readonly base: number;
  readonly members: number[];
  low: number;
  high: number;
  writes: boolean;
  /** Some of the accesses are often not aligned, and so are all then. */
  misaligned: boolean;
}

/**
 * Words at constant distances, as of a stack frame or a structure, are mostly in one page: one check serves them all. Where it
 * fails the region is left in front of the first: the words are in two pages (LinkKind `narrow`), or one cannot be accessed.
 */
export const windows: Pass = {
  name: 'windows',
  run(statements, newTemporary) {
    const { sums, runs } = collect(statements);
    const made = new Map<number, { run: Run; window: number }>();
    for (const run of runs.filter(({ members }) => members.length > 1)) {
      const window = newTemporary();
      for (const member of run.members) made.set(member, { run, window });
    }
    return statements.flatMap((s, n) => {
      const member = made.get(n);
      if (!member) return [s];
      const { run, window } = member;
      const start = n === run.members[0] ? opening(run, window, newTemporary) : [];
      // The window has the check that a probe is.
      return s.op === 'probe' ? start : [...start, inWindow(s, window, sumOf(s.args[0], sums).offset - run.low)];
    });
  },
};

/** The runs of a block, and what its temporaries are sums of. */
function collect(statements: readonly Statement[]): { sums: Map<number, Sum>; runs: Run[] } {
  const sums = new Map<number, Sum>();
  const runs: Run[] = [];
  let open = new Map<number, Run>();
  let probed = false;
  let misaligned = false;
  statements.forEach((s, n) => {
    if (s.op === 'let') sums.set(s.temporary, sumOf(s.args[0], sums, s.temporary));
    else if (s.op === 'instruction') [probed, misaligned] = [false, mayBeMisaligned(s)];
    else if (s.op === 'exitIf') open = new Map();
    else if (isWordAccess(s)) {
      const sum = sumOf(s.args[0], sums);
      const run = open.get(sum.base);
      const access = { n, writes: s.op !== 'load', misaligned };
      if (run && fits(run, sum.offset)) extend(run, access, sum.offset);
      // What has been probed must be stored to without another check.
      else if (!probed || s.op === 'probe') open.set(sum.base, begin(runs, access, sum));
    }
    probed ||= s.op === 'probe';
  });
  return { sums, runs };
}

function isWordAccess(s: Statement): boolean {
  const isAccess = s.op === 'load' || s.op === 'store' || s.op === 'probe';
  return isAccess && s.size === WORD && s.name === '' && windowOffset(s) === undefined;
}

interface Access extends Pick<Run, 'writes' | 'misaligned'> {
  /** Its place among the statements. */
  readonly n: number;
}

function extend(run: Run, { n, writes, misaligned }: Access, offset: number): void {
  run.members.push(n);
  run.low = Math.min(run.low, offset);
  run.high = Math.max(run.high, offset + WORD);
  run.writes ||= writes;
  run.misaligned ||= misaligned;
}

/** A new run, of one access so far. */
function begin(runs: Run[], { n, writes, misaligned }: Access, { base, offset }: Sum): Run {
  const run = { base, members: [n], low: offset, high: offset + WORD, writes, misaligned };
  runs.push(run);
  return run;
}

function fits({ low, high }: Run, offset: number): boolean {
  const span = Math.max(high, offset + WORD) - Math.min(low, offset);
  return span <= LONGEST && (offset - low) % WORD === 0;
}

/** A value as a sum; one that is none is its own base, if it has a name. */
function sumOf(v: Value, sums: ReadonlyMap<number, Sum>, name = -1): Sum {
  if (v.op === 'constant') return { base: -1, offset: v.number };
  if (v.op === 'temporary') return sums.get(v.number) ?? { base: v.number, offset: 0 };
  if ((v.op === 'add' || v.op === 'sub') && v.b!.op === 'constant' && v.a!.op === 'temporary') {
    const { base, offset } = sumOf(v.a!, sums);
    return { base, offset: v.op === 'add' ? offset + v.b!.number : offset - v.b!.number };
  }
  return { base: name, offset: 0 };
}

/** The statements that begin a run. */
function opening(
  { base, low, high, writes, misaligned }: Run,
  window: number,
  newTemporary: () => number,
): Statement[] {
  const access = `${writes ? 'write' : 'read'}${misaligned ? 'Bytes' : 'Run'}`;
  const open = (start: Value) => new Statement('window', window, high - low, access, [start]);
  if (base < 0) return [open(constant(low))];
  if (low === 0) return [open(temporary(base))];
  const start = newTemporary();
  const sum = binary('add', temporary(base), constant(low));
  return [new Statement('let', start, 0, '', [sum]), open(temporary(start))];
}

function inWindow(s: Statement, window: number, offset: number): Statement {
  return new Statement(s.op, s.temporary, s.size, s.name, [temporary(window), ...s.args.slice(1), constant(offset)]);
}
