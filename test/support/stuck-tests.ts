import { Worker } from 'node:worker_threads';
import { afterAll, expect } from 'vitest';

/** How long the tests of a file may take, in milliseconds: several times what the longest take on a slow host. */
const LIMIT = 30 * 60_000;

/**
 * Ends the process of a file whose tests don't end, with where they are; the other files go on. vitest's own limits
 * end no test that loops without a turn of its event loop: such a run would have no end, and tell nothing.
 */
const { testPath } = expect.getState();
const thread = new URL('./stuck-tests-thread.mjs', import.meta.url);
export const watch = new Worker(thread, { workerData: { testPath, limit: LIMIT }, execArgv: [] });
watch.unref();
// The next file may have the same process.
afterAll(() => void watch.terminate());
