import { ports } from '../../runtime/host/ports.ts';
import type { Outflow } from '../isolate/flow.ts';
import type { MachineStreams } from '../isolate/streams.ts';
import { memorySize } from '../options/memory-size.ts';
import { ConfigurationError } from '../util/errors.ts';

const PAGE_BYTES = 4096;

/**
 * The balloon of a machine (`MachineOptions.balloon`), or that of Xen (`MachineOptions.xen`): its guest is asked to give up memory,
 * and may get it back.
 */
export class Balloon {
  /** Bytes of the machine's memory. */
  readonly total: number;
  readonly #input: Pick<Outflow, 'write'>;
  #pages = 0;
  /** The start of a number whose end comes with the next message. */
  #rest: readonly number[] = [];
  readonly #statistics: Statistics;

  /** @internal */
  constructor(total: number, input: Pick<Outflow, 'write'>, statistics: Statistics) {
    this.total = total;
    this.#input = input;
    this.#statistics = statistics;
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
   * Asks the guest's driver how the guest's memory is used: QEMU's `guest-stats`. Waits as long as the guest stands still. Rejects with a
   * ConfigurationError where the guest has no driver that tells, as is so with Xen's, and with an Error when the machine ends before.
   */
  statistics(): Promise<BalloonStatistics> {
    return this.#statistics.ask();
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

/** Figures of a guest's memory, in its driver's words. What the driver does not tell is left out. */
export interface BalloonStatistics {
  /** Bytes that were swapped in. */
  readonly swapIn?: number;
  /** Bytes that were swapped out. */
  readonly swapOut?: number;
  /** Page faults for which something was read from a disk. */
  readonly majorFaults?: number;
  /** Page faults without that. */
  readonly minorFaults?: number;
  /** Bytes that nobody uses. */
  readonly free?: number;
  /** Bytes of the guest's memory. */
  readonly total?: number;
  /** Bytes that programs could get without swapping. */
  readonly available?: number;
  /** Bytes of files that are kept, and could be read again. */
  readonly diskCaches?: number;
  /** Huge pages that programs got. */
  readonly hugePages?: number;
  /** Huge pages that they could not get. */
  readonly hugePageFailures?: number;
}

/** By their tags (VIRTIO 1.2, 5.5.6.4). */
const names: readonly (keyof BalloonStatistics)[] = [
  'swapIn',
  'swapOut',
  'majorFaults',
  'minorFaults',
  'free',
  'total',
  'available',
  'diskCaches',
  'hugePages',
  'hugePageFailures',
];
/** Bytes of an entry: a tag of 16 bits, and a value of 64. */
const ENTRY_BYTES = 10;

/** Questions for the guest's statistics, and its answers: a number of 16 bits, how many bytes follow, and entries. */
export class Statistics {
  readonly #input: Pick<Outflow, 'write'>;
  /** One answer is for all who wait. */
  #waiting: PromiseWithResolvers<BalloonStatistics> | undefined;
  /** The start of an answer whose end comes with the next message. */
  #rest: Uint8Array = new Uint8Array();
  /** Why there will be no more. */
  #end: string | undefined;

  constructor(input: Pick<Outflow, 'write'>) {
    this.#input = input;
  }

  async ask(): Promise<BalloonStatistics> {
    if (this.#end !== undefined) throw new Error(`${this.#end}: its guest tells nothing`);
    if (this.#waiting === undefined) {
      this.#waiting = Promise.withResolvers();
      void this.#input.write(Uint8Array.of(1)).catch(() => {});
    }
    return await this.#waiting.promise;
  }

  async receive(bytes: Uint8Array): Promise<void> {
    let rest = Uint8Array.of(...this.#rest, ...bytes);
    const isWhole = () => rest.length >= 2 && rest.length >= 2 + lengthOf(rest);
    for (; isWhole(); rest = rest.slice(2 + lengthOf(rest))) this.#answer(rest.subarray(2, 2 + lengthOf(rest)));
    this.#rest = rest;
  }

  #answer(entries: Uint8Array): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (entries.length > 0) waiting?.resolve(statisticsIn(entries));
    else waiting?.reject(new ConfigurationError('the guest has no driver that tells how its memory is used'));
  }

  /** The machine has ended. */
  end(reason: string): void {
    this.#end = reason;
    this.#waiting?.reject(new Error(`${reason}: its guest tells nothing`));
  }
}

function lengthOf(bytes: Uint8Array): number {
  return bytes[0]! | (bytes[1]! << 8);
}

function statisticsIn(entries: Uint8Array): BalloonStatistics {
  const view = new DataView(entries.buffer, entries.byteOffset, entries.length);
  const known = Array.from({ length: Math.floor(entries.length / ENTRY_BYTES) }, (_, n) => {
    const name = names[view.getUint16(n * ENTRY_BYTES, true)];
    return name === undefined ? [] : [[name, Number(view.getBigUint64(n * ENTRY_BYTES + 2, true))] as const];
  });
  return Object.fromEntries(known.flat());
}

/** The balloon of a machine with so many bytes of memory. */
export function connectBalloon(streams: MachineStreams, memoryBytes: number): Balloon {
  const statistics = new Statistics(streams.input(ports.balloonStatistics));
  const balloon = new Balloon(memoryBytes, streams.input(ports.balloon), statistics);
  streams.addOutput(ports.balloonStatistics, statistics);
  streams.addOutput(ports.balloon, balloon);
  return balloon;
}
