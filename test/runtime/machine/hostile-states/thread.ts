/** Tries changed states in a thread that the program ends when one of them hangs. */
import { parentPort, workerData } from 'node:worker_threads';
import type { DisplayModel } from '../../../../runtime/machine/models.ts';
import { HostileStates } from './try.ts';

/** What the thread is to do. */
export interface Order {
  readonly seed: number;
  readonly count: number;
  readonly vga: DisplayModel;
  /** Has what is being tried, as JSON, behind its length. */
  readonly note: SharedArrayBuffer;
}

const { seed, count, vga, note } = workerData as Order;
const length = new Int32Array(note, 0, 1);
const text = new Uint8Array(note, 4);
const states = new HostileStates(seed, vga);
parentPort!.postMessage('ready');

for (let n = 0; n < count; n++) {
  const outcome = states.try((changes) => {
    const { written } = new TextEncoder().encodeInto(JSON.stringify(changes), text);
    Atomics.store(length, 0, written);
  }, seed + n);
  parentPort!.postMessage(outcome);
}
parentPort!.postMessage('done');
