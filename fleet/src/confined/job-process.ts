/** Does the jobs of one run, as a program of its own. */
import type { JobBounds } from '../job.ts';
import type { KeepFile } from '../job-files.ts';
import { type LoadedWork, prepareHere, type RunHere } from '../prepare-here.ts';
import { answerCalls } from './answer-calls.ts';
import { partsOf } from './messages.ts';

let work: LoadedWork | undefined;
let prepared: RunHere | undefined;

/** Takes the files of a job to the worker. */
function keepOf(job: number): KeepFile {
  return async (name, bytes) => {
    let isFirst = true;
    for (const part of partsOf(bytes)) {
      await tell('file', { job, name, isFirst }, part);
      isFirst = false;
    }
  };
}

const tell = answerCalls({
  load(rest: Omit<LoadedWork, 'text'>, text) {
    work = { ...rest, text: Buffer.from(text).toString() } as LoadedWork;
  },
  async prepare({ slots }: { slots: number }, snapshot) {
    prepared = await prepareHere(new Uint8Array(snapshot), work!, slots);
  },
  do: ({ job, number, bounds }: { job: number; number: number; bounds: JobBounds }) =>
    prepared!.do(number, bounds, keepOf(job)),
});
