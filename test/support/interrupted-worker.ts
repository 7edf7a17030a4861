/** Runs endless guests in a thread that can be ended, and tells where each was whenever it was left. */
import { parentPort } from 'node:worker_threads';
import { nanoseconds } from '../../src/node/threads/threads.ts';
import { Word } from '../../translator/abi/state.ts';
import { Guest, jumpVariants, variants } from './guest.ts';
import type { EndlessRun } from './interrupted.ts';

/** Nanoseconds that a guest which nobody asks runs. */
const SLICE = 2e6;

parentPort!.on('message', async ({ program, variantName, times, alone }: EndlessRun) => {
  const guest = new Guest(program, [...variants, ...jumpVariants].find(({ name }) => name === variantName)!);
  const { core } = guest;
  parentPort!.postMessage(core.state);
  const places: number[] = [];
  while (places.length < times) {
    const { reason } = core.run(alone ? nanoseconds() + SLICE : Infinity);
    if (reason !== (alone ? 'slice' : 'attention')) throw new Error(`the guest has ended by itself (${reason})`);
    places.push(core.state[Word.eip]! >>> 0);
    Atomics.store(core.state, Word.wake, 0);
  }
  await guest.dispose();
  parentPort!.postMessage(places);
});
