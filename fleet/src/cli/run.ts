import { readFile } from 'node:fs/promises';
import { FleetError } from '../error.ts';
import type { JobResult } from '../run.ts';
import { type RunOptions, SubmittedRun } from '../submit.ts';
import { ProgressLine } from './progress.ts';
import {
  asked,
  connectorOf,
  type Flags,
  imageOf,
  limitFlags,
  limitsOf,
  number,
  parsed,
  placeFlags,
  placeOf,
  text,
  type Words,
} from './settings.ts';

export const runFlags: Flags = {
  ...placeFlags,
  image: { value: 'NAME', help: 'the image that each job goes on from' },
  script: { value: 'FILE', help: "a script for the guest's shell, in the place of JOB" },
  prompt: { value: 'TEXT', help: 'the end of the prompt of that shell ("# ")' },
  count: { value: 'N', help: 'how many jobs (1)' },
  timeout: { value: 'SECONDS', help: 'what a job may take (60)' },
  tries: { value: 'N', help: 'how often a job may be begun (5)' },
  ...limitFlags,
  json: { help: 'a line of JSON for each result, and nothing else' },
};

/** Submits a run, and prints its results as they come. Its exit code is 1 if a job has failed. */
export async function runCommand(args: readonly string[]): Promise<number> {
  const words = parsed(args, runFlags);
  const place = placeOf(words);
  const options = await optionsOf(words);
  await using submitted = await SubmittedRun.submit(connectorOf(place), place.store, options);
  const isJson = words.values.json === true;
  const progress = new ProgressLine(submitted.run.count, isJson);
  const cancelled = asked().then(async () => {
    await submitted.cancel();
    progress.end();
    process.stderr.write('rawiron-fleet: cancelled\n');
    process.exit(130);
  });
  cancelled.catch(() => {});
  for await (const result of submitted.results()) {
    progress.take(result);
    if (isJson) process.stdout.write(`${JSON.stringify(result)}\n`);
    else if (result.status === 'failed') progress.say(failureText(result));
    else if (result.value !== null) progress.say(`${result.number}: ${valueText(result.value)}`);
  }
  progress.end();
  if (!isJson)
    process.stdout.write(`${progress.summary}; files of jobs: ${place.store.place}/runs/${submitted.run.id}\n`);
  return progress.failed > 0 ? 1 : 0;
}

async function optionsOf(words: Words): Promise<RunOptions> {
  const [module, ...more] = words.rest;
  if (more.length > 0) throw new FleetError(`unexpected argument '${more[0]}'`);
  const image = imageOf(words);
  const file = text(words, 'script');
  const script = file === undefined ? undefined : await readFile(file, 'utf8').catch(() => fail(file));
  const [prompt, count, timeout, tries] = [
    text(words, 'prompt'),
    ...(['count', 'timeout', 'tries'] as const).map((name) => number(words, name)),
  ] as const;
  const given = { module, script, prompt, count, timeout, tries, limits: limitsOf(words) };
  const options = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
  return { image, ...options };
}

function fail(file: string): never {
  throw new FleetError(`--script ${file}: it cannot be read`);
}

const failureText = ({ number, error, tries }: JobResult) => `${number}: failed after ${tries} tries: ${error}`;

const valueText = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value));
