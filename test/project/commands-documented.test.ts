import { expect, test } from 'vitest';
import { commands as monitorCommands } from '../../src/monitor/commands.ts';
import { commands as qmpCommands } from '../../src/qmp/commands.ts';
import { readPage } from '../support/documents.ts';

/** The commands that a page's tables name in their first column. The first word of a code span, or two after `info`, is a name. */
function documented(page: string): Set<string> {
  const cells = [...readPage(page).matchAll(/^\| (.+?) \| /gm)].map(([, cell]) => cell);
  const spans = cells.flatMap((cell) => [...cell.matchAll(/`([^`]+)`/g)].map(([, span]) => span));
  return new Set(spans.flatMap((span) => [span.split(/[ /]/)[0], span.split(' ', 2).join(' ')]));
}

test('every command of the monitor stands in its table', () => {
  const inTable = documented('docs/monitor.md');
  const parts = monitorCommands.flatMap(({ names: [name], parts = [] }) =>
    parts.map((part) => `${name} ${part.names[0]}`),
  );
  const names = [...monitorCommands.map(({ names }) => names[0]), ...parts];
  expect(names.filter((name) => !inTable.has(name))).toEqual([]);
});

test('every command of QMP stands in its table', () => {
  const inTable = documented('docs/control.md');
  expect([...qmpCommands.keys()].filter((name) => !inTable.has(name))).toEqual([]);
});
