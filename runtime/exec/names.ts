import { hex } from '../../translator/emit/names.ts';
import type { CodePage } from './code-page.ts';

/** Characters of a symbol that go into a function's name. */
const LONGEST_NAME = 100;

/** Name of a translation's function: of its symbol, if it has one. The linear address that it was translated at is always the end. */
export function functionName(symbol: string | undefined, linear: number): string {
  return `${(symbol ?? 'guest')
    .slice(0, LONGEST_NAME)
    .replace(/\W/g, '_')
    .replace(/^(?=\d)/, '_')}_${hex(linear)}`;
}

/** The beginning of the names of generated functions' files. */
const SCHEME = 'rawiron:///';

/** File of a translation: by the address in memory, so that it stays right where the code is moved, and the state key. */
export function translationUrl(page: CodePage, eip: number, name: string): string {
  return `${SCHEME}${hex(page.frame * 4096 + page.distanceTo(eip))}-${page.context.key.toString(16)}/${name}.js`;
}

/** File of a handler, by its state key and operation. */
export function handlerUrl(key: number, operation: number): string {
  return `${SCHEME}handlers/${key.toString(16)}-${operation}.js`;
}

/** File of the interpreter's loop for a state key. */
export function loopUrl(key: number): string {
  return `${SCHEME}loops/${key.toString(16)}.js`;
}
