import { hash } from 'node:crypto';
import { Redis } from 'ioredis';
import { FleetError } from './error.ts';

/** Milliseconds between tries to reach a Redis that does not answer, at most. */
const PAUSE = 1000;

/** The address of a Redis as logs have it: without its password, and what may be one. */
export function shownAddress(url: string): string {
  return url.replace(/^(\w+:\/\/)?.*@/s, '$1').replace(/\?.*$/s, '');
}

/**
 * Connects to a Redis as often as it is called. A connection waits for a Redis that restarts, and goes on.
 * @throws FleetError for an address that is none
 */
export function connector(url: string, log: (message: string) => void): () => Redis {
  const shown = shownAddress(url);
  if (!/^rediss?:\/\/./.test(url) || !URL.canParse(url))
    throw new FleetError(`'${shown}' is no address of a Redis; it looks like redis://127.0.0.1:6379`);
  return () => {
    const redis = new Redis(url, {
      maxRetriesPerRequest: null,
      retryStrategy: (times: number) => Math.min(PAUSE, 50 * times),
    });
    let isLost = false;
    redis.on('error', (error: Error) => {
      if (!isLost) log(`${shown}: ${error.message || 'it does not answer'}; waiting for it`);
      isLost = true;
    });
    redis.on('ready', () => {
      if (isLost) log(`${shown} answers again`);
      isLost = false;
    });
    return redis;
  };
}

/** A Redis that answers does not take what it is given: its memory or its disk is full, or it is a copy. */
export class RedisRefusal extends FleetError {}

/** First words of such answers, with what is to be done. */
const refusals: Readonly<Record<string, string>> = {
  OOM: 'its memory is full; raise its maxmemory',
  MISCONF: 'it cannot write to its disk',
  READONLY: 'it is a copy that takes nothing; connect to the first one',
  LOADING: 'it reads its data',
  BUSY: 'it runs a script that does not end',
  NOREPLICAS: 'it lacks copies that it waits for',
};

/** A refusal that names its reason; other errors as they are. */
function refusalOf(error: Error): Error {
  const reason = refusals[error.message.split(' ')[0]!];
  return reason === undefined ? error : new RedisRefusal(`Redis refuses: ${reason} (${error.message})`);
}

/** A key or an argument of a script. */
export type Word = string | number | Buffer;

/** Names of scripts in Redis, by their texts. */
const digests = new Map<string, string>();

/**
 * Runs a script, whose text Redis has after the first time. The first words are so many keys.
 * @throws RedisRefusal if Redis takes nothing now
 */
export async function runScript(
  redis: Redis,
  script: string,
  keys: number,
  ...words: readonly Word[]
): Promise<unknown> {
  const digest = digests.get(script) ?? hash('sha1', script);
  digests.set(script, digest);
  try {
    return await redis.evalsha(digest, keys, ...words);
  } catch (error) {
    if (!(error as Error).message.startsWith('NOSCRIPT')) throw refusalOf(error as Error);
    return await redis.eval(script, keys, ...words).catch((failure: Error) => {
      throw refusalOf(failure);
    });
  }
}
