import { createMachine } from '../../runtime/machine/machine.ts';
import { writeCompiledCode } from './compiled-code.ts';
import { runWorker } from './worker-entry.ts';

writeCompiledCode();
await runWorker(createMachine);
