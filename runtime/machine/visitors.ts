import { type DebuggedParts, Debugger } from '../debug/debugger.ts';
import { Inspection } from '../debug/inspection.ts';
import type { ViewedParts } from '../debug/view.ts';
import { Examination, type ExaminedParts } from './examination.ts';

/** The parts of a machine that visitors work on. */
export type VisitedParts = ViewedParts & ExaminedParts & DebuggedParts;

/** The visitors of a machine, who look at it and change it: inspector, monitor and debugger. Each is made when it first comes. */
export class Visitors {
  readonly #parts: VisitedParts;
  #inspection: Inspection | null = null;
  #examination: Examination | null = null;
  #debugger: Debugger | null = null;

  constructor(parts: VisitedParts) {
    this.#parts = parts;
  }

  /** Answers an inspector's questions. */
  get inspection(): Inspection {
    this.#inspection ??= new Inspection(this.#parts);
    return this.#inspection;
  }

  /** Answers a monitor. */
  get examination(): Examination {
    this.#examination ??= new Examination(this.#parts);
    return this.#examination;
  }

  /** Does what a debugger asks. */
  get debugging(): Debugger {
    this.#debugger ??= new Debugger(this.#parts);
    return this.#debugger;
  }

  /** Forgets the debugger and the inspector, which have gone. */
  forget(): void {
    this.#debugger?.forget();
    this.#inspection?.forget();
  }
}
