import { KEY_BITS } from '../../translator/abi/key.ts';
import type { EmitOptions } from '../../translator/emit/context.ts';
import { bindHandler } from '../../translator/handler.ts';
import { type Instruction, SHAPE_BITS } from '../../translator/x86/instruction.ts';
import type { Check } from './check.ts';
import { compileText } from './compile.ts';
import { handlerUrl } from './names.ts';
import type { Run } from './node.ts';

/** The interpreter's handlers, made when their form is first met: one for each form, shape and key. */
export class Handlers {
  private readonly byForm = new Map<number, Run>();
  private readonly options: EmitOptions;
  private readonly check: Check | null;

  constructor(options: EmitOptions, check: Check | null) {
    this.options = options;
    this.check = check;
  }

  get size(): number {
    return this.byForm.size;
  }

  get(instruction: Instruction, key: number): Run {
    const number = (((instruction.form.id << SHAPE_BITS) | instruction.shape) << KEY_BITS) | key;
    let run = this.byForm.get(number);
    if (run === undefined) {
      const { form, shape } = instruction;
      const text = bindHandler(form, shape, key, this.options, this.check?.handler);
      run = compileText(text, { check: this.check, url: handlerUrl(number) });
      this.byForm.set(number, run);
    }
    return run;
  }
}
