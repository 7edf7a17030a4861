import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Redis } from 'ioredis';
import { FleetError } from './error.ts';
import { type Health, healthAt } from './health.ts';
import type { ProcessMetrics } from './metrics.ts';

/** Settings of a health server. */
export interface HealthSettings {
  readonly redis: Redis;
  readonly address: string;
  /** 0: one that is free. */
  readonly port: number;
  readonly metrics: ProcessMetrics;
}

/** Answers probes (/healthz, /readyz) and Prometheus (/metrics) at an address of its own, which only those who watch the fleet should reach. */
export class HealthServer implements AsyncDisposable {
  readonly #redis: Redis;
  readonly #metrics: ProcessMetrics;
  readonly #server: Server;

  private constructor({ redis, metrics }: HealthSettings) {
    this.#redis = redis;
    this.#metrics = metrics;
    this.#server = createServer((request, response) => {
      // A path such as '//' is no address.
      this.#answer(URL.parse(request.url ?? '/', 'http://health')?.pathname ?? '')
        .then(({ status, body, type = 'text/plain' }) =>
          response.writeHead(status, { 'content-type': type, 'cache-control': 'no-store' }).end(body),
        )
        .catch(() => response.destroy());
    });
  }

  /** @throws FleetError if it cannot listen there */
  static async listen(settings: HealthSettings): Promise<HealthServer> {
    const { address, port } = settings;
    const health = new HealthServer(settings);
    await new Promise<void>((resolve, reject) => {
      health.#server.once('error', (error) => reject(new FleetError(`${address}:${port}: ${error.message}`)));
      health.#server.listen(port, address, resolve);
    });
    return health;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async #answer(pathname: string): Promise<Health & { readonly type?: string }> {
    if (pathname === '/metrics')
      return { status: 200, body: await this.#metrics.text(), type: this.#metrics.contentType };
    return (await healthAt(pathname, this.#redis)) ?? { status: 404, body: 'there is nothing at this address\n' };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
