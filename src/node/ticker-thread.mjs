/** Starts a ticker's thread, for the same reasons in the same way as machine-thread.mjs. */
import { enableCompileCache } from 'node:module';
import { workerData } from 'node:worker_threads';

enableCompileCache(workerData.codeCache);
await import('./ticker.ts');
