import { NO_SLOT } from '../../translator/abi/linked.ts';
import type { EmitOptions } from '../../translator/emit/context.ts';
import { hasFastPath } from '../../translator/emit/loop.ts';
import { bindLoop, liftSymbolic } from '../../translator/handler.ts';
import type { Check } from './check.ts';
import type { CodePage } from './code-page.ts';
import { compileText } from './compile.ts';
import type { Handler, Handlers } from './handlers.ts';
import { loopUrl } from './names.ts';
import type { Node } from './node.ts';

/** Runs nodes from one on until control comes to `expected`, which it gives back, or leaves to the dispatcher (null). */
export type Loop = (first: Node | null, expected: Node | null) => Node | null;

export interface LoopOptions {
  /** Instructions that are decoded under a state key before it gets a loop of its own, and how many times as many each next one. */
  readonly after: number;
  readonly growth: number;
  /** Forms whose fast paths are in it: those that most instructions are of. */
  readonly forms: number;
}

/** Measured with bench/: see docs/performance.md. */
export const defaultLoops: LoopOptions = { after: 1_000, growth: 20, forms: 64 };

/** The loop of one state key. */
interface KeyLoop {
  run: Loop;
  decoded: number;
  dueAt: number;
}

/**
 * The interpreter's loops, one for each state key: at first one that calls handlers, later one with the fast paths of the most
 * frequent forms in it (emit/loop.ts), which saves a call an instruction.
 */
export class Loops {
  private readonly byKey: KeyLoop[] = [];
  private due = false;
  private readonly handlers: Handlers;
  private readonly options: LoopOptions | null;
  private readonly emit: EmitOptions;
  private readonly check: Check | null;

  /** `options`: null if no loop is to get fast paths. */
  constructor(handlers: Handlers, options: LoopOptions | null, emit: EmitOptions, check: Check | null) {
    this.handlers = handlers;
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

  /** A node was decoded and has its handler. */
  admit(node: Node): void {
    const handler = this.handlers.of(node.run);
    if (handler === undefined) return;
    handler.uses++;
    node.slot = handler.slot;
    const loop = this.of(handler.key);
    if (++loop.decoded >= loop.dueAt) this.due = true;
  }

  /** The slot that goes with what a node runs. */
  place(node: Node): void {
    node.slot = this.handlers.of(node.run)?.slot ?? NO_SLOT;
  }

  /** Makes loops that are due, for what is decoded; only while none is running, which would know other slots. */
  renew(pages: () => Iterable<CodePage>): void {
    if (!this.due) return;
    this.due = false;
    this.byKey.forEach((loop, key) => {
      if (loop.decoded >= loop.dueAt) this.make(loop, key, this.options!);
    });
    for (const page of pages()) for (const node of page.nodes()) this.place(node);
  }

  private make(loop: KeyLoop, key: number, { growth, forms }: LoopOptions): void {
    loop.dueAt *= growth;
    const handlers = this.handlers.all.filter((handler) => handler.key === key);
    for (const handler of handlers) handler.slot = NO_SLOT;
    const chosen = byForm(handlers)
      .sort((a, b) => uses(b) - uses(a))
      .filter(([{ form, shape }]) => hasFastPath(liftSymbolic(form, shape, key)))
      .slice(0, forms);
    chosen.forEach((kinds, slot) => {
      for (const handler of kinds) handler.slot = handler.kind === 'counted' ? forms + slot : slot;
    });
    loop.run = this.compile(
      chosen.map(([handler]) => handler),
      key,
    );
  }

  private compile(handlers: readonly Handler[], key: number): Loop {
    const text = bindLoop(handlers, key, this.options?.forms ?? 0, this.emit);
    return compileText<Loop>(text, { check: this.check, url: loopUrl(key) });
  }
}

/** Handlers of the same form and shape together. */
function byForm(handlers: readonly Handler[]): [Handler, ...Handler[]][] {
  const groups = new Map<string, [Handler, ...Handler[]]>();
  for (const handler of handlers) {
    const name = `${handler.form.id} ${handler.shape}`;
    const group = groups.get(name);
    if (group) group.push(handler);
    else groups.set(name, [handler]);
  }
  return [...groups.values()];
}

function uses(handlers: readonly Handler[]): number {
  return handlers.reduce((sum, handler) => sum + handler.uses, 0);
}
