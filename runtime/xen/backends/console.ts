import type { HostStream } from '../../host/stream.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import type { Component } from '../../snapshot/describe.ts';
import type { XenDomain } from '../domain.ts';
import type { Backend, FrontValues } from './bus.ts';
import { ConsoleLine } from './console-line.ts';
import { frontChannel } from './front-channel.ts';

/** Nodes of the store by which a console tells of itself (docs/misc/console.txt of Xen). */
export const consoleNodes = { type: 'ioemu', output: 'pty', protocol: 'vt100', limit: '1048576' } as const;

export interface ConsoleBackendOptions {
  /** Unique in the machine; names the state. */
  readonly name: string;
  readonly domain: XenDomain;
  readonly memory: BusMemory;
  readonly stream: HostStream;
  /** From 1 on: the first console has no front end in the store. */
  readonly index: number;
}

/** The back end of a further console, whose page the front end grants. */
export class ConsoleBackend implements Backend {
  readonly kind = 'console';
  readonly number: number;
  readonly component: Component;
  readonly #domain: XenDomain;
  readonly #line: ConsoleLine;

  constructor({ name, domain, memory, stream, index }: ConsoleBackendOptions) {
    this.number = index;
    this.#domain = domain;
    this.#line = new ConsoleLine(name, memory, stream);
    this.component = this.#line.component;
  }

  frontNodes(): Readonly<Record<string, string>> {
    return consoleNodes;
  }

  backNodes(): Readonly<Record<string, string>> {
    return { protocol: consoleNodes.protocol };
  }

  connect(front: FrontValues): Readonly<Record<string, string>> | null {
    const { channels, grants } = this.#domain;
    const reference = Number(front('ring-ref') ?? Number.NaN);
    const page = () => grants.pageOf(reference, 'write');
    const channel = frontChannel(channels, front('port'), () => this.#line.serve());
    if (channel === null || page() === null) return null;
    this.#line.connect({ page, channel });
    return {};
  }

  start(): void {
    this.#line.start();
  }

  disconnect(): void {
    this.#line.disconnect();
  }
}
