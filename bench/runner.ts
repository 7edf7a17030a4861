import { messageOf } from '../src/util/errors.ts';
import type { Progress } from '../src/util/progress.ts';
import { Contender, memoryMegabytes } from './contender.ts';
import { describeHost } from './host.ts';
import { countInstructions } from './instructions.ts';
import type { Options } from './options.ts';
import { partsOf } from './parts.ts';
import type { FileSet, Program, Work } from './programs.ts';
import type { InstructionResult, Results } from './results.ts';
import { makeWorkspace, type Workspace } from './workspace.ts';

/** The program whose instructions are counted. */
const countedProgram = 'mix';

/**
 * Does the work in all engines, by turns. Says on the way what is being done.
 * @throws if the guest's kernel can't be had
 */
export async function runBenchmark(options: Options, progress: Progress): Promise<Results> {
  const programs = options.works.filter(isProgram);
  const sets = new Set<FileSet>(programs.map(({ files }) => files));
  const workspace = await makeWorkspace({ sets, keep: options.keep }, progress);
  const contenders = await makeContenders(options, workspace, progress);
  try {
    await measure(options, contenders, progress);
  } finally {
    for (const contender of contenders) contender.close();
  }
  const works = options.works.flatMap((work) => partsOf(work, options.runs));
  const cells = works.flatMap((work) => contenders.map((contender) => contender.cell(work)));
  const counted = options.mips && programs.find(({ name }) => name === countedProgram);
  const instructions = counted && (await countedInstructions(counted, contenders, workspace, progress));
  return {
    date: new Date().toISOString().slice(0, 10),
    host: describeHost(),
    kernel: workspace.kernelRelease,
    settings: { runs: options.runs, scale: options.scale, memoryMegabytes },
    base: options.base,
    engines: contenders.map(({ result }) => result),
    works: works.map(({ name, group, about, rounds, amount, part }) => ({
      ...{ name, group, about, rounds },
      ...(amount && { amount }),
      ...(part && { part }),
    })),
    cells,
    ...(instructions && { instructions }),
    ...(options.keep && { kept: workspace.folder }),
  };
}

function isProgram(work: Work): work is Program {
  return 'command' in work;
}

async function makeContenders(options: Options, workspace: Workspace, progress: Progress): Promise<Contender[]> {
  const { timeout, scale, keep } = options;
  const contenders: Contender[] = [];
  for (const engine of options.engines) {
    contenders.push(await Contender.create(engine, { workspace, timeout, scale, keep }, progress));
  }
  return contenders;
}

/** Boots are measured before the sessions start, so that no other machine is there. */
async function measure(options: Options, contenders: readonly Contender[], progress: Progress): Promise<void> {
  const programs = options.works.filter(isProgram);
  await turns(
    options.works.filter((work) => !isProgram(work)),
    options,
    contenders,
    progress,
  );
  if (programs.length === 0) return;
  for (const contender of contenders) {
    progress(`${contender.engine.name}: starting`);
    await contender.start();
  }
  await turns(programs, options, contenders, progress);
  for (const contender of contenders) {
    progress(`${contender.engine.name}: what its translations do`);
    await contender.watch(programs);
  }
}

/** Each work in each run in each engine: what disturbs the host for a while disturbs all of them alike. */
async function turns(
  works: readonly Work[],
  { runs }: Options,
  contenders: readonly Contender[],
  progress: Progress,
): Promise<void> {
  const total = works.length * runs * contenders.length;
  let done = 0;
  for (const work of works) {
    for (let run = 1; run <= runs; run++) {
      for (const contender of contenders) {
        progress(`${contender.engine.name}: ${work.name}, run ${run} of ${runs}`, (100 * done) / total);
        await contender.run(work);
        done++;
      }
    }
  }
}

async function countedInstructions(
  program: Program,
  contenders: readonly Contender[],
  workspace: Workspace,
  progress: Progress,
): Promise<InstructionResult> {
  const work = program.name;
  progress(`Counting the instructions of ${work}`);
  try {
    const instructions = await countInstructions(program, workspace);
    const speeds = contenders.flatMap((contender): [string, number][] => {
      const { milliseconds } = contender.cell(program);
      return milliseconds === undefined ? [] : [[contender.engine.name, instructions / milliseconds / 1000]];
    });
    return { work, instructions, millionsPerSecond: Object.fromEntries(speeds) };
  } catch (error) {
    return { work, failure: messageOf(error) };
  }
}
