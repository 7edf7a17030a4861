/** Listeners of every event throw, or reject. Says which errors came out uncaught, and that all else went well. */
import { fakeMachine } from './fake-machine.ts';

const uncaught = new Set<string>();
process.on('uncaughtException', ({ message }: Error) => uncaught.add(message));
const fail = (name: string) => {
  throw new Error(name);
};

for (const isolate of ['worker', 'caller'] as const) {
  uncaught.clear();
  const machine = await fakeMachine({ isolate });
  const heard: string[] = [];
  for (const name of ['running', 'paused', 'reset', 'halt', 'exit'] as const) {
    machine.on(name, () => fail(name));
    machine.on(name, () => heard.push(name));
  }
  machine.serial.on('data', () => fail('data'));
  machine.serial.on('data', async () => fail('rejected'));
  await machine.start();
  await machine.pause();
  await machine.resume();
  await machine.reset();
  // More than is sent ahead: it comes only if what a listener failed with was taken all the same.
  machine.serial.write('~~a');
  await machine.serial.expect('A');
  machine.serial.write('=');
  await new Promise<void>((resolve) => machine.on('halt', () => resolve()));
  await machine.stop();
  console.log(machine.state, await machine.exited, heard.join(' '), [...uncaught].sort().join(' '));

  const failed = await fakeMachine({ isolate });
  failed.on('error', () => fail('error'));
  await failed.start();
  failed.serial.write('?');
  await failed.exited.catch(({ message }: Error) => console.log(message));
  await failed.stop();
  console.log(uncaught.has('error'));
}
