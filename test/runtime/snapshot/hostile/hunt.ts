import { Worker } from 'node:worker_threads';

/** States of one seed, by their numbers. */
export interface Work {
  readonly seed: number;
  readonly first: number;
  readonly end: number;
  /** The number of the state that is being tried, and that of the first of its machine; from byte 8 on what was changed in it, ended by a zero. */
  readonly progress: SharedArrayBuffer;
}

/** A state that did harm. */
export interface Finding {
  readonly kind: 'finding';
  readonly number: number;
  /** The state that its machine began with: a run from there on makes the same changes. */
  readonly first: number;
  /** The change that was made in it. */
  readonly mutation: string;
  readonly problem: string;
}

/** A worker has come to its end; `taken` of its states were not refused. */
export interface Progress {
  readonly kind: 'done';
  readonly taken: number;
}

export interface Hunt {
  readonly seed: number;
  readonly count: number;
  /** Number of the first state. Default: 0. */
  readonly first?: number;
  readonly found: (finding: Finding) => void;
}

/** States that are tried from one start of a machine. */
const BATCH = 4000;
/** Milliseconds for which a state is tried before it counts as one that hangs: far more than the slowest takes on a busy host. */
const PATIENCE = 20_000;
const LOOK = 500;

/** Tries changed states of a machine with every device. @returns how many of them the machine took */
export async function hunt({ seed, count, first = 0, found }: Hunt): Promise<number> {
  let taken = 0;
  for (let at = first; at < first + count; ) {
    const end = Math.min(at + BATCH, first + count);
    const batch = await tryBatch({ seed, first: at, end, progress: new SharedArrayBuffer(1024) }, found);
    taken += batch.taken;
    at = batch.next;
  }
  return taken;
}

function tryBatch(work: Work, found: Hunt['found']): Promise<{ taken: number; next: number }> {
  const worker = new Worker(new URL('./worker.ts', import.meta.url), { workerData: work });
  const number = new Int32Array(work.progress, 0, 2);
  Atomics.store(number, 0, work.first - 1);
  return new Promise((resolve) => {
    let [seen, since] = [-1, Date.now()];
    const watch = setInterval(() => {
      const now = Atomics.load(number, 0);
      if (now !== seen) [seen, since] = [now, Date.now()];
      else if (Date.now() - since > (now < work.first ? 10 * PATIENCE : PATIENCE)) fail('hangs');
    }, LOOK);
    const end = (taken: number, next: number) => {
      clearInterval(watch);
      void worker.terminate().then(() => resolve({ taken, next }));
    };
    const fail = (problem: string) => {
      const state = Math.max(Atomics.load(number, 0), work.first);
      found({
        kind: 'finding',
        number: state,
        first: Math.max(Atomics.load(number, 1), work.first),
        mutation: mutationOf(work),
        problem,
      });
      end(0, state + 1);
    };
    worker.on('message', (message: Finding | Progress) => {
      if (message.kind === 'finding') found(message);
      else end(message.taken, work.end);
    });
    worker.on('error', (error: Error) => fail(`ends the thread: ${error.stack}`));
  });
}

function mutationOf({ progress }: Work): string {
  const bytes = new Uint8Array(progress).slice(8);
  return new TextDecoder().decode(bytes.subarray(0, bytes.indexOf(0)));
}
