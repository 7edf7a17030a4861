import { existsSync, readdirSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { deviceRows } from '../../runtime/machine/catalogue/index.ts';
import { sectionNames, withSections } from '../../scripts/sections.ts';
import { documents } from '../../scripts/walk.ts';
import { pages, prose, readPage as read, root } from '../support/documents.ts';
import { filesIn } from '../support/source-files.ts';

describe('what the code prints stands in the documents', () => {
  test.each(Object.keys(documents))('%s', (name) => {
    const document = read(name);
    const sections = documents[name]();
    expect(sectionNames(document).sort()).toEqual(Object.keys(sections).sort());
    const refresh = `${name} is not what the code prints today: run "node scripts/walk.ts --write" and look at the difference`;
    expect(document, refresh).toBe(withSections(document, sections));
  });

  test('a section with another text is not what it should be', () => {
    const document = 'before\n<!-- made: a -->\nold\n<!-- end -->\nbehind\n';
    expect(sectionNames(document)).toEqual(['a']);
    expect(withSections(document, { a: 'new' })).toBe(document.replace('old', 'new'));
    expect(() => withSections(document, { b: 'new' })).toThrow('"a"');
  });
});

/** Anchors of a page's headings, as GitHub makes them. */
function anchors(path: string): string[] {
  const headings = [...prose(path).matchAll(/^#+ (.+)$/gm)].map(([, text]) => text);
  return headings.map((text) =>
    text
      .toLowerCase()
      .replace(/[^\w\- ]/g, '')
      .replaceAll(' ', '-'),
  );
}

function isResolved(from: string, link: string): boolean {
  const [file, anchor] = link.split('#');
  const path = file === '' ? from : join(dirname(from), file);
  return existsSync(join(root, path)) && (anchor === undefined || anchors(path).includes(anchor));
}

const code = ['translator', 'runtime', 'src'].flatMap((folder) => filesIn(folder, '.ts')).map(({ text }) => text);

/** Whether a text declares a class, interface or constant, and has a member's name in it. */
function declares(text: string, owner: string, member: string): boolean {
  return new RegExp(`(class|interface|const) ${owner}\\b`).test(text) && new RegExp(`\\b${member}\\b`).test(text);
}

describe.each(pages)('%s', (path) => {
  test('has links that lead somewhere', () => {
    const links = [...prose(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link);
    const local = links.filter((link) => !/^https?:/.test(link));
    expect(local.filter((link) => !isResolved(path, link))).toEqual([]);
  });

  test('names files and folders that exist', () => {
    const named = [...prose(path).matchAll(/`((?:translator|runtime|src|test|bench|scripts)\/[\w./-]*)`/g)];
    expect(named.map(([, file]) => file).filter((file) => !existsSync(resolve(root, file)))).toEqual([]);
  });
});

test.each([
  ...pages.filter((page) => page.startsWith('docs/internals/')),
  'docs/extending.md',
  'docs/extending-commands.md',
  'docs/extending-devices.md',
  'docs/performance.md',
])('%s names members that the code has', (path) => {
  const named = [...prose(path).matchAll(/`([A-Z]\w+)\.(\w+)`/g)];
  const ours = named.filter(([, owner]) => !(owner in globalThis));
  const missing = ours.filter(([, owner, member]) => !code.some((text) => declares(text, owner, member)));
  expect(missing.map(([name]) => name)).toEqual([]);
});

test.each(['translator', 'runtime', 'src'])('the map has all folders of %s', (top) => {
  const [, lines = ''] = new RegExp(`^${top}/.*\\n((?: .*\\n)*)`, 'm').exec(read('docs/internals/README.md')) ?? [];
  const rows = lines
    .split('\n')
    .flatMap((line) => /^ {2}([\w -]+\/(?: [\w-]+\/)*)/.exec(line)?.[1].split(/\/ ?/) ?? []);
  const folders = readdirSync(join(root, top), { withFileTypes: true }).filter((entry) => entry.isDirectory());
  expect(rows).toEqual(expect.arrayContaining(folders.map(({ name }) => name)));
});

test('the page of devices has the names of PCI slots', () => {
  const page = read('docs/devices.md');
  const slots = new Set(Object.values(deviceRows).flatMap(({ slot }) => slot ?? []));
  expect([...slots].filter((slot) => !page.includes(`\`${slot}\``))).toEqual([]);
});

test('every chip has its line among the chips', () => {
  const chips = readdirSync(join(root, 'runtime/devices'));
  const lines = [...read('docs/chips.md').matchAll(/^\| `([\w-]+)` \|/gm)].map(([, chip]) => chip);
  expect(lines.sort()).toEqual(chips.sort());
});
