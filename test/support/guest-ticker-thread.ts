import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import { DeadlineWatch } from '../../src/isolate/ticker.ts';
import { nanoseconds } from '../../src/node/threads/threads.ts';

const watch = new DeadlineWatch(workerData.deadlines, nanoseconds);
/** The words of a machine that is watched until the next one's come. */
let state = new Int32Array(workerData.words);
for (;;) {
  state = receiveMessageOnPort(parentPort!)?.message ?? state;
  watch.turn(state);
}
