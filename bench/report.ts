import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeGrid, type Place } from './grid.ts';
import { remarks } from './remarks.ts';
import type { Results } from './results.ts';

const file = join(import.meta.dirname, 'RESULTS.md');

/** Writes bench/RESULTS.md. */
export async function writeReport(results: Results): Promise<void> {
  await writeFile(file, reportText(results));
}

/** The results as Markdown, with the machine and the versions they are for. */
export function reportText(results: Results): string {
  const { settings, base } = results;
  return `# Results of the benchmark

${results.date}, by \`npm run bench -- --write-results --runs ${settings.runs} --engines ${results.engines.map(({ name }) => name).join(',')}\`. Milliseconds for the same work in the guest (${settings.memoryMegabytes} MB of memory),
medians of ${settings.runs}; in brackets the speed, ${base} being 1. What the works are, and of which the interpreters do a part:
[docs/benchmarks.md](../docs/benchmarks.md).

${machineLines(results).join('\n')}

${tableLines(results).join('\n')}

${remarks(results)
  .map((line) => `- ${line}`)
  .join('\n')}
`;
}

function machineLines({ host, kernel, engines, settings }: Results): string[] {
  const versions = engines.flatMap(({ name, version, about }) =>
    version === undefined || name === 'native' ? [] : [`- ${name}: ${about}, ${version}`],
  );
  const scale = settings.scale === 1 ? [] : [`- Size of the programs: ${settings.scale} times the standard`];
  return [
    `- Machine: ${host.cpu}, ${host.cores} cores, ${Math.round(host.memoryBytes / 2 ** 30)} GB of memory, ${host.system}`,
    `- Node ${host.node}; guest kernel: Debian's ${kernel}`,
    ...versions,
    ...scale,
  ];
}

function tableLines(results: Results): string[] {
  const { engines, sections } = makeGrid(results);
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  const rows = sections.flatMap(({ title, rows: own }) => [
    line([`**${title}**`, ...engines.map(() => '')]),
    ...own.map((row) => line([row.title, ...row.places.map(placeText)])),
  ]);
  return [line(['', ...engines]), line(['---', ...engines.map(() => '---:')]), ...rows];
}

function placeText({ time, ratio }: Place): string {
  if (time === '') return ratio === '' ? '' : `**${ratio}**`;
  return ratio === '' ? time : `${time} (${ratio})`;
}
