import { hostname } from 'node:os';
import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';

/** Lines that are kept, at least, and that are shown. */
const [MOST, SHOWN] = [2000, 100];
const LOG = 'rawiron:log';
/** Milliseconds to wait for a Redis that is away. */
const PATIENCE = 2000;

/** What a line of a log is about, for programs that read it. */
export interface LogFields {
  /** Default: info. */
  readonly level?: 'debug' | 'info' | 'warn' | 'error';
  readonly [name: string]: string | number | undefined;
}

/** Takes a line for people, and what it is about. */
export type Log = (message: string, fields?: LogFields) => void;

/** A line of the fleet's log. */
export interface LogLine {
  /** By the clock of Redis, as ISO 8601 has it. */
  readonly time: string;
  /** Who says it. */
  readonly source: string;
  readonly message: string;
}

/** The log that hosts, workers and gateways have in common, in Redis; each has its own on standard error, too. */
export class FleetLog implements Disposable {
  readonly #redis: Redis;
  readonly #source: string;

  /** @param kind of process that writes */
  constructor(connect: () => Redis, kind: string) {
    this.#redis = connect();
    this.#source = `${kind} ${hostname()}-${process.pid}`;
  }

  /** A line may be lost, as when Redis is away for long. */
  write(message: string): void {
    if (this.#redis.status !== 'ready' && this.#redis.status !== 'connecting') return;
    this.#redis
      .xadd(LOG, 'MAXLEN', '~', MOST, '*', 'source', this.#source, 'message', message.slice(0, 2000))
      .catch(() => {});
  }

  [Symbol.dispose](): void {
    // What was written goes out first, if Redis is there.
    const late = wait(PATIENCE, undefined, { ref: false });
    void Promise.race([this.#redis.quit(), late])
      .catch(() => {})
      .finally(() => this.#redis.disconnect());
  }
}

/** The last lines, the newest first. */
export async function lastLines(redis: Redis): Promise<readonly LogLine[]> {
  const entries = await redis.xrevrange(LOG, '+', '-', 'COUNT', SHOWN);
  return entries.map(([id, fields]) => ({
    time: new Date(Number(id.split('-')[0])).toISOString(),
    source: fields[1] ?? '',
    message: fields[3] ?? '',
  }));
}
