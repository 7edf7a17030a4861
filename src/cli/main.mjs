#!/usr/bin/env node
/** The command's first module: plain JavaScript, so that the cache of compiled modules is on before any other is loaded. */
// @ts-check
import { keepCompiledCode } from '../node/process/compiled-code.mjs';

keepCompiledCode();
const args = process.argv.slice(2);
const { followLauncher } = await import('./launcher.ts');
followLauncher();
const { likelyRunsMachine, startMachineThread } = await import('./early-thread.ts');
// It loads its modules while this thread loads its own.
if (likelyRunsMachine(args)) startMachineThread();
const { main } = await import('./program.ts');
process.exit(await main(args));
