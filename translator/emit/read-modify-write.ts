import type { AccessStatement, Statement, StatementOp } from '../ir/statement.ts';

/** Statements that neither leave the region nor make an access of their own. */
const between: ReadonlySet<StatementOp> = new Set(['let', 'get', 'set', 'flags', 'instruction']);

/**
 * Loads that a store to the same address follows for certain, and these stores: where the store may go the load may, so
 * that one check serves both, and what reports that neither may reports a write. An index of bytes, for what may lie anywhere, is none of words, nor the other way round.
 */
export function readModifyWrites(statements: readonly Statement[]): Set<Statement> {
  const pairs = new Set<Statement>();
  let load: AccessStatement<'load'> | null = null;
  let isAnywhere = false;
  for (const s of statements) {
    if (s.op === 'instruction' && (s.alignment === 'any') !== isAnywhere) {
      isAnywhere = !isAnywhere;
      load = null;
    }
    if (load && s.op === 'store' && isSamePlace(load, s)) pairs.add(load).add(s);
    if (s.op === 'load') load = s;
    else if (!between.has(s.op)) load = null;
  }
  return pairs;
}

function isSamePlace(a: AccessStatement<'load'>, b: AccessStatement<'store'>): boolean {
  const [x, y] = [a.args[0], b.args[0]];
  const isSame = x.op === y.op && x.number === y.number && (x.op === 'temporary' || x.op === 'constant');
  return isSame && a.size === b.size && a.view === b.view;
}
