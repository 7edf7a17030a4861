import type { DmaChannel, DmaTransfer } from '../../bus/dma.ts';
import type { PortBus, PortRegion } from '../../bus/ports.ts';
import type { BusMemory } from '../../memory/bus-memory.ts';
import type { Component } from '../../snapshot/describe.ts';
import { Controller } from './controller.ts';
import { Mode, PAGE_REGISTER_COUNT, PAGE_REGISTERS, Port } from './registers.ts';
import { dmaState } from './state.ts';

export interface DmaOptions {
  readonly ports: PortBus;
  readonly memory: BusMemory;
}

/** The two 8237A of a PC with their page registers. Channel 4 cascades the first and is not to be had. */
export class Dma8237 {
  readonly component: Component;
  readonly #state = dmaState.create();
  readonly #first = new Controller(this.#state.first);
  readonly #second = new Controller(this.#state.second);
  /** With their first channels, and bytes of a transfer. */
  readonly #controllers = [
    { controller: this.#first, first: 0, unit: 1 },
    { controller: this.#second, first: 4, unit: 2 },
  ] as const;
  readonly #memory: BusMemory;

  constructor({ ports, memory }: DmaOptions) {
    this.#memory = memory;
    this.component = dmaState.bind('dma', this.#state);
    const written = (): void => this.#serveRequests();
    ports.register(controllerPorts({ name: 'dma first', first: Port.first, shift: 0 }, this.#first, written));
    ports.register(controllerPorts({ name: 'dma second', first: Port.second, shift: 1 }, this.#second, written));
    ports.register({
      name: 'dma pages',
      first: Port.pages,
      count: PAGE_REGISTER_COUNT,
      read: (port) => this.#state.pages[port - Port.pages],
      write: (port, _, value) => {
        this.#state.pages[port - Port.pages] = value;
      },
    });
  }

  reset(): void {
    this.#first.masterClear();
    this.#second.masterClear();
    this.#state.pages.fill(0);
  }

  /** The last value written to port 0x80, a page register that only power-on self tests use. */
  get postCode(): number {
    return this.#state.pages[0];
  }

  /** Channels 0-3 transfer bytes, 5-7 words. */
  channel(index: number): DmaChannel {
    if (index < 0 || index > 7 || index === 4) throw new Error(`there is no DMA channel ${index}`);
    const controller = index < 4 ? this.#first : this.#second;
    const unit = index < 4 ? 1 : 2;
    const address = (): number => this.#address(controller, index, unit);
    return {
      get enabled() {
        return controller.isEnabled(index & 3);
      },
      give: (bytes) => {
        const writes = transferOf(controller, index) === Mode.write;
        return forUnits(controller, index, unit, bytes.length, (at) => {
          if (writes) this.#memory.write(address(), bytes.subarray(at, at + unit));
        });
      },
      take: (target) => {
        const reads = transferOf(controller, index) === Mode.read;
        return forUnits(controller, index, unit, target.length, (at) => {
          if (reads) this.#memory.read(address(), target.subarray(at, at + unit));
        });
      },
    };
  }

  /**
   * Transfers for software requests, which last until terminal count ("Request register"). Without a device that asked, the data bus floats
   * in writes to memory, and nobody takes what is read.
   */
  #serveRequests(): void {
    for (const { controller, first, unit } of this.#controllers) {
      for (let index = controller.requestedChannel(); index !== null; index = controller.requestedChannel()) {
        if (transferOf(controller, index) === Mode.write)
          this.#memory.write(this.#address(controller, first + index, unit), FLOATING.subarray(0, unit));
        controller.step(index);
      }
    }
  }

  /** Physical address of the next transfer. Word channels shift their address, and the page's bit 0 does not count. */
  #address(controller: Controller, index: number, unit: number): number {
    const page = this.#state.pages[PAGE_REGISTERS[index]];
    const { address } = controller.state.channels[index & 3];
    return unit === 1 ? page * 0x10000 + address : (page & ~1) * 0x10000 + address * 2;
  }
}

/** A data bus that nobody drives. */
const FLOATING = Uint8Array.of(0xff, 0xff);

function transferOf(controller: Controller, index: number): number {
  return controller.state.channels[index & 3].mode & Mode.transfer;
}

/** Transfers units until `length` bytes are done or the channel stops. */
function forUnits(
  controller: Controller,
  index: number,
  unit: number,
  length: number,
  transfer: (at: number) => void,
): DmaTransfer {
  let done = 0;
  let ended = false;
  while (done + unit <= length && !ended && controller.isEnabled(index & 3)) {
    transfer(done);
    done += unit;
    ended = controller.state.channels[index & 3].count === 0;
    controller.step(index & 3);
  }
  return { done, ended };
}

/** A controller's name, its first port, and the distance of its ports, a power of two. */
interface Place {
  readonly name: string;
  readonly first: number;
  readonly shift: number;
}

function controllerPorts({ name, first, shift }: Place, controller: Controller, written: () => void): PortRegion {
  return {
    name,
    first,
    count: 16 << shift,
    read: (port) => controller.read((port - first) >> shift),
    write: (port, _, value) => {
      controller.write((port - first) >> shift, value);
      written();
    },
  };
}
