import { HEATS, Slot } from '../../translator/abi/record.ts';
import type { EmitOptions } from '../../translator/emit/context.ts';
import { bindLoop, hasFastPath } from '../../translator/handler.ts';
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
  /** Fast paths in a loop: of the forms and shapes that most decoded instructions are of. */
  readonly fastPaths: number;
}

/** Measured with bench/: see docs/performance.md. */
export const defaultLoops: LoopOptions = { after: 1_000, growth: 20, fastPaths: 128 };

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
    const chosen = byFormAndShape(handlers)
      .sort((a, b) => decodes(b) - decodes(a))
      .filter(([{ form, shape }]) => hasFastPath(form, shape, key))
      .slice(0, fastPaths);
    chosen.forEach((kinds, n) => {
      const slot = Slot.first + n;
      for (const handler of kinds) handler.slot = handler.kind === 'heating' ? HEATS | slot : slot;
    });
    loop.run = this.compile(
      chosen.map(([handler]) => handler),
      key,
    );
    rehearsal.play(loop.run, key, Slot.first + chosen.length);
  }

  private compile(handlers: readonly Handler[], key: number): Loop {
    const text = bindLoop(handlers, key, this.emit);
    return compileText<Loop>(text, { check: this.check, url: loopUrl(key) });
  }
}

/** Handlers of the same form and shape together. */
function byFormAndShape(handlers: readonly Handler[]): [Handler, ...Handler[]][] {
  const groups = new Map<string, [Handler, ...Handler[]]>();
  for (const handler of handlers) {
    const name = `${handler.form.id} ${handler.shape}`;
    const group = groups.get(name);
    if (group) group.push(handler);
    else groups.set(name, [handler]);
  }
  return [...groups.values()];
}

function decodes(handlers: readonly Handler[]): number {
  return handlers.reduce((sum, handler) => sum + handler.decodes, 0);
}
