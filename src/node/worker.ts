import { keepCompiledCode, writeCompiledCode } from './compiled-code.ts';
import { runWorker } from './worker-entry.ts';

keepCompiledCode();
const { createMachine } = await import('../../runtime/machine/machine.ts');
writeCompiledCode();
await runWorker(createMachine);
