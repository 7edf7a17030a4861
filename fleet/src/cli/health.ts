import type { Redis } from 'ioredis';
import { FleetError } from '../error.ts';
import { HealthServer } from '../health-server.ts';
import { ProcessMetrics } from '../metrics.ts';
import { type Flags, text, type Words } from './settings.ts';

/** Flags of every command that is watched by probes and Prometheus. */
export const healthFlags: Flags = {
  health: { value: 'ADDRESS:PORT', help: 'where /healthz, /readyz and /metrics are given to whoever asks (nowhere)' },
};

/**
 * Gives the health of a process to whoever asks, if its words say where.
 * @param metrics its figures; left out: those that every process has
 * @throws FleetError if it cannot listen there
 */
export async function serveHealth(
  words: Words,
  connect: () => Redis,
  metrics?: ProcessMetrics,
): Promise<AsyncDisposable> {
  const listen = text(words, 'health');
  if (listen === undefined) return { [Symbol.asyncDispose]: async () => {} };
  const place = placeIn(listen);
  const redis = connect();
  try {
    const server = await HealthServer.listen({ ...place, redis, metrics: metrics ?? new ProcessMetrics(redis) });
    return {
      async [Symbol.asyncDispose]() {
        await server[Symbol.asyncDispose]();
        redis.disconnect();
      },
    };
  } catch (error) {
    redis.disconnect();
    throw error;
  }
}

function placeIn(listen: string): { address: string; port: number } {
  const [, address, port] = listen.match(/^(.+):(\d{1,5})$/) ?? [];
  if (address === undefined || Number(port) > 65_535)
    throw new FleetError(`--health ${listen}: give an address such as 127.0.0.1:9464`);
  return { address: address.replace(/^\[|\]$/g, ''), port: Number(port) };
}
