import { once } from 'node:events';
import { parentPort, workerData } from 'node:worker_threads';
import { type TickerOptions, tick } from '../../isolate/ticker.ts';
import { writeCompiledCode } from '../process/compiled-code.mjs';
import { nanoseconds } from './threads.ts';

const { deadlines } = workerData as Pick<TickerOptions, 'deadlines'>;
// The machine's state words come when it has been made.
const [state] = (await once(parentPort!, 'message')) as [Int32Array];
parentPort!.postMessage('ticking');
writeCompiledCode();
tick({ state, deadlines, nanoseconds });
