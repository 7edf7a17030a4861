/** The first module of a machine of this project's: its modules come from the cache of compiled ones, as those of the command do. */
import { keepCompiledCode } from '../../src/node/process/compiled-code.mjs';

keepCompiledCode();
await import('./rawiron-machine.ts');
