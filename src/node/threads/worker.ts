import { createMachine } from '../../../runtime/machine/create.ts';
import { writeCompiledCode } from '../process/compiled-code.mjs';
import { runWorker } from './worker-entry.ts';

writeCompiledCode();
await runWorker(createMachine);
