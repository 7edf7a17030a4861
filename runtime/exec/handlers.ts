import { KEY_BITS } from '../../translator/abi/key.ts';
import type { EmitOptions } from '../../translator/emit/context.ts';
import type { HandlerKind } from '../../translator/emit/handler.ts';
import { bindHandler } from '../../translator/handler.ts';
import { type Instruction, SHAPE_BITS } from '../../translator/x86/instruction.ts';
import type { Check } from './check.ts';
import { compileText } from './compile.ts';
import { handlerUrl } from './names.ts';
import type { Run } from './node.ts';

/** The interpreter's handlers, made when they are first asked for: one for each form, shape and key, of either kind. */
export class Handlers {
  private readonly made: Readonly<Record<HandlerKind, Map<number, Run>>> = { plain: new Map(), counted: new Map() };
  private readonly options: EmitOptions;
  private readonly check: Check | null;

  constructor(options: EmitOptions, check: Check | null) {
    this.options = options;
    this.check = check;
  }

  get size(): number {
    return this.made.plain.size + this.made.counted.size;
  }

  get(instruction: Instruction, key: number, kind: HandlerKind): Run {
    const number = (((instruction.form.id << SHAPE_BITS) | instruction.shape) << KEY_BITS) | key;
    let run = this.made[kind].get(number);
    if (run === undefined) {
      const text = bindHandler(instruction, key, kind, this.options, this.check?.handler);
      run = compileText(text, { check: this.check, url: handlerUrl(number, kind) });
      this.made[kind].set(number, run);
    }
    return run;
  }
}
