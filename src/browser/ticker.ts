import { type TickerOptions, tick } from '../isolate/ticker.ts';
import { ownEnd, startMessage } from './scope.ts';
import { clockSince } from './threads.ts';

/** Data that a ticker's worker starts with; `origin` is the page's `performance.timeOrigin`. */
export type TickerStart = Omit<TickerOptions, 'nanoseconds'> & { readonly origin: number };

const { origin, ...options } = await startMessage<TickerStart>();
ownEnd<string, never>().postMessage('ticking');
tick({ ...options, nanoseconds: clockSince(origin) });
