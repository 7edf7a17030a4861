/** Stops a machine that hangs while a call waits for its answer, and says so. */
import { setTimeout } from 'node:timers/promises';
import { fakeMachine } from './fake-machine.ts';

const machine = await fakeMachine();
await machine.start();
machine.serial.write('@');
await setTimeout(200);
const call = machine.metrics().catch(({ message }: Error) => message);
await machine.stop();
console.log(await call);
