import { binary, constant, temporary } from '../ir/builder.ts';
import {
  define,
  type MemoryStatement,
  make,
  type Statement,
  type WindowParts,
  windowOffset,
  withArguments,
} from '../ir/statement.ts';
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

/** Accesses to words that lie near each other and are to share a window, by their places among the statements. */
interface WindowGroup {
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
    const { sums, groups } = collect(statements);
    const made = new Map<number, { group: WindowGroup; window: number }>();
    for (const group of groups.filter(({ members }) => members.length > 1)) {
      const window = newTemporary();
      for (const member of group.members) made.set(member, { group, window });
    }
    return statements.flatMap((s, n) => {
      const member = made.get(n);
      if (!member) return [s];
      const { group, window } = member;
      const start = n === group.members[0] ? opening(group, window, newTemporary) : [];
      // The window has the check that a probe is.
      return s.op === 'probe' ? start : [...start, inWindow(s, window, sumOf(s.args[0], sums).offset - group.low)];
    });
  },
};

/** The groups of a block, and what its temporaries are sums of. */
function collect(statements: readonly Statement[]): { sums: Map<number, Sum>; groups: WindowGroup[] } {
  const sums = new Map<number, Sum>();
  const groups: WindowGroup[] = [];
  let open = new Map<number, WindowGroup>();
  let probed = false;
  let misaligned = false;
  const missing = missingFrom(statements);
  statements.forEach((s, n) => {
    if (s.op === 'let') sums.set(s.temporary, sumOf(s.args[0], sums, s.temporary));
    else if (s.op === 'instruction') [probed, misaligned] = [false, s.alignment === 'any'];
    else if (s.op === 'exitIf') open = new Map();
    else if (n < missing && isWordAccess(s)) {
      const sum = sumOf(s.args[0], sums);
      const group = open.get(sum.base);
      const access = { n, writes: s.op !== 'load', misaligned };
      if (group && fits(group, sum.offset)) extend(group, access, sum.offset);
      // What has been probed must be stored to without another check.
      else if (!probed || s.op === 'probe') open.set(sum.base, begin(groups, access, sum));
    }
    probed ||= s.op === 'probe';
  });
  return { sums, groups };
}

/** Where the instruction begins that often misses the TLB, if the block ends with one: its accesses are checked one by one, so that it may be run by its handler. */
function missingFrom(statements: readonly Statement[]): number {
  const last = statements.at(-1);
  if (last?.op !== 'jump' || last.kind !== 'missed') return statements.length;
  return statements.findLastIndex(({ op }) => op === 'instruction');
}

function isWordAccess(s: Statement): s is MemoryStatement {
  const isAccess = s.op === 'load' || s.op === 'store' || s.op === 'probe';
  return isAccess && s.size === WORD && s.view === 'integer' && windowOffset(s) === undefined;
}

interface Access extends Pick<WindowGroup, 'writes' | 'misaligned'> {
  /** Its place among the statements. */
  readonly n: number;
}

function extend(group: WindowGroup, { n, writes, misaligned }: Access, offset: number): void {
  group.members.push(n);
  group.low = Math.min(group.low, offset);
  group.high = Math.max(group.high, offset + WORD);
  group.writes ||= writes;
  group.misaligned ||= misaligned;
}

/** A new group, of one access so far. */
function begin(groups: WindowGroup[], { n, writes, misaligned }: Access, { base, offset }: Sum): WindowGroup {
  const group = { base, members: [n], low: offset, high: offset + WORD, writes, misaligned };
  groups.push(group);
  return group;
}

function fits({ low, high }: WindowGroup, offset: number): boolean {
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

/** The statements that begin a group. */
function opening(
  { base, low, high, writes, misaligned }: WindowGroup,
  window: number,
  newTemporary: () => number,
): Statement[] {
  const parts: WindowParts = {
    size: high - low,
    access: writes ? 'write' : 'read',
    alignment: misaligned ? 'any' : 'natural',
    isShared: true,
  };
  const open = (start: Value) => define(window, make.window(parts, start));
  if (base < 0) return [open(constant(low))];
  if (low === 0) return [open(temporary(base))];
  const start = newTemporary();
  const sum = binary('add', temporary(base), constant(low));
  return [define(start, make.let(sum)), open(temporary(start))];
}

function inWindow(s: Statement, window: number, offset: number): Statement {
  return withArguments(s, [temporary(window), ...s.args.slice(1), constant(offset)]);
}
