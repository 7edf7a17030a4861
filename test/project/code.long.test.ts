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

/** Settings and library for compiling blocks. */
const hosts = {
  node: { settings: 'tsconfig.json', library: 'src/index.ts' },
  page: { settings: 'tsconfig.browser.json', library: 'src/browser/index.ts' },
} as const;
type Host = (typeof hosts)[keyof typeof hosts];
const hostOf = ({ page }: Block): Host => (page.startsWith('docs/browser') ? hosts.page : hosts.node);

/** Pages with an example that goes on with the machine of the one before. */
const continued: readonly string[] = ['docs/snapshots.md'];
/** Programs that end by themselves, and need no image of the reader's; what those print that have it below them is checked. */
const programs = blocks.filter(
  ({ text, output }) =>
    output === undefined && /await using machine/.test(text) && !/\.(img|elf|iso|qcow2)'/.test(text),
);

/** The block as a module: its lines keep their numbers, and what must stand around it is in the line before. */
function moduleText({ line, text, around }: Block): string {
  const [before, after] = around.replaceAll(/\s*\n\s*/g, ' ').split('…');
  return `${'\n'.repeat(line - 2)}${before}\n${text}${after}\nexport {};\n`;
}

/** The compiler's messages about blocks, with page and line. */
async function complaints(list: readonly Block[]): Promise<string> {
  const said = Object.values(hosts).map((host) =>
    complaintsWith(
      host,
      list.filter((block) => hostOf(block) === host),
    ),
  );
  return (await Promise.all(said)).join('');
}

async function complaintsWith(host: Host, list: readonly Block[]): Promise<string> {
  if (list.length === 0) return '';
  const folder = mkdtempSync(join(tmpdir(), 'blocks-'));
  try {
    const files = list.map((block, n) => {
      const file = `${block.page.replaceAll('/', '-')}-${n}.m${block.language}`;
      writeFileSync(join(folder, file), moduleText(block));
      return file;
    });
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(configuration(host, files)));
    return (await run(folder, join(root, 'node_modules/typescript/bin/tsc'), '--pretty', 'false')).output;
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** The project's own, with its folders where a block may name them, and names that nothing uses. */
function configuration({ settings, library }: Host, files: readonly string[]): object {
  const own = ['translator', 'runtime', 'src'].map((folder) => [`${folder}/*`, [join(root, folder, '*')]]);
  const compilerOptions = {
    paths: {
      rawiron: [join(root, library)],
      'rawiron/v86': [join(root, 'src/node/v86.ts')],
      '@rawiron/fleet': [join(root, 'fleet/src/index.ts')],
      ...Object.fromEntries(own),
    },
    typeRoots: [join(root, 'node_modules/@types')],
    noUnusedLocals: false,
    noUnusedParameters: false,
  };
  return { extends: join(root, settings), compilerOptions, include: [], files };
}

/** The output of a program in a folder, and the code that it ends with. */
function run(cwd: string, ...args: readonly string[]): Promise<{ code: unknown; output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, args, { cwd }, (error, output, errors) =>
      resolve({ code: error?.code ?? error?.signal ?? 0, output: output + errors }),
    );
  });
}

/** Runs a block in a folder of its own, where the sockets are too that it has in /tmp. */
async function runBlock({ text }: Block): Promise<{ code: unknown; output: string }> {
  const folder = mkdtempSync(join(tmpdir(), 'program-'));
  try {
    const library = pathToFileURL(join(root, 'src/index.ts')).href;
    const program = text.replaceAll('/tmp/', `${folder}/`).replace("'rawiron'", `'${library}'`);
    writeFileSync(join(folder, 'program.mts'), program);
    return await run(folder, 'program.mts');
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('the code in the pages compiles', async () => {
  expect(blocks).not.toEqual([]);
  const help = 'what a fragment needs goes into a comment in front of it: <!-- around: … --> (docs/testing.md)';
  expect(await complaints(blocks), help).toBe('');
});

test('a program that uses the library is there as a whole, with its imports', () => {
  const parts = blocks.filter(({ page, around }) => around.includes("'rawiron'") && !continued.includes(page));
  expect(parts.map(name)).toEqual([]);
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
  async (_name, block) => {
    expect(await runBlock(block)).toEqual({ code: 0, output: block.output });
  },
);

test('there are programs that run without a file of the reader', () => {
  expect(programs.map(({ page }) => page)).toContain('docs/inspector.md');
});

test.each(programs.map((block) => [name(block), block] as const))('%s: runs to its end', async (_name, block) => {
  expect(await runBlock(block)).toMatchObject({ code: 0 });
});
