/** Does the jobs of one run, as a program of its own. */

import type { JobBounds } from '../job.ts';
import type { LoadedWork } from '../prepared.ts';
import { type PreparedRun, prepareHere } from '../prepared.ts';
import { answerCalls } from './calls.ts';

let prepared: PreparedRun | undefined;

answerCalls({
  async prepare(snapshot: Uint8Array, work: LoadedWork, slots: number) {
    prepared = await prepareHere(new Uint8Array(snapshot), work, slots);
  },
  do: (number: number, bounds: JobBounds) => prepared!.do(number, bounds),
});
