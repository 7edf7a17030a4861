import { expect, test } from 'vitest';
import { V86Emulator } from '../../../src/v86/emulator.ts';
import { optionTable } from '../../../src/v86/option-table.ts';
import { readPage } from '../../support/documents.ts';
import { nodesOf, parseSource, readSource } from '../../support/source-files.ts';

const document = readPage('docs/v86.md');

/** The names in the first column of a table. */
function named(heading: string): string[] {
  const [, section = ''] = document.split(`## ${heading}\n`);
  const [table = ''] = section.split('\n## ');
  return table
    .split('\n')
    .flatMap((line) => [...(/^\|([^|]*)\|/.exec(line)?.[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, name]) => name!));
}

test('docs/v86.md has each option once', () => {
  const found = [...named('Options')].sort();
  const others = ['preserve_mac_from_state_image'];
  expect([...found, ...others].sort()).toEqual(Object.keys(optionTable).sort());
});

test('and each method', () => {
  const own = Object.getOwnPropertyNames(V86Emulator.prototype);
  const methods = own.filter((name) => name !== 'constructor' && name !== 'screen_adapter');
  expect(methods.filter((name) => !named('Methods').includes(name))).toEqual([]);
});

test('and each event that the code tells', () => {
  const told = new Set(
    ['core', 'outputs', 'screen', 'disk-events'].flatMap((file) =>
      [...nodesOf(parseSource(readSource(`src/v86/${file}.ts`)))].flatMap((node) => {
        const { type, value } = node as { readonly type: string; readonly value?: unknown };
        return type === 'Literal' && typeof value === 'string' && /^[a-z0-9]+(-[a-z0-9]+)+$/.test(value) ? [value] : [];
      }),
    ),
  );
  const events = [...told].filter((name) => !name.startsWith('virtio-console0') || name.endsWith('bytes'));
  expect(events.length).toBeGreaterThan(15);
  expect(events.filter((name) => !named('Events').includes(name))).toEqual([]);
});
