/** Starts a ticker's thread, for the same reasons in the same way as machine-thread.mjs. */
import { enableCompileCache } from 'node:module';
import { workerData } from 'node:worker_threads';

export const url = import.meta.url;

if (workerData?.rawironThread === url) {
  enableCompileCache(workerData.codeCache);
  import('./ticker.ts');
}
