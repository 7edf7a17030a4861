import { type BalloonStreams, tellPages, tellStatistics, wantedPages } from '../host/balloon.ts';
import type { BusMemory } from '../memory/bus-memory.ts';
import { type Component, describe, u32 } from '../snapshot/describe.ts';
import { PAGE_BYTES } from './abi.ts';

const PAGE_KILOBYTES = PAGE_BYTES / 1024;

const balloonState = describe({
  /** Pages that the host wants in the balloon. */
  wanted: u32,
  /** Pages that the guest has given up. */
  pages: u32,
});

export interface XenBalloonOptions {
  readonly memory: BusMemory;
  readonly memoryBytes: number;
  /** Forgets what is in physical pages, by their numbers. */
  readonly releasePages: (pages: readonly number[]) => void;
  /** Null: the host asks another balloon. */
  readonly balloon: BalloonStreams | null;
}

/** How much of its memory the guest has: it gives up pages and takes them back by hypercalls, as `memory/target` asks it to. */
export class XenBalloon {
  readonly component: Component;
  readonly #options: XenBalloonOptions;
  readonly #state = balloonState.create();

  /** @param targetChanged the guest is to be told of `target` */
  constructor(options: XenBalloonOptions, targetChanged: () => void) {
    const { balloon } = options;
    this.#options = options;
    this.component = balloonState.bind('balloon', this.#state, { restored: () => this.#tell() });
    if (balloon === null) return;
    balloon.stream.onInput = (bytes) => {
      balloon.stream.taken(bytes.length);
      this.#state.wanted = Math.min(wantedPages(bytes), this.total);
      targetChanged();
    };
    // Its driver tells of none.
    balloon.statistics.onInput = (bytes) => {
      balloon.statistics.taken(bytes.length);
      tellStatistics(balloon, new Uint8Array());
    };
  }

  /** Pages of the machine's memory. */
  get total(): number {
    return this.#options.memoryBytes / PAGE_BYTES;
  }

  /** Pages that the guest has. */
  get present(): number {
    return this.total - this.#state.pages;
  }

  /** Kilobytes that the guest can have, and is to have. */
  get most(): number {
    return this.total * PAGE_KILOBYTES;
  }

  get target(): number {
    return (this.total - this.#state.wanted) * PAGE_KILOBYTES;
  }

  /** The guest gives pages up; the host gets their memory. */
  decrease(pages: readonly number[]): void {
    const { releasePages } = this.#options;
    const own = pages.filter((page) => this.#isMemory(page));
    releasePages(own);
    this.#setPages(this.#state.pages + own.length);
  }

  /** The guest takes pages back, and finds zeros there. False: one of them is no memory, and none is taken. */
  populate(pages: readonly number[]): boolean {
    if (!pages.every((page) => this.#isMemory(page))) return false;
    this.#options.releasePages(pages);
    this.#setPages(this.#state.pages - pages.length);
    return true;
  }

  /** The guest starts again, with all memory. */
  reset(): void {
    this.#setPages(0);
  }

  #isMemory(page: number): boolean {
    return this.#options.memory.has(page * PAGE_BYTES, PAGE_BYTES);
  }

  #setPages(pages: number): void {
    this.#state.pages = Math.max(0, Math.min(pages, this.total));
    this.#tell();
  }

  #tell(): void {
    const { balloon } = this.#options;
    if (balloon !== null) tellPages(balloon, this.#state.pages);
  }
}
