import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { engines, tableHead } from '../engines.ts';
import { reasons } from './reasons.ts';
import { type ImageRun, runImage } from './run.ts';

/** Host time that an image may take. */
const MILLISECONDS = 120_000;

type Runs = Readonly<Record<string, ImageRun>>;

async function runAll(path: string): Promise<Runs> {
  const kernel = await readFile(path);
  const runs: Record<string, ImageRun> = {};
  for (const [name, engine] of Object.entries(engines)) {
    runs[name] = await runImage(kernel, engine, MILLISECONDS);
    // It does not depend on the engine that an image waits for something.
    if (runs[name].end === 'hangs') return Object.fromEntries(Object.keys(engines).map((all) => [all, runs[name]!]));
  }
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

/**
 * The directory's Multiboot images (*.flat), as the suite's own build for i386 leaves them. `version` is what the page
 * calls them.
 */
export async function kvmUnitTests(directory: string, version: string): Promise<string> {
  const images = (await readdir(directory)).filter((file) => file.endsWith('.flat')).sort();
  const rows: string[] = [];
  for (const image of images) {
    rows.push(row(basename(image, '.flat'), await runAll(join(directory, image))));
    console.log(rows.at(-1));
  }
  return `${version}: images of the suite's own build for i386, booted without firmware with one processor and 128 MB,
\`-device pc-testdev\` and \`-device isa-debug-exit\`. An image whose remark says so does not apply.

${tableHead('image')}
${rows.join('\n')}`;
}
