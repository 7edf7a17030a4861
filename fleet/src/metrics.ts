import { setTimeout as wait } from 'node:timers/promises';
import type { Redis } from 'ioredis';
import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { answers } from './health.ts';

/** Milliseconds that a source has to tell its figures. */
const PATIENCE = 3000;

/** Reads figures that are told when they are asked for. It may fail, or take too long, as when Redis is away. */
export type Source = () => Promise<void>;

/** Figures of a process of the fleet, in Prometheus' text format: its memory, processor time and event loop, whether Redis answers it, and those of sources. */
export class ProcessMetrics {
  readonly registry = new Registry();
  readonly contentType: string = Registry.PROMETHEUS_CONTENT_TYPE;
  readonly #sources: Source[] = [];

  constructor(redis: Redis) {
    collectDefaultMetrics({ register: this.registry });
    const help = 'Whether Redis answers this process';
    const up = new Gauge({ name: 'rawiron_redis_up', help, registers: [this.registry] });
    this.add(async () => up.set((await answers(redis)) ? 1 : 0));
  }

  add(source: Source): void {
    this.#sources.push(source);
  }

  async text(): Promise<string> {
    const late = wait(PATIENCE, undefined, { ref: false });
    await Promise.all(this.#sources.map((source) => Promise.race([source().catch(() => {}), late])));
    return await this.registry.metrics();
  }
}
