import { KEY_BITS } from '../../translator/abi/key.ts';
import type { EmitOptions } from '../../translator/emit/context.ts';
import type { FastPath } from '../../translator/emit/loop.ts';
import { frequentKinds } from '../../translator/frequent.ts';
import { bindFastPath, bindHandler, bindLoop, type Kind } from '../../translator/handler.ts';
import { SHAPE_BITS } from '../../translator/x86/instruction.ts';
import type { Form } from '../../translator/x86/table/form.ts';
import type { Check } from './check.ts';
import { compileText } from './compile.ts';
import { handlerUrl, loopUrl } from './names.ts';

/** Runs the instruction of a record, and gives the record to go on at; 0: to the dispatcher, at Word.eip. */
export type HandlerFunction = (record: number) => number;

/** Runs code from a record on until control comes to `expected`, which it gives back, or leaves to the dispatcher (0). */
export type Loop = (first: number, expected: number) => number;

/** The handler of a form in a shape under a key. */
export interface Handler extends Kind {
  /** By which records name it. */
  readonly number: number;
  readonly form: Form;
  readonly shape: number;
  readonly key: number;
  /** Index of its function among those of its key. Handlers with the same text have the same. */
  readonly operation: number;
}

/** How the interpreter is made. */
export interface InterpreterOptions {
  /** Number of frequent instructions whose fast paths are in the loop, at most. */
  readonly frequent: number;
}

/** Measured with bench/: see docs/measurements/handlers.md. */
export const defaultInterpreter: InterpreterOptions = { frequent: 32 };

/**
 * Most functions that are kept. A boot makes some 1,200, but there are 278,000 forms in all their shapes and keys. A function takes
 * 4.3 KB of V8's heap.
 */
export const MOST_MADE = 8_192;

/** The functions that run code of one state key. */
class KeyHandlers {
  readonly functions: HandlerFunction[];
  /** Operations by the text of their handlers. */
  readonly byText = new Map<string, number>();
  /** The interpreter's loop, made when it first runs. */
  loop: Loop | null = null;
  /** Fast paths in the loop, by operation. */
  readonly paths: FastPath[] = [];

  constructor(functions: HandlerFunction[]) {
    this.functions = functions;
  }
}

/** The interpreter: handlers, made when they are first needed, one for each form, shape and key; and a loop for each key. */
export class Handlers {
  /** By key, what generated code calls by operation (cell HANDLERS). */
  readonly functions: HandlerFunction[][] = [];
  /** By number. */
  readonly all: Handler[] = [];
  private readonly byKind = new Map<number, Handler>();
  private readonly byKey: KeyHandlers[] = [];
  private readonly emit: EmitOptions;
  private readonly options: InterpreterOptions;
  private readonly check: Check | null;
  /** The functions of the operations in front of Operation.first. */
  private runtimes: readonly HandlerFunction[] = [];
  /** Functions compiled since they were last forgotten. */
  private made = 0;

  constructor(emit: EmitOptions, options: InterpreterOptions, check: Check | null) {
    this.emit = emit;
    this.options = options;
    this.check = check;
  }

  /** Gives the operations that are no instructions their functions, in order. */
  install(runtimes: readonly HandlerFunction[]): void {
    this.runtimes = runtimes;
  }

  /** Functions compiled. */
  get size(): number {
    return this.made;
  }

  /** Whether so many were made that they should be dropped. */
  get isFull(): boolean {
    return this.all.length > MOST_MADE;
  }

  get({ form, shape }: Kind, key: number): Handler {
    return this.byKind.get(numberOf(form, shape, key)) ?? this.make(form, shape, key);
  }

  private make(form: Form, shape: number, key: number): Handler {
    const operation = this.operationOf({ form, shape }, this.of(key), key);
    const handler = { number: this.all.length, form, shape, key, operation };
    this.byKind.set(numberOf(form, shape, key), handler);
    this.all.push(handler);
    return handler;
  }

  private of(key: number): KeyHandlers {
    return this.byKey[key] ?? this.makeKey(key);
  }

  /** The first operations of a key are those of its loop. */
  private makeKey(key: number): KeyHandlers {
    const made = new KeyHandlers([...this.runtimes]);
    this.byKey[key] = made;
    this.functions[key] = made.functions;
    for (const kind of frequentKinds(key)) {
      if (made.paths.length >= this.options.frequent) break;
      const path = bindFastPath(kind, key, this.emit);
      if (path === null) continue;
      const { length } = made.functions;
      if (this.operationOf(kind, made, key) === length) made.paths.push(path);
    }
    return made;
  }

  private operationOf(kind: Kind, { functions, byText }: KeyHandlers, key: number): number {
    const text = bindHandler(kind, key, this.emit, this.check?.handler);
    const body = text.slice(text.indexOf('('));
    const known = byText.get(body);
    if (known !== undefined) return known;
    const operation = functions.length;
    byText.set(body, operation);
    // Compiled when it first runs: much of what is decoded never does.
    functions.push((record) => {
      const run = compileText<HandlerFunction>(text, { check: this.check, url: handlerUrl(key, operation) });
      functions[operation] = run;
      this.made++;
      return run(record);
    });
    return operation;
  }

  /** Runs the loop of the key that the records are of. */
  run(key: number, first: number, expected: number): number {
    const handlers = this.of(key);
    handlers.loop ??= this.compileLoop(handlers, key);
    return handlers.loop(first, expected);
  }

  private compileLoop({ paths }: KeyHandlers, key: number): Loop {
    return compileText<Loop>(bindLoop(paths, key, this.emit), { check: this.check, url: loopUrl(key) });
  }

  /** Forgets what was made. No record may name it any more. */
  forget(): void {
    this.byKind.clear();
    this.all.length = 0;
    this.byKey.length = 0;
    this.functions.length = 0;
    this.made = 0;
  }
}

function numberOf(form: Form, shape: number, key: number): number {
  return (((form.id << SHAPE_BITS) | shape) << KEY_BITS) | key;
}
