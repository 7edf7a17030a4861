import { ports } from '../../runtime/host/ports.ts';
import type { Outflow } from '../isolate/flow.ts';
import type { MachineStreams } from '../isolate/streams.ts';
import { memorySize } from '../options/memory-size.ts';
import { ConfigurationError } from '../util/errors.ts';

const PAGE_BYTES = 4096;

/** The virtio balloon of a machine (`MachineOptions.balloon`): its guest is asked to give up memory, and may get it back. */
export class Balloon {
  /** Bytes of the machine's memory. */
  readonly total: number;
  readonly #input: Pick<Outflow, 'write'>;
  #pages = 0;
  /** The start of a number whose end comes with the next message. */
  #rest: readonly number[] = [];

  /** @internal */
  constructor(total: number, input: Pick<Outflow, 'write'>) {
    this.total = total;
    this.#input = input;
  }

  /** Bytes of memory that the guest has: all but what its driver has put into the balloon. */
  get memory(): number {
    return this.total - this.#pages * PAGE_BYTES;
  }

  /**
   * Asks the guest to keep so much memory: a number of megabytes, or a text such as "64M". Its driver does that in its own time,
   * and as far as it can; `memory` tells how far it is.
   * @throws ConfigurationError for what is no size, or more than the machine's memory
   */
  setMemory(size: number | string): void {
    const bytes = memorySize(size);
    if (bytes === 0 || bytes > this.total)
      throw new ConfigurationError(`the memory of the guest can be from 1 to ${this.total >> 20} MB`);
    const pages = Math.floor((this.total - bytes) / PAGE_BYTES);
    void this.#input.write(new Uint8Array(Uint32Array.of(pages).buffer)).catch(() => {});
  }

  /**
   * The machine tells how many pages are in the balloon: the last number counts.
   * @internal
   */
  async receive(bytes: Uint8Array): Promise<void> {
    const all = [...this.#rest, ...bytes];
    const whole = all.length - (all.length % 4);
    if (whole > 0) this.#pages = new DataView(Uint8Array.from(all).buffer).getUint32(whole - 4, true);
    this.#rest = all.slice(whole);
  }
}

/** The balloon of a machine with so many bytes of memory. */
export function connectBalloon(streams: MachineStreams, memoryBytes: number): Balloon {
  const balloon = new Balloon(memoryBytes, streams.input(ports.balloon));
  streams.addOutput(ports.balloon, balloon);
  return balloon;
}
