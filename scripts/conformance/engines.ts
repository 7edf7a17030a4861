import type { MachineOptions } from '../../src/index.ts';

/** How suites are run, by the names that the page has for it. */
export const engines: Readonly<Record<string, NonNullable<MachineOptions['engine']>>> = {
  interpreter: 'interpreter',
  translator: 'translator',
  'translator at once': { name: 'translator', threshold: 1 },
};

/** A table's head: what is run, a column for each engine, remarks. */
export function tableHead(subject: string): string {
  const names = Object.keys(engines);
  const head = ['', subject, ...names, 'remarks', ''].join(' | ').trim();
  return `${head}\n|${'---|'.repeat(names.length + 2)}`;
}
