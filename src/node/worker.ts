import { createMachine } from '../../runtime/machine/machine.ts';
import { runWorker } from './worker-entry.ts';

await runWorker(createMachine);
