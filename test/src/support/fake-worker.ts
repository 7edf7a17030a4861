import { runWorker } from '../../../src/node/worker-entry.ts';
import { createFakeCore } from './fake-core.ts';

await runWorker(createFakeCore);
