/** Starts the thread that serves a machine's drives, for the same reasons in the same way as machine-thread.mjs. */
import { enableCompileCache } from 'node:module';
import { workerData } from 'node:worker_threads';

export const url = import.meta.url;

if (workerData?.rawironThread === url) {
  enableCompileCache(workerData.codeCache);
  import('../files/drives.ts');
}
