import type { Engine } from './engine.ts';
import { native } from './native.ts';
import { pageEngines } from './page.ts';
import { qemu } from './qemu.ts';
import { interpreter, translator, wasm } from './rawiron.ts';
import { v86, v86Interpreter } from './v86.ts';

/** All engines, in the order of the table's columns. */
export const engines: readonly Engine[] = [
  ...[native, qemu, v86, v86Interpreter, translator, wasm, interpreter],
  ...pageEngines,
];
