import type { CachedTranslation } from '../exec/cached-translation.ts';
import type { Node, Run } from '../exec/node.ts';
import type { ExitCounts, ExitKind, Place } from './questions.ts';
import type { EngineView } from './view.ts';

/** Counted at one translation. */
class TranslationCounter {
  executions = 0;
  readonly exits: Record<ExitKind, number> = noExits();
}

function noExits(): Record<ExitKind, number> {
  return { transfer: 0, direct: 0, indirect: 0, return: 0, dispatcher: 0, slow: 0, trap: 0, fault: 0 };
}

/** Counted at one instruction that a translation leaves to its handler, or that is sensitive. */
interface InstructionCounter {
  readonly node: Node;
  /** Where the node is; when it is elsewhere it was evicted, and is another instruction. */
  readonly physical: number;
  readonly key: number;
  readonly kind: 'slow' | 'trap';
  count: number;
}

/** A function that counts, and what it stands for. */
interface Wrapper {
  readonly run: Run;
  readonly original: Run;
}

/**
 * Counts what translations and sensitive instructions do, by functions put around theirs. They are there only between
 * `refresh` and `remove`: the engine itself counts nothing.
 */
export class Counting {
  readonly translations = new Map<CachedTranslation, TranslationCounter>();
  readonly #view: EngineView;
  readonly #wrappers = new Map<Node, Wrapper & { readonly translation: CachedTranslation }>();
  readonly #instructions = new Map<Node, InstructionCounter>();

  constructor(view: EngineView) {
    this.#view = view;
  }

  /** Puts counters around what has come into the cache since, and forgets what has gone. */
  refresh(): void {
    const present = new Set<CachedTranslation>();
    for (const translation of this.#view.translations()) {
      present.add(translation);
      this.add(translation);
    }
    for (const translation of this.translations.keys()) {
      if (present.has(translation)) continue;
      this.translations.delete(translation);
      for (const entry of translation.entries) {
        if (this.#wrappers.get(entry)?.translation === translation) this.#wrappers.delete(entry);
      }
    }
  }

  /** Updates the counters of sensitive instructions. Goes through all decoded code. */
  refreshTraps(): void {
    for (const page of this.#view.pages()) {
      for (const node of this.#view.sensitiveIn(page)) this.#addInstruction(node, 'trap');
    }
  }

  add(translation: CachedTranslation): void {
    const { head } = translation;
    if (this.#wrappers.get(head)?.run === head.run) return;
    const counter = this.translations.get(translation) ?? new TranslationCounter();
    this.translations.set(translation, counter);
    const original = head.run;
    const run = this.#counted(counter, original, head);
    for (const entry of translation.entries) {
      this.#wrappers.set(entry, { run, original, translation });
      this.#view.install(entry, run);
    }
    for (const link of head.links ?? []) {
      const node = this.#view.interpretedBy(link);
      if (node !== null && this.#view.isDecoded(node)) this.#addInstruction(node, kindOf(node));
    }
  }

  #counted(counter: TranslationCounter, original: Run, head: Node): Run {
    return (node) => {
      counter.executions++;
      try {
        const next = original(node);
        counter.exits[this.#exitKind(next, head)]++;
        return next;
      } catch (error) {
        counter.exits.fault++;
        throw error;
      }
    };
  }

  #exitKind(next: Node | null, head: Node): ExitKind {
    if (next === null || this.#view.isLeave(next)) return this.#view.hasFaulted ? 'fault' : 'dispatcher';
    const interpreted = this.#view.interpretedBy(next);
    if (interpreted !== null) return kindOf(interpreted);
    if (next === this.#view.returned) return 'return';
    if (this.#view.beginsTranslation(this.#view.calleeOf(next))) return 'transfer';
    return next === head || head.links?.includes(next) ? 'direct' : 'indirect';
  }

  /** Runs of this instruction by itself, from within a translation or where it is no part of one. */
  #addInstruction(node: Node, kind: 'slow' | 'trap'): void {
    const known = this.#instructions.get(node);
    const counter = known && this.#isPresent(known) ? known : { node, ...this.#placeOf(node), kind, count: 0 };
    this.#instructions.set(node, counter);
    this.#view.count(node, () => {
      counter.count++;
    });
  }

  #placeOf({ page, eip }: Node): Pick<InstructionCounter, 'physical' | 'key'> {
    return { physical: this.#view.physicalOf(page, eip), key: page.context.key };
  }

  #isPresent({ node, physical, key }: InstructionCounter): boolean {
    const place = this.#placeOf(node);
    return this.#view.isDecoded(node) && place.physical === physical && place.key === key;
  }

  /** Takes all counters out again, those that have not gone with what they were put around. */
  remove(): void {
    for (const [node, { run, original }] of this.#wrappers) if (node.run === run) this.#view.install(node, original);
    for (const counter of this.#instructions.values()) {
      if (this.#isPresent(counter)) this.#view.count(counter.node, null);
    }
    this.#wrappers.clear();
    this.#instructions.clear();
    this.translations.clear();
  }

  /** Puts another function into a translation's place, below its counter; the function that was there. */
  replace({ head, entries }: CachedTranslation, run: Run): Run {
    const wrapper = this.#wrappers.get(head);
    const original = wrapper?.run === head.run ? wrapper.original : head.run;
    for (const entry of entries) {
      this.#wrappers.delete(entry);
      this.#view.install(entry, run);
    }
    return original;
  }

  totals(): ExitCounts {
    const sum = noExits();
    for (const { exits } of this.translations.values()) {
      for (const [kind, count] of Object.entries(exits) as [ExitKind, number][]) sum[kind] += count;
    }
    return sum;
  }

  /** Places where something of these kinds has been counted, most first. */
  places(kinds: readonly InstructionCounter['kind'][]): Place[] {
    const present = [...this.#instructions.values()].filter((counter) => this.#isPresent(counter));
    return present
      .filter(({ kind, count }) => kinds.includes(kind) && count > 0)
      .sort((a, b) => b.count - a.count)
      .map(({ node, kind, count }) => ({
        ...this.#placeOf(node),
        linear: this.#view.linearOf(node.page, node.eip),
        text: this.#view.assemblyOf(node),
        kind,
        count,
      }));
  }
}

function kindOf(node: Node): 'slow' | 'trap' {
  return node.form.class === 'sensitive' ? 'trap' : 'slow';
}
