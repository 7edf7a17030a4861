import type {
  CacheEvent,
  DropInfo,
  QuestionName,
  Questions,
  TranslationDetail,
  TranslationInfo,
  TranslationStats,
} from '../machine-core.ts';
import { Emitter, type Listener } from '../util/events.ts';

/** Milliseconds between two looks for what has happened. */
const INTERVAL = 100;

/** A translation was made. */
export interface TranslateEvent {
  /** The machine's time in nanoseconds. */
  readonly time: number;
  /** The new one. */
  readonly translation: TranslationInfo;
}

/** Code was dropped. */
export interface DropEvent extends DropInfo {
  /** The machine's time in nanoseconds. */
  readonly time: number;
}

/** Events of translations, with their data. Times are the machine's, in nanoseconds. */
export interface TranslationEvents {
  /** Code was translated. */
  translate: TranslateEvent;
  /** Code was dropped because its bytes changed. */
  invalidate: DropEvent;
  /** Code was dropped to make room, or by a reset. */
  evict: DropEvent;
}

const names = ['translate', 'invalidate', 'evict'] as const;

/** Asks a machine's inspection, here or at the other end of a connection. */
export type Ask = <Name extends QuestionName>(
  name: Name,
  ...args: Parameters<Questions[Name]>
) => Promise<ReturnType<Questions[Name]>>;

/** The translations in a machine's cache. While somebody listens to their events it counts how often each one runs. */
export class Translations extends Emitter<TranslationEvents> implements AsyncIterable<TranslationInfo> {
  readonly #ask: Ask;
  #isLooking = false;
  #next = 0;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(ask: Ask) {
    super();
    this.#ask = ask;
  }

  /** The translations that are there at the time of the call. */
  snapshot(): Promise<TranslationInfo[]> {
    return this.#ask('translations');
  }

  /** The translations that are there when the iteration begins. */
  async *[Symbol.asyncIterator](): AsyncGenerator<TranslationInfo> {
    yield* await this.snapshot();
  }

  /** The translation that starts at a linear address, or else one that covers it. */
  async at(address: number): Promise<TranslationDetail | undefined> {
    return (await this.#ask('translation', address)) ?? undefined;
  }

  /** Totals. */
  stats(): Promise<TranslationStats> {
    return this.#ask('stats');
  }

  override on<Name extends keyof TranslationEvents>(name: Name, listener: Listener<TranslationEvents[Name]>): this {
    super.on(name, listener);
    this.#attend();
    return this;
  }

  override off<Name extends keyof TranslationEvents>(name: Name, listener: Listener<TranslationEvents[Name]>): this {
    super.off(name, listener);
    this.#attend();
    return this;
  }

  /** Looks at the machine while somebody listens. */
  #attend(): void {
    const wanted = names.some((name) => this.hasListeners(name));
    if (wanted === this.#isLooking) return;
    this.#isLooking = wanted;
    if (wanted) this.#look();
    else this.#leave();
  }

  #look(): void {
    const watch = this.#ask('watch', true).then(() => this.#poll());
    // A machine that ends has no more events.
    watch.catch(() => {});
  }

  #leave(): void {
    clearTimeout(this.#timer);
    this.#ask('watch', false).catch(() => {});
  }

  async #poll(): Promise<void> {
    const { events, next } = await this.#ask('events', this.#next);
    this.#next = next;
    for (const event of events) this.#tell(event);
    if (!this.#isLooking) return;
    this.#timer = setTimeout(() => this.#poll().catch(() => {}), INTERVAL);
    const timer: unknown = this.#timer;
    if (typeof timer === 'object' && timer !== null && 'unref' in timer) (timer as { unref(): void }).unref();
  }

  #tell(event: CacheEvent): void {
    if (event.type === 'translate') this.emit('translate', event);
    else this.emit(event.type, event);
  }
}
