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
  readonly #memory: BusMemory;

  constructor({ ports, memory }: DmaOptions) {
    this.#memory = memory;
    this.component = dmaState.bind('dma', this.#state);
    ports.register(controllerPorts('dma first', Port.first, 0, this.#first));
    ports.register(controllerPorts('dma second', Port.second, 1, this.#second));
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

  /** Physical address of the next transfer. Word channels shift their address, and the page's bit 0 does not count. */
  #address(controller: Controller, index: number, unit: number): number {
    const page = this.#state.pages[PAGE_REGISTERS[index]];
    const { address } = controller.state.channels[index & 3];
    return unit === 1 ? page * 0x10000 + address : (page & ~1) * 0x10000 + address * 2;
  }
}

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

function controllerPorts(name: string, first: number, shift: number, controller: Controller): PortRegion {
  return {
    name,
    first,
    count: 16 << shift,
    read: (port) => controller.read((port - first) >> shift),
    write: (port, _, value) => controller.write((port - first) >> shift, value),
  };
}
