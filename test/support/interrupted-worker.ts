/** Runs endless guests in a thread that can be ended, and tells where each was whenever it was left. */
import { parentPort } from 'node:worker_threads';
import { Word } from '../../translator/abi/state.ts';
import { Guest, variants } from './guest.ts';
import type { EndlessRun } from './interrupted.ts';

parentPort!.on('message', async ({ program, variantName, times }: EndlessRun) => {
  const guest = new Guest(program, variants.find(({ name }) => name === variantName)!);
  const { core } = guest;
  parentPort!.postMessage(core.state);
  const places: number[] = [];
  while (places.length < times) {
    const { reason } = core.run(Infinity);
    if (reason !== 'attention') throw new Error(`the guest has ended by itself (${reason})`);
    places.push(core.state[Word.eip]! >>> 0);
    Atomics.store(core.state, Word.wake, 0);
  }
  await guest.dispose();
  parentPort!.postMessage(places);
});
