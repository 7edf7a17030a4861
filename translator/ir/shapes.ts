import { type HelperName, helpers } from '../abi/helpers.ts';
import { PAGE_BYTES } from '../abi/page.ts';
import { type Kind, valueOperation } from './operations.ts';
import { type FlagKind, isShared, type Statement, type StatementOp } from './statement.ts';
import type { Value } from './value.ts';

/** What a statement of an operation must look like. */
export interface StatementShape {
  readonly args: number | ((s: Statement) => number | undefined);
  /** Sizes allowed; none for most. */
  readonly sizes?: ReadonlySet<number> | ((s: Statement) => ReadonlySet<number>);
  /** Names allowed; none for most. */
  readonly names?: ReadonlySet<string>;
  readonly defines?: boolean | ((s: Statement) => boolean);
  /** Argument 0 is a state word. */
  readonly word?: boolean;
  /** Places of arguments that must be names, and of those that are EIPs known statically. */
  readonly named?: readonly number[];
  /** Arguments may be printed later, after other changes of the flags: they don't read them. */
  readonly flagless?: boolean;
  readonly targets?: readonly number[];
}

const numbers = (count: number): ReadonlySet<number> => new Set(Array.from({ length: count }, (_, n) => n));
const accessSizes: ReadonlySet<number> = new Set([1, 2, 4]);
/** Views of state and memory: integers, doubles, singles. */
const views: ReadonlySet<string> = new Set(['', 'double', 'single']);
const realSizes: Record<string, ReadonlySet<number>> = { double: new Set([8]), single: new Set([4]) };
const windows: ReadonlySet<string> = new Set(
  'read write readAny writeAny readRun writeRun readBytes writeBytes'.split(' '),
);
const sharedSizes = numbers(PAGE_BYTES);
const windowSizes = (s: Statement): ReadonlySet<number> => (isShared(s) ? sharedSizes : new Set([8, 16]));
const viewSizes = (s: Statement): ReadonlySet<number> => realSizes[s.name] ?? accessSizes;
/** A call knows where it comes back to, and may name its target once more if the region may go there. */
const transferArguments = (s: Statement): number => (s.name === 'call' ? Math.max(2, Math.min(s.args.length, 3)) : 1);
/** An indirect jump or a return may name targets it is known to have. */
const indirectArguments = (s: Statement): number => {
  if (s.name === 'jump' || s.name === 'return') return s.args.length;
  return s.name === 'call' ? 2 : 1;
};
/** XSAVE's. */
const LARGEST_OPERAND = 576;

const flagArguments: Record<FlagKind, number> = {
  add: 3,
  adc: 3,
  sub: 3,
  sbb: 3,
  logic: 1,
  inc: 1,
  dec: 1,
  other: 4,
  compare: 3,
  carry: 1,
  carryOverflow: 2,
  zero: 1,
  all: 1,
};

const traps: ReadonlySet<string> = new Set(
  Object.keys(helpers).filter((name) => helpers[name as HelperName].kind === 'trap'),
);

/** By operation. */
export const shapes: Record<StatementOp, StatementShape> = {
  let: { args: 1, defines: true },
  get: { args: 1, defines: true, word: true, names: views },
  set: { args: 2, word: true, named: [1], names: views },
  load: { args: (s) => (s.args.length === 2 ? 2 : 1), defines: true, sizes: viewSizes, named: [0], names: views },
  store: { args: (s) => (s.args.length === 3 ? 3 : 2), sizes: viewSizes, named: [0, 1], names: views },
  window: { args: 1, defines: true, sizes: windowSizes, names: windows, named: [0] },
  probe: { args: 1, sizes: viewSizes, named: [0], names: views },
  segment: {
    args: 2,
    defines: true,
    sizes: numbers(LARGEST_OPERAND + 1),
    names: new Set(['read', 'write']),
    named: [1],
  },
  flags: {
    args: (s) => flagArguments[s.name as FlagKind],
    sizes: accessSizes,
    names: new Set(Object.keys(flagArguments)),
    flagless: true,
  },
  when: { args: 1 },
  fault: { args: 1, sizes: numbers(32) },
  fallback: { args: (s) => 1 + helpers[s.name as HelperName].arguments, names: traps },
  escape: { args: 0, names: new Set(['', 'wait']) },
  x87: {
    args: (s) => helpers[s.name as HelperName].arguments,
    names: new Set(['x87Register', 'x87Compare', 'x87Status', 'x87Memory', 'x87Environment']),
    defines: (s) => s.name === 'x87Compare' || s.name === 'x87Status',
  },
  exitIf: { args: 2, targets: [1] },
  jump: { args: transferArguments, names: new Set(['jump', 'call', 'fall', 'missed', 'resume']), targets: [0, 1] },
  branch: { args: 3, targets: [1, 2] },
  indirect: {
    args: indirectArguments,
    names: new Set(['jump', 'call', 'return', 'comeBack']),
    named: [0],
    targets: [1],
  },
  trap: {
    args: (s) => helpers[s.name as HelperName].arguments,
    names: traps,
  },
  instruction: { args: 1, names: new Set(['', 'misaligned']), targets: [0] },
};

/** Sizes and names of what has none. */
export const none: ReadonlySet<number> = new Set([0]);
export const nameless: ReadonlySet<string> = new Set(['']);

/** How many operands a value has. */
export function valueArguments(v: Value): number {
  return v.op === 'call' ? helpers[v.name]?.arguments : valueOperation(v.op).takes.length;
}

/** Whether the operand at a place of a value is of the right kind. */
export function hasKind(v: Value, place: number, operand: Value): boolean {
  if (v.op === 'call') return true;
  const wanted = valueOperation(v.op).takes[place];
  return operand.kind === (wanted === 'own' ? v.kind : wanted);
}

/** Which kind an argument of a statement is to be. */
export function wantedKind(s: Statement, place: number): Kind {
  if (s.op === 'let') return s.args[0].kind;
  return (s.op === 'set' || s.op === 'store') && s.name !== '' && place === 1 ? 'real' : 'integer';
}
