import { HEATS, Slot } from '../../translator/abi/record.ts';
import type { EmitOptions } from '../../translator/emit/context.ts';
import type { FastPath } from '../../translator/emit/loop.ts';
import { bindLoop } from '../../translator/handler.ts';
import type { Check } from './check.ts';
import type { CodePage } from './code-page.ts';
import { compileText } from './compile.ts';
import type { Handler, Handlers } from './handlers.ts';
import { loopUrl } from './names.ts';
import type { Node } from './node.ts';
import type { Records } from './records.ts';
import type { Rehearsal } from './rehearsal.ts';

/** Runs nodes from one on until control comes to `expected`, which it gives back, or leaves to the dispatcher (null). */
export type Loop = (first: Node | null, expected: Node | null) => Node | null;

export interface LoopOptions {
  /** Instructions decoded under a state key before its loop first gets fast paths, and each next time how many times as many. */
  readonly after: number;
  readonly growth: number;
  /** Fast paths in a loop: those of most decoded instructions. */
  readonly fastPaths: number;
}

/** Measured with bench/: see docs/performance.md. */
export const defaultLoops: LoopOptions = { after: 1_000, growth: 20, fastPaths: 128 };

/** The handlers that a fast path does the work of. */
interface PathUse {
  readonly path: FastPath;
  readonly handlers: Handler[];
  /** Instructions decoded that began with one of them. */
  decodes: number;
}

/** The loop of one state key. */
interface KeyLoop {
  run: Loop;
  decoded: number;
  dueAt: number;
}

/**
 * The interpreter's loops, one for each state key. At first it calls handlers; later the fast paths of the most frequent forms
 * are in it (emit/loop.ts), which saves a call an instruction.
 */
export class Loops {
  private readonly byKey: KeyLoop[] = [];
  /** Some loop should be made anew. */
  isDue = false;
  private readonly handlers: Handlers;
  private readonly records: Records;
  private readonly options: LoopOptions | null;
  private readonly emit: EmitOptions;
  private readonly check: Check | null;

  /** `options`: null if no loop is to get fast paths. */
  constructor(
    handlers: Handlers,
    records: Records,
    options: LoopOptions | null,
    emit: EmitOptions,
    check: Check | null,
  ) {
    this.handlers = handlers;
    this.records = records;
    this.options = options;
    this.emit = emit;
    this.check = check;
  }

  /** That of the key that the nodes are of. */
  run(key: number, first: Node | null, expected: Node | null): Node | null {
    return this.of(key).run(first, expected);
  }

  private of(key: number): KeyLoop {
    let loop = this.byKey[key];
    if (loop === undefined) {
      loop = { run: this.compile([], key), decoded: 0, dueAt: this.options?.after ?? Infinity };
      this.byKey[key] = loop;
    }
    return loop;
  }

  /** An instruction was decoded that has this handler. */
  note(handler: Handler): void {
    handler.decodes++;
    const loop = this.of(handler.key);
    if (++loop.decoded >= loop.dueAt) this.isDue = true;
  }

  /** Gives a node the slot that goes with what it runs, and tells the handler that this is, if it is one. */
  place(node: Node): Handler | undefined {
    const handler = this.handlers.of(node.run);
    this.records.place(node, handler?.slot ?? Slot.none);
    return handler;
  }

  /** Makes loops that are due, for what is decoded; only while none is running, which would know other slots. */
  renew(pages: Iterable<CodePage>, rehearsal: Rehearsal): void {
    this.isDue = false;
    this.byKey.forEach((loop, key) => {
      if (loop.decoded >= loop.dueAt) this.make(loop, key, this.options!, rehearsal);
    });
    for (const page of pages) for (const node of page.nodes()) this.place(node);
  }

  private make(loop: KeyLoop, key: number, { growth, fastPaths }: LoopOptions, rehearsal: Rehearsal): void {
    loop.dueAt *= growth;
    const handlers = this.handlers.all.filter((handler) => handler.key === key);
    for (const handler of handlers) handler.slot = Slot.none;
    const chosen = this.byPath(handlers)
      .sort((a, b) => b.decodes - a.decodes)
      .slice(0, fastPaths);
    chosen.forEach((use, n) => {
      const slot = Slot.first + n;
      for (const handler of use.handlers) handler.slot = handler.kind === 'heating' ? HEATS | slot : slot;
    });
    const paths = chosen.map(({ path }) => path);
    loop.run = this.compile(paths, key);
    rehearsal.play(loop.run, key, Slot.first + paths.length);
  }

  /** Handlers whose fast paths have the same text together, as those of ADD with one byte of an immediate and with four. */
  private byPath(handlers: readonly Handler[]): PathUse[] {
    const uses = new Map<string, PathUse>();
    for (const handler of handlers) {
      const path = this.handlers.fastPath(handler);
      if (path === null) continue;
      const use = uses.get(path.text) ?? { path, handlers: [], decodes: 0 };
      use.handlers.push(handler);
      use.decodes += handler.decodes;
      uses.set(path.text, use);
    }
    return [...uses.values()];
  }

  private compile(paths: readonly FastPath[], key: number): Loop {
    const text = bindLoop(paths, key, this.emit);
    return compileText<Loop>(text, { check: this.check, url: loopUrl(key) });
  }
}
