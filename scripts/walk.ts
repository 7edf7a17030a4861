/**
 * The life of one guest block, printed stage by stage as the code makes it today: `node scripts/walk.ts`.
 * `node scripts/walk.ts --write` puts these texts, and the table of flags, where the documents have a place for them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { flags } from '../src/cli/flags.ts';
import { type Sections, withSections } from './sections.ts';
import { life } from './walk/life.ts';
import { translationStages } from './walk/translation.ts';

const root = new URL('../', import.meta.url);

/** All stages of the walk, in order. */
export function walk(): Sections {
  return { ...translationStages(), life: life() };
}

/** Documents with sections that are made here. */
export const documents: Readonly<Record<string, () => Sections>> = {
  'ARCHITECTURE.md': walk,
  'README.md': () => ({ flags: flagsTable() }),
};

/** The command line's flags, as the help has them. */
function flagsTable(): string {
  const rows = flags.map(({ names, argument = '', help }) => {
    const usage = `${names.map((name) => `-${name}`).join(', ')} ${argument}`.trim();
    return `| \`${usage}\` | ${help} |`;
  });
  return ['| flag | meaning |', '|---|---|', ...rows].join('\n');
}

function write(): void {
  for (const [name, sections] of Object.entries(documents)) {
    const file = new URL(name, root);
    writeFileSync(file, withSections(readFileSync(file, 'utf8'), sections()));
  }
}

function print(): void {
  for (const [name, text] of Object.entries(walk())) console.log(`## ${name}\n\n${text}\n`);
}

if (import.meta.main) {
  if (process.argv.includes('--write')) write();
  else print();
}
