/**
 * The life of one guest block, printed stage by stage as the code makes it today: `node scripts/walk.ts`.
 * `node scripts/walk.ts --write` puts these texts, and tables made from the code, where the documents have a place for
 * them.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { defaultEngine } from '../runtime/exec/engine.ts';
import { defaultInterpreter } from '../runtime/exec/handlers.ts';
import { EntryWeight } from '../runtime/exec/node.ts';
import { defaultTiering } from '../runtime/exec/tiering.ts';
import { deviceModels } from '../runtime/machine/catalogue/index.ts';
import { programCommands } from '../src/cli/commands.ts';
import { devices, deviceUsage } from '../src/cli/devices.ts';
import type { Flag } from '../src/cli/flag.ts';
import { flagGroups, flagUsage } from '../src/cli/flags.ts';
import { capitalised } from '../src/cli/help.ts';
import { instructionLists } from './instructions.ts';
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
  'docs/internals/one-block.md': walk,
  'docs/command-line.md': () => ({
    commands: commandsTable(),
    devices: devicesTable(),
  }),
  'docs/flags.md': () => ({ flags: flagsTables() }),
  'docs/instructions.md': instructionLists,
  'docs/performance.md': () => ({ settings: settingsTable() }),
};

/** Words that may come first, as the help has them. */
function commandsTable(): string {
  const rows = programCommands.map(({ name, argument, help, details }) => {
    return `| \`${cell(`${name} ${argument}`)}\` | ${meaning({ help, details })} |`;
  });
  return ['| command | meaning |', '|---|---|', ...rows].join('\n');
}

/** Flags of the command line, a table for each group of the help. */
function flagsTables(): string {
  return flagGroups
    .map(({ name, title, flags }) => `### ${capitalised(title)} (\`--help ${name}\`)\n\n${flagsTable(flags)}`)
    .join('\n\n');
}

function flagsTable(table: readonly Flag[]): string {
  const rows = table.map((flag) => `| \`${cell(flagUsage(flag))}\` | ${meaning(flag)} |`);
  return ['| flag | meaning |', '|---|---|', ...rows].join('\n');
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}

function meaning({ help, details }: { help: string; details?: string | undefined }): string {
  return cell(details === undefined ? help : `${help}. ${details}`);
}

/** Devices of -device, with their properties. */
function devicesTable(): string {
  const rows = deviceModels.map((model) => `| \`${deviceUsage(model)}\` | ${devices[model].help} |`);
  return ['| -device | what it is |', '|---|---|', ...rows].join('\n');
}

/** When code is translated, by default. */
function settingsTable(): string {
  const { threshold, share, enough, blocks, instructions } = defaultTiering;
  const runs = (weight: number) => Math.ceil((threshold * EntryWeight.root) / weight);
  const rows = [
    ["forms with a fast path in the interpreter's loop, at most", defaultInterpreter.frequent],
    ["runs of a function's entry before it is translated", threshold],
    ['runs of a loop, of another block', `${runs(EntryWeight.loop)}, ${runs(EntryWeight.inner)}`],
    ['part of all instructions interpreted meanwhile that these runs must be', `1/${1 / share}`],
    ['millions of instructions that these runs may be instead', enough / 1e6],
    ['blocks in a region at first', blocks],
    ['instructions in a region at first', instructions],
    ['depth of nested calls', defaultEngine.callDepth],
    ["the host's memory for decoded and translated code", `${defaultEngine.cacheBytes / 2 ** 20} MB`],
  ];
  return ['| setting | default |', '|---|---|', ...rows.map(([name, value]) => `| ${name} | ${value} |`)].join('\n');
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
