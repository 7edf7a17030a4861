/**
 * Runs suites of test guests that others made and prints what docs/conformance.md says of them.
 *
 *     node scripts/conformance.ts DIRECTORY VERSION [--write]
 *
 * The directory holds the Multiboot images (*.flat) of kvm-unit-tests as its own build for i386 leaves them; the version
 * is what the page calls them. With --write the page is made anew.
 */
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { MachineOptions } from '../src/index.ts';
import { reasons } from './conformance/reasons.ts';
import { type ImageRun, runImage } from './conformance/run.ts';

const MILLISECONDS = 8_000;
const page = new URL('../docs/conformance.md', import.meta.url);
const engines: Readonly<Record<string, MachineOptions['engine']>> = {
  interpreter: 'interpreter',
  translator: 'translator',
  'translator at once': { name: 'translator', threshold: 1 },
};

type Runs = Readonly<Record<string, ImageRun>>;

async function runAll(path: string): Promise<Runs> {
  const kernel = await readFile(path);
  const runs: Record<string, ImageRun> = {};
  for (const [name, engine] of Object.entries(engines)) runs[name] = await runImage(kernel, engine, MILLISECONDS);
  return runs;
}

function outcome({ passed, failed, end }: ImageRun): string {
  const parts = [`${passed} passed`, ...(failed.length > 0 ? [`${failed.length} failed`] : [])];
  return [...parts, ...(end === 'hangs' ? ['does not end'] : [])].join(', ');
}

function row(name: string, runs: Runs): string {
  const failed = new Set(Object.values(runs).flatMap((run) => run.failed));
  const explained = [...failed].map(
    (test) => `${test}: ${reasons[`${name}: ${test}`] ?? reasons[name] ?? 'unexplained'}`,
  );
  const ended = Object.values(runs).every(({ end, passed }) => end !== 'hangs' && passed > 0);
  const notes = failed.size > 0 ? explained : ended ? [] : [reasons[name] ?? 'ended without a verdict'];
  return `| \`${name}\` | ${Object.values(runs).map(outcome).join(' | ')} | ${notes.join('; ')} |`;
}

async function conformancePage(directory: string, version: string): Promise<string> {
  const images = (await readdir(directory)).filter((file) => file.endsWith('.flat')).sort();
  const rows: string[] = [];
  for (const image of images) {
    const name = basename(image, '.flat');
    rows.push(row(name, await runAll(join(directory, image))));
    console.log(rows.at(-1));
  }
  const head = ['| image |', ...Object.keys(engines).map((name) => ` ${name} |`), ' remarks |'].join('');
  return `# Conformance

Made by \`node scripts/conformance.ts\`, which says what it takes. Oracles that need no such suite are in
[testing](testing.md).

## kvm-unit-tests, ${version}

Images of its build for i386, booted without firmware with one processor and 128 MB, \`-device pc-testdev\` and
\`-device isa-debug-exit\`. An image whose remark says so does not apply.

${head}
|---|${Object.keys(engines)
    .map(() => '---|')
    .join('')}---|
${rows.join('\n')}
`;
}

const [directory, version, write] = process.argv.slice(2);
if (directory === undefined || version === undefined) throw new Error('give the directory of images and their version');
const text = await conformancePage(directory, version);
if (write === '--write') await writeFile(page, text);
