import type { IrqLine } from '../../bus/irq.ts';
import type { PortBus } from '../../bus/ports.ts';
import type { MmioBus } from '../../memory/mmio.ts';
import { bytes, type Component, describe } from '../../snapshot/describe.ts';
import { DATA_BYTES, IRQ_LINES, MEMORY, Port } from './registers.ts';

export interface PcTestdevOptions {
  readonly ports: PortBus;
  readonly mmio: MmioBus;
  /** This device's end of the line of an IRQ. */
  readonly irq: (number: number) => IrqLine;
}

const testdevState = describe({ data: bytes(DATA_BYTES), memory: bytes(MEMORY.bytes) });

/** IRQs that a PC has no line for: the cascade, and the I/O APIC's other inputs. */
const isConnected = (irq: number): boolean => irq < 16 && irq !== 2;

/** QEMU's pc-testdev: ports and memory that keep what is written, and interrupt lines to raise and lower. */
export class PcTestdev {
  readonly component: Component;
  readonly #state = testdevState.create();

  constructor({ ports, mmio, irq }: PcTestdevOptions) {
    this.component = testdevState.bind('pc-testdev', this.#state);
    const lines = Array.from({ length: IRQ_LINES }, (_, n) => (isConnected(n) ? irq(n) : null));
    ports.register({
      name: 'pc-testdev data',
      first: Port.data,
      count: DATA_BYTES,
      read: (port) => this.#state.data[port - Port.data]!,
      write: (port, _size, value) => {
        this.#state.data[port - Port.data] = value;
      },
    });
    ports.register({
      name: 'pc-testdev irq',
      first: Port.irqLine,
      count: IRQ_LINES,
      sizes: [1, 2, 4],
      write: (port, _size, value) => lines[port - Port.irqLine]?.set(value !== 0),
    });
    mmio.add({
      name: 'pc-testdev',
      base: MEMORY.base,
      length: MEMORY.bytes,
      read: (offset, size) => littleEndian(this.#state.memory.subarray(offset, offset + size)),
      write: (offset, size, value) => {
        for (let n = 0; n < size; n++) this.#state.memory[offset + n] = value >>> (8 * n);
      },
    });
  }

  reset(): void {
    this.#state.data.fill(0);
    this.#state.memory.fill(0);
  }
}

function littleEndian(from: Uint8Array): number {
  return from.reduceRight((value, byte) => (value << 8) | byte, 0);
}
