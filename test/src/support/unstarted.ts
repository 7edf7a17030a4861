/** Makes machines that it never starts, or pauses, and comes to its end. */
import { fakeMachine } from './fake-machine.ts';

for (const isolate of ['worker', 'caller'] as const) {
  await fakeMachine({ isolate });
  const paused = await fakeMachine({ isolate });
  await paused.start();
  await paused.pause();
}
console.log('the end');
