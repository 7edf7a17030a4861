import type { CachedTranslation } from '../exec/cached-translation.ts';
import type { CodeDrop, CodeObserver } from '../exec/code-events.ts';
import type { CacheEvent, EventBatch, TranslationInfo } from './questions.ts';

/** Events beyond this many are forgotten, the oldest first. */
const KEPT = 50_000;

/** The parts that the log needs. */
interface LogSource {
  infoOf(translation: CachedTranslation): TranslationInfo;
  /** The machine's time. */
  now(): number;
  /** A translation has come into the cache. */
  added(translation: CachedTranslation): void;
}

/** A log of the cache's events while somebody looks. */
export class CacheLog implements CodeObserver {
  readonly #source: LogSource;
  #events: CacheEvent[] = [];
  /** Number of the first event that is kept. */
  #first = 0;
  /** By physical address and key: how often a translation there has gone, by cause. */
  readonly #gone = new Map<string, Record<string, number>>();

  constructor(source: LogSource) {
    this.#source = source;
  }

  translate(translation: CachedTranslation): void {
    const source = this.#source;
    source.added(translation);
    this.#add({ type: 'translate', time: source.now(), translation: source.infoOf(translation) });
  }

  invalidate(drop: CodeDrop): void {
    this.#drop('invalidate', drop);
  }

  evict(drop: CodeDrop): void {
    this.#drop('evict', drop);
  }

  invalidationsOf(physical: number, key: number): Readonly<Record<string, number>> {
    return { ...this.#gone.get(`${physical} ${key}`) };
  }

  /** The events from this number on. */
  since(number: number): EventBatch {
    const skipped = Math.max(0, number - this.#first);
    return {
      events: this.#events.slice(skipped),
      next: this.#first + this.#events.length,
      lost: Math.max(0, this.#first - number),
    };
  }

  clear(): void {
    this.#first += this.#events.length;
    this.#events = [];
    this.#gone.clear();
  }

  /** Clears the log, and numbers the next event as the first one. */
  forget(): void {
    this.clear();
    this.#first = 0;
  }

  #drop(type: 'invalidate' | 'evict', { cause, offset, bytes, nodes, translations }: CodeDrop): void {
    const infos = translations.map((translation) => this.#source.infoOf(translation));
    for (const { physical, key } of infos) this.#count(`${physical} ${key}`, cause);
    this.#add({ type, time: this.#source.now(), cause, physical: offset >>> 0, bytes, nodes, translations: infos });
  }

  #count(where: string, cause: string): void {
    const causes = this.#gone.get(where) ?? {};
    causes[cause] = (causes[cause] ?? 0) + 1;
    this.#gone.set(where, causes);
  }

  #add(event: CacheEvent): void {
    if (this.#events.length >= KEPT) {
      this.#events = this.#events.slice(KEPT / 2);
      this.#first += KEPT / 2;
    }
    this.#events.push(event);
  }
}
