import { expect, test } from 'vitest';
import type { Planted } from '../../../../src/shares/memory/plant.ts';
import { filesOf } from '../../../../src/shares/server/index-file.ts';
import { ConfigurationError } from '../../../../src/util/errors.ts';

const [DIRECTORY, FILE, LINK, PIPE] = [0o40000, 0o100000, 0o120000, 0o10000];

function read(text: string): Planted[] {
  const origin = (name: string, size: number) => ({ name, size, read: async () => new Uint8Array(size) });
  return filesOf(new TextEncoder().encode(text), 'fs.json', origin);
}

const index = (fsroot: unknown, version: unknown = 3) => JSON.stringify({ fsroot, version, size: 0 });

test('an index has files, directories and links with their attributes; what it has no number for is left out', () => {
  const files = read(
    index([
      ['bin', 4096, 981173106.5, DIRECTORY | 0o1755, 0, 0, [['sh', 5, -1, FILE | 0o4755, 1, 2, '0123.bin']]],
      ['link', 3, 7, LINK | 0o777, 0, 0, 'Größe'],
      ['pipe', 0, 0, PIPE | 0o600, 0, 0],
    ]),
  );
  expect(files).toMatchObject([
    {
      name: 'bin',
      file: { mode: 0o1755, user: 0, group: 0 },
      modificationTime: 981173106_000_000_000n,
      holds: {
        entries: [
          {
            name: 'sh',
            file: { mode: 0o4755, user: 1, group: 2 },
            modificationTime: -1_000_000_000n,
            holds: { origin: { size: 5, name: '0123.bin' } },
          },
        ],
      },
    },
    { name: 'link', holds: { target: 'Gr\u00c3\u00b6\u00c3\u009fe' } },
  ]);
});

test('names are bytes: UTF-8, and surrogates for bytes that are none', () => {
  const [file] = read(`{"version":3,"fsroot":[["\\u00e4\\udcff\\udc80",0,0,${FILE},0,0,"a"]]}`);
  expect(file!.name).toBe('\u00c3\u00a4\u00ff\u0080');
});

test('of a file that is there twice the last one counts', () => {
  const files = read(index([1, 2].map((size) => ['a', size, 0, FILE, 0, 0, 'x'])));
  expect(files).toMatchObject([{ name: 'a', holds: { origin: { size: 2 } } }]);
});

const file = (values: readonly unknown[]) => index([values]);
const nested = (depth: number): unknown[] => [['d', 0, 0, DIRECTORY, 0, 0, depth === 0 ? [] : nested(depth - 1)]];

const wrong: readonly (readonly [string, string, string])[] = [
  ['no JSON', '<html>', 'fs.json is no index of a folder: it is no JSON'],
  ['no object', 'null', 'it has no fsroot'],
  ['something else', '{"version":"1.0.0"}', 'it has no fsroot'],
  ['another version', index([], 2), 'its version is 2, not 3'],
  ['no list', index({}), '/ has no list of files'],
  ['an entry that is none', index([5]), '/ has a file without a name'],
  ['an entry without a name', index([[5]]), '/ has a file without a name'],
  ['a way upwards', file(['..', 0, 0, FILE, 0, 0, 'a']), "'/..' has no name that a file may have"],
  ['a path', file(['a/b', 0, 0, FILE, 0, 0, 'a']), 'has no name that a file may have'],
  ['a name with a NUL', file(['a\0', 0, 0, FILE, 0, 0, 'a']), 'has no name that a file may have'],
  ['a long name', file(['ä'.repeat(128), 0, 0, FILE, 0, 0, 'a']), 'has no name that a file may have'],
  ['a size that is none', file(['a', 'x', 0, FILE, 0, 0, 'a']), "the size of /a is 'x'"],
  ['a negative size', file(['a', -1, 0, FILE, 0, 0, 'a']), 'the size of /a is -1'],
  ['a part of a byte', file(['a', 1.5, 0, FILE, 0, 0, 'a']), 'the size of /a is 1.5'],
  ['an owner of 33 bits', file(['a', 1, 0, FILE, 2 ** 32, 0, 'a']), 'the owner of /a is 4294967296'],
  ['a link to nowhere', file(['a', 1, 0, LINK, 0, 0, '']), '/a leads to no path that there may be'],
  ['a link too far', file(['a', 1, 0, LINK, 0, 0, 'x'.repeat(4096)]), '/a leads to no path that there may be'],
  ['a link with a NUL', file(['a', 1, 0, LINK, 0, 0, 'x\0']), '/a leads to no path that there may be'],
  ['a time beyond all', file(['a', 1, 1e300, FILE, 0, 0, 'a']), 'the time of /a is 1e+300'],
  ['missing numbers', file(['a', 1, 1]), 'the mode of /a is undefined'],
  ['no contents', file(['a', 1, 1, FILE, 0, 0]), 'it is not said what /a holds'],
  ['a directory without files', file(['a', 1, 1, DIRECTORY, 0, 0]), '/a has no list of files'],
  ['directories without end', index(nested(1000)), 'is within too many directories'],
];

test.each(wrong)('refused: %s', (_, text, message) => {
  expect(() => read(text)).toThrow(ConfigurationError);
  expect(() => read(text)).toThrow(message);
});
