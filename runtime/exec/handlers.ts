import { KEY_BITS } from '../../translator/abi/key.ts';
import { Slot } from '../../translator/abi/record.ts';
import type { LoopEmitOptions } from '../../translator/emit/context.ts';
import type { HandlerKind } from '../../translator/emit/handler.ts';
import type { FastPath } from '../../translator/emit/loop.ts';
import { bindFastPath, bindHandler } from '../../translator/handler.ts';
import { type Instruction, SHAPE_BITS } from '../../translator/x86/instruction.ts';
import type { Form } from '../../translator/x86/table/form.ts';
import type { Check } from './check.ts';
import { compileText } from './compile.ts';
import { handlerUrl } from './names.ts';
import type { Run } from './node.ts';

/** The handler of a form in a shape under a key. */
export interface Handler {
  /** By which records name it. */
  readonly number: number;
  readonly form: Form;
  readonly shape: number;
  readonly key: number;
  /** Null until it is asked for. */
  plain: Run | null;
  /** The function that also adds to the heat of its entry; null until it is asked for. */
  heating: Run | null;
  /** Instructions decoded that it is for. */
  decodes: number;
  /** Times that it ran as it has no fast path in its loop, but might have one. */
  steps: number;
  /** Number of its fast path in the interpreter's loop (exec/loops.ts). */
  slot: number;
  /** The fast path for the loop; null if there is none, undefined until it is asked for. */
  path: FastPath | null | undefined;
}

/**
 * Most functions and fast paths that are kept. A boot makes some 1,200, but there are 278,000 forms in all their shapes and keys.
 * A function takes 4.3 KB of V8's heap, the text of a path 1.5 KB.
 */
export const MOST_MADE = 8_192;

/** The interpreter's handlers, made when they are first asked for: one for each form, shape and key. */
export class Handlers {
  private readonly made = new Map<number, Handler>();
  /** By number. */
  readonly all: Handler[] = [];
  private readonly byRun = new Map<Run, Handler>();
  private readonly options: LoopEmitOptions;
  private readonly check: Check | null;
  /** Functions and fast paths since they were last forgotten. */
  private count = 0;

  constructor(options: LoopEmitOptions, check: Check | null) {
    this.options = options;
    this.check = check;
  }

  get size(): number {
    return this.byRun.size;
  }

  /** Whether so many functions were made that they should be dropped. */
  get isFull(): boolean {
    return this.count > MOST_MADE;
  }

  get({ form, shape }: Instruction, key: number): Handler {
    const kind = kindOf(form, shape, key);
    return this.made.get(kind) ?? this.make(kind, { form, shape, key });
  }

  private make(kind: number, parts: Pick<Handler, 'form' | 'shape' | 'key'>): Handler {
    const made = { plain: null, heating: null, path: undefined };
    const handler: Handler = { number: this.all.length, ...parts, ...made, decodes: 0, steps: 0, slot: Slot.none };
    this.made.set(kind, handler);
    this.all.push(handler);
    return handler;
  }

  /** The function that runs an instruction. */
  plain(handler: Handler): Run {
    return handler.plain ?? this.compile(handler, 'plain');
  }

  /** The kind that adds to the heat of its instruction. */
  heating(handler: Handler): Run {
    return handler.heating ?? this.compile(handler, 'heating');
  }

  private compile(handler: Handler, kind: HandlerKind): Run {
    const { form, shape, key } = handler;
    const text = bindHandler(handler, key, kind, this.options, this.check?.handler);
    const run = compileText<Run>(text, { check: this.check, url: handlerUrl(kindOf(form, shape, key), kind) });
    handler[kind] = run;
    this.byRun.set(run, handler);
    this.count++;
    return run;
  }

  /** Forgets what was made. Nothing may run by it any more. */
  forget(): void {
    this.byRun.clear();
    this.count = 0;
    for (const handler of this.all) {
      handler.plain = null;
      handler.heating = null;
      handler.path = undefined;
    }
  }

  /** The handler that a `run` is, of either kind; undefined for translations and what somebody put around one. */
  of(run: Run): Handler | undefined {
    return this.byRun.get(run);
  }

  /** The fast path of a handler for the interpreter's loop; null if there is none. */
  fastPath(handler: Handler): FastPath | null {
    if (handler.path === undefined) {
      handler.path = bindFastPath(handler, handler.key, this.options);
      this.count++;
    }
    return handler.path;
  }
}

function kindOf(form: Form, shape: number, key: number): number {
  return (((form.id << SHAPE_BITS) | shape) << KEY_BITS) | key;
}
