import { compare, processorTimeIn, programNames, ratio, timeIn, usedEngines } from './comparison.ts';
import { formatRatio } from './grid.ts';
import type { Cell, Measurements, Results } from './results.ts';

/** The engine that this project is for. */
const subject = 'translator';

/** Lines that go with the table: how the translator compares, what was left out and why, memory, speed. */
export function remarks(results: Results): string[] {
  return [
    ...comparisons(results),
    ...processorTimes(results),
    ...belowInterpreter(results),
    ...memory(results),
    ...translated(results),
    ...speeds(results),
    ...rates(results),
    ...unavailable(results),
    ...missing(results),
    ...notes(results),
  ];
}

/** How the translator compares with each other engine. */
export function comparisons(results: Measurements): string[] {
  const engines = usedEngines(results);
  if (!engines.includes(subject)) return [];
  return engines.flatMap((other) => {
    if (other === subject) return [];
    const programs = compare(results, programNames(results), subject, other);
    const boot = ratio(results, 'boot', subject, other);
    const parts = [
      ...(programs ? [`${formatRatio(programs.mean)} (geometric mean of ${counted(programs.count, 'program')})`] : []),
      ...(programs && programs.count > 1
        ? [`${formatRatio(programs.least.ratio)} at least (${programs.least.work})`]
        : []),
      ...(boot === undefined ? [] : [`${formatRatio(boot)} for the boot`]),
    ];
    return parts.length === 0 ? [] : [`Speed of ${subject}, ${other} being 1: ${parts.join(', ')}.`];
  });
}

/** Where much else runs, clocks say more of that than of engines. */
function processorTimes(results: Measurements): string[] {
  const { base } = results;
  const means = usedEngines(results).flatMap((engine) => {
    const programs =
      engine === base ? undefined : compare(results, programNames(results), engine, base, processorTimeIn);
    return programs ? [`${engine} ${formatRatio(programs.mean)}`] : [];
  });
  if (means.length === 0) return [];
  return [
    `By processor time of the busiest thread, ${base} being 1: ${means.join(', ')} (geometric means of the programs).`,
  ];
}

/** Works that are faster interpreted. */
export function belowInterpreter(results: Measurements): string[] {
  const slower = programNames(results).filter((work) => (ratio(results, work, subject, 'interpreter') ?? 1) < 1);
  return slower.length === 0 ? [] : [`Slower in the ${subject} than in the interpreter: ${slower.join(', ')}.`];
}

function memory({ engines }: Results): string[] {
  const sizes = engines.flatMap(({ name, residentBytes }) =>
    residentBytes === undefined || name === 'native' ? [] : [`${name} ${Math.round(residentBytes / 2 ** 20)} MB`],
  );
  return sizes.length === 0 ? [] : [`Resident memory of the process after the last program: ${sizes.join(', ')}.`];
}

/** Code that is translated more than once, and the consequence. */
function translated({ engines }: Results): string[] {
  return engines.flatMap(({ name, translated: code }) => {
    if (!code) return [];
    const { copies, transfers } = code;
    const rates = Object.entries(transfers).map(([work, rate]) => `${work} ${(rate / 1000).toFixed(0)}`);
    return [
      `An instruction stands in ${copies.toFixed(2)} translations of ${name} after the last program, in the mean.`,
      `From one translation straight to another in ${name}, thousand times a second: ${rates.join(', ')}.`,
    ];
  });
}

function speeds({ instructions: result }: Results): string[] {
  if (!result) return [];
  if ('failure' in result) return [`The instructions of ${result.work} could not be counted: ${result.failure}`];
  const speed = Object.entries(result.millionsPerSecond).map(([name, value]) => `${name} ${Math.round(value)}`);
  const millions = Math.round(result.instructions / 1e6);
  return [`${result.work} is ${millions} million instructions; millions of them a second: ${speed.join(', ')}.`];
}

/** Amounts of work in a second, by engine. */
function rates(results: Results): string[] {
  return results.works.flatMap(({ name, rounds, amount }) => {
    if (!amount) return [];
    const figures = usedEngines(results).flatMap((engine) => {
      const time = timeIn(results, name, engine);
      if (time === undefined) return [];
      return [`${engine} ${Math.round((1000 * rounds * amount.count) / time).toLocaleString('en')}`];
    });
    return figures.length === 0 ? [] : [`${name}, ${amount.unit} a second: ${figures.join(', ')}.`];
  });
}

/** Engines that can't be used, and why. */
export function unavailable({ engines }: Measurements): string[] {
  return engines.flatMap((engine) =>
    engine.unavailable === undefined ? [] : [`${engine.name} was not used: ${engine.unavailable}.`],
  );
}

/** One line for what was not done for one reason. */
export function missing(results: Measurements): string[] {
  const used = usedEngines(results);
  const lines = new Map<string, { engines: Set<string>; works: Set<string> }>();
  for (const { engine, work, missing: cause } of results.cells) {
    if (!cause || !used.includes(engine)) continue;
    const reason = `${cause.kind}: ${cause.reason}`;
    const line = lines.get(reason) ?? { engines: new Set(), works: new Set() };
    line.engines.add(engine);
    line.works.add(work);
    lines.set(reason, line);
  }
  return [...lines].map(
    ([reason, { engines, works }]) => `${[...works].join(', ')} in ${[...engines].join(', ')} ${reason}.`,
  );
}

function notes({ cells, engines }: Results): string[] {
  const hasNote = (cell: Cell): cell is Cell & { note: string } => cell.note !== undefined;
  return cells.filter(hasNote).map(({ engine, work, note }) => {
    const clock = engines.find(({ name }) => name === engine)?.clock ?? 'unknown';
    return `${work} in ${engine}: ${note} (clock source: ${clock}).`;
  });
}

function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
