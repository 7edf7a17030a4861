/**
 * Starts a machine's thread. Plain JavaScript: if Node strips types in this thread it uses WebAssembly, whose memory grows, and
 * once a buffer was detached thus V8 tests for that at each access to any, which takes up to a sixth of translated code's time.
 * So the cache, which keeps modules without their types, is on before the first one is loaded.
 *
 * The library imports this module too, to learn where it is: every bundler follows an import(), but a URL in the call of
 * `new Worker` only some do, and not for Node.
 */
import { enableCompileCache } from 'node:module';
import { workerData } from 'node:worker_threads';

export const url = import.meta.url;

if (workerData?.rawironThread === url) {
  enableCompileCache(workerData.codeCache);
  import('./worker.ts');
}
