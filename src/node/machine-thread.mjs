/**
 * Starts a machine's thread. Plain JavaScript: if Node strips types in this thread it uses WebAssembly, whose memory grows, and
 * once a buffer was detached thus V8 tests for that at each access to any, which takes up to a sixth of translated code's time.
 * So the cache, which keeps modules without their types, is on before the first one is loaded.
 */
import { enableCompileCache } from 'node:module';
import { workerData } from 'node:worker_threads';

enableCompileCache(workerData.codeCache);
await import('./worker.ts');
