import type { Run } from './node.ts';

/** What the names of generated functions' files begin with. */
const SOURCE_SCHEME = 'rawiron:///';

/** Looks at a text before it is compiled, and throws what it finds wrong. */
export type TextCheck = (text: string) => void;

/**
 * Turns emitted text (one function declaration) into a function. The only place where `new Function` stands.
 * The text refers to global cells (abi/cells.ts) and to its argument, nothing else. `where` says of what it was made:
 * debuggers and profiles show it as the function's file.
 */
export function compileText(text: string, check: { readonly text: TextCheck } | null, where = 'text'): Run {
  check?.text(text);
  return new Function(`"use strict";return ${text}\n//# sourceURL=${SOURCE_SCHEME}${where}.js`)() as Run;
}

/** The same for a text that has been written to a file, with a source map beside it. */
export function compileExported(text: string, url: string): Run {
  const map = `${url.slice(url.lastIndexOf('/') + 1)}.map`;
  return new Function(`"use strict";return ${text}\n//# sourceURL=${url}\n//# sourceMappingURL=${map}`)() as Run;
}

/** The same for a text that counts in the elements of `COUNTS` (runtime/debug). */
export function compileCounting(text: string, counts: Float64Array, where: string): Run {
  return new Function('COUNTS', `"use strict";return ${text}\n//# sourceURL=${SOURCE_SCHEME}${where}.js`)(
    counts,
  ) as Run;
}

/** A suffix under which none of the names is a global of this isolate: '' for the first machine in it, `$1`, … */
export function freeSuffix(names: readonly string[]): string {
  for (let n = 0; ; n++) {
    const suffix = n === 0 ? '' : `$${n}`;
    if (!names.some((name) => name + suffix in globalThis)) return suffix;
  }
}

/** Puts values in global cells under their names with the suffix; the returned function takes them away again. */
export function installCells(suffix: string, cells: Record<string, unknown>): () => void {
  const scope = globalThis as Record<string, unknown>;
  for (const [name, value] of Object.entries(cells)) {
    if (name + suffix in scope) throw new Error(`the global name ${name + suffix} is taken`);
    scope[name + suffix] = value;
  }
  return () => {
    for (const name of Object.keys(cells)) delete scope[name + suffix];
  };
}
