import { compileBeforeRunning, keepCompiledCode, writeCompiledCode } from './compiled-code.ts';
import { runWorker } from './worker-entry.ts';

compileBeforeRunning();
keepCompiledCode();
const { createMachine } = await import('../../runtime/machine/machine.ts');
writeCompiledCode();
await runWorker(createMachine);
