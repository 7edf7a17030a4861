import type { Run } from './node.ts';

/** Looks at a text before it is compiled, and throws what it finds wrong. */
export type TextCheck = (text: string) => void;

/** Options of compiling a text. */
export interface CompiledText {
  readonly check?: { readonly text: TextCheck } | null;
  /** Its file, as debuggers and profilers show it (exec/names.ts). */
  readonly url?: string;
  /** The source map of its file, beside it. */
  readonly map?: string;
  /** Values of names that it refers to besides global cells (abi/cells.ts). */
  readonly values?: Readonly<Record<string, unknown>>;
}

/**
 * The source text that is compiled to get the function of an emitted text. V8 compiles a function in parentheses at once;
 * otherwise it would scan it first, and compile it when it is first called.
 */
export function bodyOf(text: string): string {
  return `"use strict";return(${text})`;
}

/** Turns emitted text (one function declaration) into a function. The only place where `new Function` stands. */
export function compileText<F = Run>(text: string, { check, url, map, values = {} }: CompiledText = {}): F {
  check?.text(text);
  const notes = [url && `sourceURL=${url}`, map && `sourceMappingURL=${map}`].filter((note) => note !== undefined);
  const body = [bodyOf(text), ...notes.map((note) => `//# ${note}`)].join('\n');
  return new Function(...Object.keys(values), body)(...Object.values(values)) as F;
}

/** A suffix under which none of the names is a global of this isolate: '' for the first machine in it, `$1`, … */
export function freeSuffix(names: readonly string[]): string {
  for (let n = 0; ; n++) {
    const suffix = n === 0 ? '' : `$${n}`;
    if (!names.some((name) => name + suffix in globalThis)) return suffix;
  }
}

/**
 * Puts values in global cells under their names with the suffix; the returned function takes them away again. Throws EvalError,
 * before a guest has run, where a host forbids functions made of text.
 */
export function installCells(suffix: string, cells: Record<string, unknown>): () => void {
  compileText('function allowed(){}');
  const scope = globalThis as Record<string, unknown>;
  for (const [name, value] of Object.entries(cells)) {
    if (name + suffix in scope) throw new Error(`the global name ${name + suffix} is taken`);
    scope[name + suffix] = value;
  }
  return () => {
    for (const name of Object.keys(cells)) delete scope[name + suffix];
  };
}
