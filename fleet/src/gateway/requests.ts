import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Figures about what a gateway is asked for. */
export class RequestFigures {
  readonly #requests: Counter<'method' | 'route' | 'status'>;
  readonly #seconds: Histogram<'route'>;

  /** @param clients counts consoles and screens that are open */
  constructor(registry: Registry, clients: () => number) {
    const registers = [registry];
    this.#requests = new Counter({
      ...{ name: 'rawiron_gateway_requests_total', help: 'Requests that were answered', registers },
      labelNames: ['method', 'route', 'status'],
    });
    this.#seconds = new Histogram({
      ...{ name: 'rawiron_gateway_request_seconds', help: 'Time until the answer', registers },
      ...{ labelNames: ['route'], buckets: [0.005, 0.02, 0.1, 0.5, 2, 10, 60] },
    });
    new Gauge({
      ...{ name: 'rawiron_gateway_clients', help: 'Consoles and screens that are open', registers },
      collect() {
        this.set(clients());
      },
    });
  }

  answered(method: string, route: string, status: number, milliseconds: number): void {
    this.#requests.inc({ method, route, status });
    this.#seconds.observe({ route }, milliseconds / 1000);
  }
}

/** A route's address as a label: its names are left out. */
export function routeLabel(path: RegExp): string {
  return path.source.replaceAll(/\\(.)|[\^$]/g, '$1').replaceAll(/\(\[[^)]*\)|\(d\+\)/g, '*');
}
