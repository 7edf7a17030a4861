import { helpers, usualKinds } from '../abi/helpers.ts';
import { binary, select } from './fold.ts';
import { statementOperation } from './operations.ts';
import { type Statement, windowOffset, withArguments } from './statement.ts';
import { call, isOfFlags, operation, type Value } from './value.ts';

/** Replaces leaves of a value; the rest is rebuilt (and folded) only where something changed. */
function rewriteValue(v: Value, leaf: (v: Value) => Value): Value {
  if (v.a === null) return leaf(v);
  const a = rewriteValue(v.a, leaf);
  const b = v.b && rewriteValue(v.b, leaf);
  const c = v.c && rewriteValue(v.c, leaf);
  if (a === v.a && b === v.b && c === v.c) return v;
  if (v.op === 'select') return select(a, b!, c!);
  if (v.op === 'call') return call(v.name, a, b, c);
  return b === null ? operation(v.op, a) : binary(v.op, a, b);
}

/** The statement with its arguments (not its body) rewritten; itself if nothing changed. */
export function rewriteStatement<S extends Statement>(s: S, leaf: (v: Value) => Value): S {
  let changed = false;
  const args = s.args.map((v) => {
    const rewritten = rewriteValue(v, leaf);
    changed ||= rewritten !== v;
    return rewritten;
  });
  return changed ? withArguments(s, args) : s;
}

/** Whether a leaf for which the predicate holds occurs in the value. */
export function containsLeaf(v: Value, predicate: (v: Value) => boolean): boolean {
  if (v.a === null) return predicate(v);
  return (
    containsLeaf(v.a, predicate) ||
    (v.b !== null && containsLeaf(v.b, predicate)) ||
    (v.c !== null && containsLeaf(v.c, predicate))
  );
}

/** Whether the statement's own arguments read the arithmetic flags. */
export function readsFlags(s: Statement): boolean {
  return s.args.some((v) => containsLeaf(v, isOfFlags));
}

/** Whether the statement reads or changes the arithmetic flags, or its body does. */
export function touchesFlags(s: Statement): boolean {
  return s.op === 'flags' || readsFlags(s) || (s.body?.some(touchesFlags) ?? false);
}

/** Whether running the statement may end in leaving the block: everything precise must be known there. */
export function mayLeave(s: Statement): boolean {
  const { mayFault, leaves } = statementOperation(s);
  if (leaves || (mayFault && windowOffset(s) === undefined)) return true;
  return s.body?.some(mayLeave) ?? false;
}

/** Whether the statement's arguments call helpers that read the state and may set flags there. */
export function callsSticky(s: Statement): boolean {
  return s.args.some(containsSticky);
}

function containsSticky(v: Value): boolean {
  if (v.op === 'call' && helpers[v.name].kind === 'sticky') return true;
  return [v.a, v.b, v.c].some((operand) => operand !== null && containsSticky(operand));
}

/**
 * Whether a value is a call with effects, or one whose result depends on what other statements change: it is all that its statement names, and is made
 * where it stands, whether or not its result is used.
 */
export function standsAlone(v: Value): boolean {
  const kind = v.op === 'call' ? helpers[v.name]?.kind : undefined;
  return kind === 'block' || (kind !== undefined && usualKinds.has(kind));
}
