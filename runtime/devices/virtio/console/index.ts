import type { HostStream } from '../../../host/stream.ts';
import { joinComponents } from '../../../snapshot/components.ts';
import type { Component } from '../../../snapshot/describe.ts';
import type { PciFunction } from '../../pci/function.ts';
import type { VirtioOptions } from '../device.ts';
import { VirtioFunction } from '../index.ts';
import { Kind } from '../registers.ts';
import { Control } from './control.ts';
import { ConsolePort } from './port.ts';
import { Config, ControlQueue, MULTIPORT, receiveQueue, transmitQueue } from './registers.ts';
import { type ConsoleState, consoleState } from './state.ts';

const QUEUE_SIZE = 64;

/** A port of the device. */
export interface VirtioPort {
  readonly isConsole: boolean;
  /** At most 100 characters of ASCII. */
  readonly name: string;
  readonly stream: HostStream;
}

export interface VirtioConsoleOptions extends VirtioOptions {
  readonly channels: readonly VirtioPort[];
}

/** Virtio console device (5.3): consoles, and named ports for programs. */
export class VirtioConsole {
  readonly component: Component;
  readonly pciFunction: PciFunction;
  readonly #state: ConsoleState;
  readonly #virtio: VirtioFunction;
  readonly #ports: readonly ConsolePort[];
  readonly #control: Control;

  constructor(options: VirtioConsoleOptions) {
    const { name, channels: ports } = options;
    // Drivers that know only one port take the first one for a console.
    const first = ports[0]?.isConsole === false ? 1 : 0;
    const ids = ports.map((_, n) => n + first);
    const mostPorts = Math.max(1, ports.length + first);
    const description = consoleState(ports.length);
    this.#state = description.create();
    this.#virtio = new VirtioFunction(options, {
      kind: Kind.console,
      features: [MULTIPORT],
      queues: new Array<number>(2 * mostPorts + 2).fill(QUEUE_SIZE),
      config: { length: Config.bytes, bytes: () => configBytes(mostPorts) },
      notified: (queue) => this.#notified(queue),
      reset: () => this.#forget(),
    });
    const virtio = this.#virtio;
    this.#ports = ports.map((port, n) => new ConsolePort({ ...port, id: ids[n], state: this.#state.ports[n], virtio }));
    this.#control = new Control(virtio, this.#state.control, () => this.#ports);
    this.component = joinComponents(name, [description.bind(name, this.#state), virtio.component]);
    this.pciFunction = virtio.pciFunction;
  }

  reset(): void {
    this.#virtio.reset();
  }

  #forget(): void {
    this.#state.control.clear();
    for (const port of this.#ports) port.reset();
  }

  #notified(queue: number): void {
    if (queue === ControlQueue.receive) this.#control.give();
    else if (queue === ControlQueue.transmit) this.#control.take();
    for (const port of this.#ports) {
      if (queue === receiveQueue(port.id)) port.receive();
      else if (queue === transmitQueue(port.id)) port.transmit();
    }
  }
}

function configBytes(mostPorts: number): Uint8Array {
  const bytes = new Uint8Array(Config.bytes);
  bytes[Config.mostPorts] = mostPorts;
  return bytes;
}
