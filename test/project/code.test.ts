import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { type Block, blocksOf, pages, root } from '../support/documents.ts';

const blocks = pages
  .flatMap((page) => blocksOf(page))
  .filter(({ language, isMade }) => (language === 'ts' || language === 'js') && !isMade);
const name = ({ page, line }: Block): string => `${page}:${line}`;

/** The block as a module: its lines keep their numbers, and what must stand around it is in the line before. */
function moduleText({ line, text, around }: Block): string {
  const [before, after] = around.replaceAll(/\s*\n\s*/g, ' ').split('…');
  return `${'\n'.repeat(line - 2)}${before}\n${text}${after}\nexport {};\n`;
}

/** What the compiler says about blocks, with page and line. */
async function complaints(list: readonly Block[]): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'blocks-'));
  try {
    const files = list.map((block, n) => {
      const file = `${block.page.replaceAll('/', '-')}-${n}.m${block.language}`;
      writeFileSync(join(folder, file), moduleText(block));
      return file;
    });
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(configuration(files)));
    return await run(folder, join(root, 'node_modules/typescript/bin/tsc'), '--pretty', 'false');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The project's own, with its folders where a block may name them, and names that nothing uses. */
function configuration(files: readonly string[]): object {
  const own = ['translator', 'runtime', 'src'].map((folder) => [`${folder}/*`, [join(root, folder, '*')]]);
  const compilerOptions = {
    paths: { rawiron: [join(root, 'src/index.ts')], ...Object.fromEntries(own) },
    typeRoots: [join(root, 'node_modules/@types')],
    noUnusedLocals: false,
    noUnusedParameters: false,
  };
  return { extends: join(root, 'tsconfig.json'), compilerOptions, include: [], files };
}

/** What a program prints, in a folder. */
function run(cwd: string, ...args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd }, (_error, output, errors) => resolve(output + errors));
  });
}

test('the code in the pages compiles', async () => {
  expect(blocks).not.toEqual([]);
  const help = 'what a fragment needs goes into a comment in front of it: <!-- around: … --> (docs/testing.md)';
  expect(await complaints(blocks), help).toBe('');
});

test.each([
  ['ts', 'const a: string = 1;', 'README.md-0.mts(4,7): error TS2322'],
  ['js', '1 2', 'README.md-0.mjs(4,3): error TS1005'],
])('code that does not would be found: %s', async (language, code, complaint) => {
  const page = `one\ntwo\n\`\`\`${language}\n${code}\n\`\`\`\n`;
  expect(await complaints(blocksOf('README.md', page))).toContain(complaint);
});

test.each(blocks.filter(({ output }) => output !== undefined).map((block) => [name(block), block] as const))(
  '%s: does what it says',
  async (_name, { text, output }) => {
    const folder = mkdtempSync(join(tmpdir(), 'program-'));
    try {
      const library = pathToFileURL(join(root, 'src/index.ts')).href;
      writeFileSync(join(folder, 'program.mts'), text.replace("'rawiron'", `'${library}'`));
      expect(await run(folder, 'program.mts')).toBe(output);
    } finally {
      rmSync(folder, { recursive: true });
    }
  },
);
