import { runWorker } from '../../../src/node/threads/worker-entry.ts';
import { createFakeCore } from './fake-core.ts';

await runWorker(createFakeCore);
