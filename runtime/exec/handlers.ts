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
  readonly run: Run;
  /** The same for entries; null until one is asked for. */
  heating: Run | null;
  /** Instructions decoded that it is for. */
  decodes: number;
  /** Of its fast path in the interpreter's loop (exec/loops.ts). */
  slot: number;
  /** What the loop may have for it; null if nothing, undefined until it is asked for. */
  path?: FastPath | null;
}

/** The interpreter's handlers, made when they are first asked for: one for each form, shape and key. */
export class Handlers {
  private readonly made = new Map<number, Handler>();
  /** By number. */
  readonly all: Handler[] = [];
  private readonly byRun = new Map<Run, Handler>();
  private readonly options: LoopEmitOptions;
  private readonly check: Check | null;

  constructor(options: LoopEmitOptions, check: Check | null) {
    this.options = options;
    this.check = check;
  }

  get size(): number {
    return this.byRun.size;
  }

  get({ form, shape }: Instruction, key: number): Handler {
    const kind = kindOf(form, shape, key);
    return this.made.get(kind) ?? this.make(kind, { form, shape, key });
  }

  private make(kind: number, parts: Pick<Handler, 'form' | 'shape' | 'key'>): Handler {
    const run = this.compile(parts, 'plain');
    const handler: Handler = { number: this.all.length, ...parts, run, heating: null, decodes: 0, slot: Slot.none };
    this.made.set(kind, handler);
    this.all.push(handler);
    this.byRun.set(run, handler);
    return handler;
  }

  /** The kind of a handler that adds to the heat of its instruction. */
  heating(handler: Handler): Run {
    if (handler.heating === null) {
      handler.heating = this.compile(handler, 'heating');
      this.byRun.set(handler.heating, handler);
    }
    return handler.heating;
  }

  private compile({ form, shape, key }: Pick<Handler, 'form' | 'shape' | 'key'>, kind: HandlerKind): Run {
    const text = bindHandler({ form, shape }, key, kind, this.options, this.check?.handler);
    return compileText<Run>(text, { check: this.check, url: handlerUrl(kindOf(form, shape, key), kind) });
  }

  /** The handler that a `run` is, of either kind; undefined for translations and what somebody put around one. */
  of(run: Run): Handler | undefined {
    return this.byRun.get(run);
  }

  /** What the interpreter's loop may have for a handler; null if nothing. */
  fastPath(handler: Handler): FastPath | null {
    if (handler.path === undefined) handler.path = bindFastPath(handler, handler.key, this.options);
    return handler.path;
  }
}

function kindOf(form: Form, shape: number, key: number): number {
  return (((form.id << SHAPE_BITS) | shape) << KEY_BITS) | key;
}
