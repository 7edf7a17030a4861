import { parentPort, workerData } from 'node:worker_threads';
import { type TickerOptions, tick } from '../isolate/ticker.ts';
import { writeCompiledCode } from './compiled-code.ts';
import { nanoseconds } from './threads.ts';

parentPort?.postMessage('ticking');
writeCompiledCode();
tick({ ...(workerData as Omit<TickerOptions, 'nanoseconds'>), nanoseconds });
