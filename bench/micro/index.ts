import { Bench } from 'tinybench';
import { ProgressLine } from '../../src/cli/progress-line.ts';
import { ConfigurationError, messageOf } from '../../src/util/errors.ts';
import type { Progress } from '../../src/util/progress.ts';
import { guestTasks } from './guests.ts';
import { sampleFunctions } from './sample.ts';
import type { MicroTask } from './task.ts';
import { tlbTasks } from './tlb.ts';
import { translationTasks } from './translation.ts';
import { widthTasks } from './width.ts';
import { x87Tasks } from './x87.ts';

/** Milliseconds for each task. */
const TIME = 500;

/** Time of a task. */
interface MicroResult {
  readonly name: string;
  readonly unit: string;
  /** Nanoseconds a unit: the median, and the relative margin of error of the mean in percent. */
  readonly nanoseconds: number;
  readonly marginPercent: number;
}

/**
 * Measures parts of the translator and the runtime, those whose name holds one of these texts, and gives a table or JSON of them.
 * @throws ConfigurationError if there are none
 */
export async function runMicroBenchmarks(filter: readonly string[], json: boolean): Promise<string> {
  const progress = new ProgressLine();
  const tasks = (await allTasks(progress.report)).filter(
    ({ name }) => filter.length === 0 || filter.some((text) => name.includes(text)),
  );
  if (tasks.length === 0) throw new ConfigurationError(`--filter: no task is called ${filter.join(' or ')}`);
  const results: MicroResult[] = [];
  for (const task of tasks) {
    progress.report(task.name, (100 * results.length) / tasks.length);
    results.push(await measure(task));
  }
  progress.end();
  return json ? `${JSON.stringify(results, null, 2)}\n` : tableText(results);
}

async function allTasks(progress: Progress): Promise<MicroTask[]> {
  return [...(await tasksOfTranslation(progress)), ...tlbTasks(), ...guestTasks(), ...widthTasks(), ...x87Tasks()];
}

/** These need guest code, which may not be at hand. */
async function tasksOfTranslation(progress: Progress): Promise<MicroTask[]> {
  try {
    return translationTasks(await sampleFunctions(progress));
  } catch (error) {
    process.stderr.write(`bench: no code to translate: ${messageOf(error)}\n`);
    return [];
  }
}

async function measure(task: MicroTask): Promise<MicroResult> {
  const { name, unit, units } = task;
  const bench = new Bench({ time: TIME, throws: true });
  bench.add(name, () => {
    const milliseconds = task.run();
    return milliseconds === undefined ? undefined : { overriddenDuration: milliseconds };
  });
  const [{ result }] = await bench.run();
  task.dispose?.();
  if (!('latency' in result)) throw new Error(`${name} was not measured`);
  const { p50, rme } = result.latency;
  return { name, unit, nanoseconds: (p50 * 1e6) / units, marginPercent: rme };
}

function tableText(results: readonly MicroResult[]): string {
  const width = Math.max(...results.map(({ name }) => name.length));
  const lines = results.map(({ name, unit, nanoseconds, marginPercent }) => {
    const figure = nanoseconds.toFixed(nanoseconds < 100 ? 2 : 0).padStart(10);
    return `${name.padEnd(width)}${figure} ns per ${unit.padEnd(12)} ±${marginPercent.toFixed(1)} %`;
  });
  return `${lines.join('\n')}\n`;
}
