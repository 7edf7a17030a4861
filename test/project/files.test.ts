import { describe, expect, test } from 'vitest';
import { filesIn, importsOf, readSource, type SourceFile } from '../support/source-files.ts';

const product = ['translator', 'runtime', 'src'].flatMap((folder) => filesIn(folder, '.ts'));
const all = [...product, ...filesIn('src', '.mjs'), ...filesIn('test', '.ts'), ...filesIn('bench', '.ts')];

/** Files that mostly are rows of data. */
const isTable = ({ path }: SourceFile): boolean => path.startsWith('translator/x86/table/');
const MOST_LINES = 600;

test('no file is longer than can be kept in mind', () => {
  const long = all.filter((file) => !isTable(file) && file.text.trimEnd().split('\n').length > MOST_LINES);
  expect(long.map(({ path }) => path)).toEqual([]);
});

test('no paths of a machine', () => {
  const pattern = new RegExp(['', '(home(?!/someone)|root|work|Users)', '\\w+'].join('/'));
  expect(all.filter(({ text }) => pattern.test(text)).map(({ path }) => path)).toEqual([]);
});

test('no rule of the linter is switched off', () => {
  const pattern = new RegExp(['biome', 'ignore'].join('-') + '|' + ['@ts', '(ignore|expect-error|nocheck)'].join('-'));
  expect(all.filter(({ text }) => pattern.test(text)).map(({ path }) => path)).toEqual([]);
});

// Documentation of the public interface.

const EXPORT = /export (?:abstract )?(?:async )?(?:const|function|class|interface|type) (\w+)/g;
const REEXPORT = /export (?:type )?\{([^}]*)\} from '([^']+)'/g;
const REEXPORT_ALL = /export \* from '([^']+)'/g;

/** Names that a module exports, each with the file that declares it. */
function exportsOf(file: SourceFile): { name: string; file: SourceFile }[] {
  const own = [...file.text.matchAll(EXPORT)].map(([, name]) => ({ name, file }));
  const exportedBy = (specifier: string) =>
    exportsOf(readSource(importsOf(file).find((i) => i.specifier === specifier)!.target));
  const all = [...file.text.matchAll(REEXPORT_ALL)].flatMap(([, specifier]) => exportedBy(specifier));
  const others = [...file.text.matchAll(REEXPORT)].flatMap(([, list, specifier]) => {
    const found = exportedBy(specifier);
    const names = list.split(',').map((name) => name.replace(/^\s*type\s/, '').trim());
    return names.filter((name) => name !== '').map((name) => found.find((e) => e.name === name) ?? { name, file });
  });
  return [...own, ...all, ...others];
}

function isDocumented({ name, file }: { name: string; file: SourceFile }): boolean {
  const declaration = new RegExp(`\\*/\\s*export (abstract |async )*(const|function|class|interface|type) ${name}\\b`);
  return declaration.test(file.text);
}

describe('the public interface', () => {
  const index = exportsOf(readSource('src/index.ts'));

  test('is found', () => {
    expect(index.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['Machine', 'MachineOptions', 'ConfigurationError', 'VncServer']),
    );
  });

  test('is documented', () => {
    const bare = index.filter((entry) => !isDocumented(entry)).map(({ name, file }) => `${file.path}: ${name}`);
    expect(bare).toEqual([]);
  });
});
