import { InOrder } from './in-order.ts';
import { partsOf } from './memory-store.ts';
import { OVERLAY_PAGE, OverlayPages } from './overlay-pages.ts';
import { checkRange, type Disk, type ImageIdentity } from './store.ts';

/**
 * A disk whose changes are forgotten when it is closed, as with `-snapshot`. The disk below is only read; flushing keeps
 * nothing.
 */
export class OverlayDisk implements Disk {
  readonly isReadOnly = false;
  readonly #base: Disk;
  #pages: OverlayPages;
  readonly #order = new InOrder();

  /** @param pages where changes are kept */
  constructor(base: Disk, pages: OverlayPages = new OverlayPages()) {
    this.#base = base;
    this.#pages = pages;
  }

  /** The disk below. */
  get base(): Disk {
    return this.#base;
  }

  get name(): string {
    return this.#base.name;
  }

  get format(): string {
    return this.#base.format;
  }

  get size(): number {
    return this.#base.size;
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    checkRange(this, offset, target.length);
    await this.#order.run(async () => {
      await this.#base.read(offset, target);
      for (const { page, within, at, length } of partsOf(offset, target.length, OVERLAY_PAGE)) {
        if (this.#pages.has(page)) await this.#pages.read(page, within, target.subarray(at, at + length));
      }
    });
  }

  async write(offset: number, source: Uint8Array): Promise<void> {
    checkRange(this, offset, source.length);
    await this.#order.run(() => this.#change(offset, source.length, (at, length) => source.subarray(at, at + length)));
  }

  async zero(offset: number, length: number): Promise<void> {
    checkRange(this, offset, length);
    const zeros = new Uint8Array(OVERLAY_PAGE);
    await this.#order.run(() => this.#change(offset, length, (_at, part) => zeros.subarray(0, part)));
  }

  async discard(offset: number, length: number): Promise<void> {
    checkRange(this, offset, length);
  }

  async zeroRun(): Promise<number> {
    return 0;
  }

  async flush(): Promise<void> {}

  /** The disk below is the same for all that is written here. */
  settle(): Promise<readonly ImageIdentity[]> {
    return this.#base.settle();
  }

  /** Does something with the changes while no request is under way. */
  withPages<Result>(act: (pages: OverlayPages) => Promise<Result>): Promise<Result> {
    return this.#order.run(() => act(this.#pages));
  }

  /** Puts other changes in the place of the present ones, which it returns. */
  exchangePages(pages: OverlayPages): Promise<OverlayPages> {
    return this.#order.run(async () => {
      const previous = this.#pages;
      this.#pages = pages;
      return previous;
    });
  }

  abandon(): void {
    this.#base.abandon();
  }

  async close(): Promise<void> {
    await this.#order.run(() => this.#pages.close());
    await this.#base.close();
  }

  /** Changes a range page by page. `bytes` gives those for a part of it: where in the range, and how many. */
  async #change(offset: number, length: number, bytes: (at: number, length: number) => Uint8Array): Promise<void> {
    for (const part of partsOf(offset, length, OVERLAY_PAGE)) {
      const source = bytes(part.at, part.length);
      if (this.#pages.has(part.page)) await this.#pages.write(part.page, part.within, source);
      else await this.#pages.add(part.page, await this.#changedPage(part.page, part.within, source));
    }
  }

  /** The contents of a page of the disk below, with these bytes in it. */
  async #changedPage(page: number, within: number, source: Uint8Array): Promise<Uint8Array> {
    const bytes = new Uint8Array(OVERLAY_PAGE);
    const start = page * OVERLAY_PAGE;
    const there = Math.min(OVERLAY_PAGE, this.size - start);
    if (source.length < there) await this.#base.read(start, bytes.subarray(0, there));
    bytes.set(source, within);
    return bytes;
  }
}
