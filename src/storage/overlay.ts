import { InOrder } from './in-order.ts';
import { forEachPart } from './memory-store.ts';
import { checkRange, type Disk } from './store.ts';

/** Bytes that are kept together. */
const PAGE = 1 << 14;

/**
 * A disk whose changes are kept in memory and forgotten when it is closed, as with `-snapshot`. The disk below is only read;
 * flushing keeps nothing.
 */
export class OverlayDisk implements Disk {
  readonly isReadOnly = false;
  readonly #base: Disk;
  readonly #pages = new Map<number, Uint8Array>();
  readonly #order = new InOrder();

  constructor(base: Disk) {
    this.#base = base;
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

  /** Bytes of memory that changes take. */
  get memory(): number {
    return this.#pages.size * PAGE;
  }

  async read(offset: number, target: Uint8Array): Promise<void> {
    checkRange(this, offset, target.length);
    await this.#order.run(async () => {
      await this.#base.read(offset, target);
      forEachPart(offset, target.length, PAGE, (page, within, at, length) => {
        const bytes = this.#pages.get(page);
        if (bytes) target.set(bytes.subarray(within, within + length), at);
      });
    });
  }

  async write(offset: number, source: Uint8Array): Promise<void> {
    checkRange(this, offset, source.length);
    await this.#order.run(() =>
      this.#change(offset, source.length, (bytes, at) => bytes.set(source.subarray(at, at + bytes.length))),
    );
  }

  async zero(offset: number, length: number): Promise<void> {
    checkRange(this, offset, length);
    await this.#order.run(() => this.#change(offset, length, (bytes) => bytes.fill(0)));
  }

  async discard(offset: number, length: number): Promise<void> {
    checkRange(this, offset, length);
  }

  async zeroRun(): Promise<number> {
    return 0;
  }

  async flush(): Promise<void> {}

  async close(): Promise<void> {
    this.#pages.clear();
    await this.#base.close();
  }

  /** Changes a range page by page. `act` gets the bytes of a page to change, and where in the range they are. */
  async #change(offset: number, length: number, act: (bytes: Uint8Array, at: number) => void): Promise<void> {
    const first = Math.floor(offset / PAGE);
    const last = Math.ceil((offset + length) / PAGE);
    for (let page = first; page < last; page++) await this.#load(page);
    forEachPart(offset, length, PAGE, (page, within, at, part) => {
      act(this.#pages.get(page)!.subarray(within, within + part), at);
    });
  }

  async #load(page: number): Promise<void> {
    if (this.#pages.has(page)) return;
    const bytes = new Uint8Array(PAGE);
    await this.#base.read(page * PAGE, bytes.subarray(0, Math.min(PAGE, this.size - page * PAGE)));
    this.#pages.set(page, bytes);
  }
}
