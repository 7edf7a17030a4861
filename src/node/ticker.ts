import { parentPort, workerData } from 'node:worker_threads';
import { type TickerOptions, tick } from '../isolate/ticker.ts';
import { nanoseconds } from './threads.ts';

parentPort!.postMessage('ticking');
tick({ ...(workerData as Omit<TickerOptions, 'nanoseconds'>), nanoseconds });
