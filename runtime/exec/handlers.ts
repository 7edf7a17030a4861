import { KEY_BITS } from '../../translator/abi/key.ts';
import { Slot } from '../../translator/abi/record.ts';
import type { EmitOptions } from '../../translator/emit/context.ts';
import type { HandlerKind } from '../../translator/emit/handler.ts';
import type { FastPath } from '../../translator/emit/loop.ts';
import { bindFastPath, bindHandler } from '../../translator/handler.ts';
import { type Instruction, SHAPE_BITS } from '../../translator/x86/instruction.ts';
import type { Form } from '../../translator/x86/table/form.ts';
import type { Check } from './check.ts';
import { compileText } from './compile.ts';
import { handlerUrl } from './names.ts';
import type { Run } from './node.ts';

/** A handler that was made, and what for. */
export interface Handler {
  readonly form: Form;
  readonly shape: number;
  readonly key: number;
  readonly kind: HandlerKind;
  /** Instructions decoded that began with it. */
  decodes: number;
  /** Of its fast path in the interpreter's loop (exec/loops.ts), HEATS beside it. */
  slot: number;
}

/** The interpreter's handlers, made when they are first asked for: one for each form, shape and key, of either kind. */
export class Handlers {
  private readonly made: Readonly<Record<HandlerKind, Map<number, Run>>> = { plain: new Map(), heating: new Map() };
  private readonly handlers = new Map<Run, Handler>();
  /** The fast paths that were asked for. */
  private readonly paths = new Map<number, FastPath | null>();
  private readonly options: EmitOptions;
  private readonly check: Check | null;

  constructor(options: EmitOptions, check: Check | null) {
    this.options = options;
    this.check = check;
  }

  get size(): number {
    return this.handlers.size;
  }

  get({ form, shape }: Instruction, key: number, kind: HandlerKind): Run {
    const number = numberOf(form, shape, key);
    let run = this.made[kind].get(number);
    if (run === undefined) {
      const text = bindHandler({ form, shape }, key, kind, this.options, this.check?.handler);
      run = compileText<Run>(text, { check: this.check, url: handlerUrl(number, kind) });
      this.made[kind].set(number, run);
      this.handlers.set(run, { form, shape, key, kind, decodes: 0, slot: Slot.none });
    }
    return run;
  }

  /** The handler that a `run` is; undefined for translations and what somebody put around one. */
  of(run: Run): Handler | undefined {
    return this.handlers.get(run);
  }

  get all(): Handler[] {
    return [...this.handlers.values()];
  }

  /** What the interpreter's loop may have for a handler; null if nothing. */
  fastPath({ form, shape, key }: Handler): FastPath | null {
    const number = numberOf(form, shape, key);
    let path = this.paths.get(number);
    if (path === undefined) {
      path = bindFastPath({ form, shape }, key, this.options);
      this.paths.set(number, path);
    }
    return path;
  }
}

function numberOf(form: Form, shape: number, key: number): number {
  return (((form.id << SHAPE_BITS) | shape) << KEY_BITS) | key;
}
