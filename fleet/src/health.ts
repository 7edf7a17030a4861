import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';

/** Milliseconds that Redis has for an answer. */
const PATIENCE = 1000;

/** Whether Redis answers. */
export async function answers(redis: Redis): Promise<boolean> {
  // What is asked meanwhile waits until it is back.
  if (redis.status !== 'ready') return false;
  const late = wait(PATIENCE, false, { ref: false });
  return await Promise.race([late, redis.ping().then(() => true)]).catch(() => false);
}

/** A state for whoever watches a process: an HTTP status, and words. */
export interface Health {
  readonly status: number;
  readonly body: string;
}

/** Answers to probes, which need no token. Undefined: the address is about something else. */
export async function healthAt(pathname: string, redis: Redis): Promise<Health | undefined> {
  if (pathname === '/healthz') return { status: 200, body: 'it runs\n' };
  if (pathname !== '/readyz') return undefined;
  return (await answers(redis)) ? { status: 200, body: 'ready\n' } : { status: 503, body: 'Redis does not answer\n' };
}
