import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { defaultEngine } from '../../../runtime/exec/engine.ts';
import { bytecodeOf, defaultLoops, fitting } from '../../../runtime/exec/loops.ts';
import { recordsWithin } from '../../../runtime/exec/residence.ts';
import { Key } from '../../../translator/abi/key.ts';
import type { FastPath } from '../../../translator/emit/loop.ts';
import { bindFastPath, bindLoop } from '../../../translator/handler.ts';
import { Shape } from '../../../translator/x86/instruction.ts';
import { forms } from '../../../translator/x86/table/index.ts';

const options = {
  suffix: '',
  memoryBytes: 128 << 20,
  records: recordsWithin(defaultEngine.cacheBytes),
  pacing: 'jumps',
  callDepth: 100,
} as const;
const folder = mkdtempSync(join(tmpdir(), 'loop-size-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** The different fast paths of all forms in a shape. */
function pathsOf(shape: number, key: number): FastPath[] {
  const paths = forms.flatMap((form) => {
    try {
      return bindFastPath({ form, shape }, key, options) ?? [];
    } catch {
      // Not every form has every shape.
      return [];
    }
  });
  return [...new Map(paths.map((path) => [path.text, path])).values()];
}

/** Bytes of bytecode, as V8 prints it. */
function printedBytecode(text: string): number {
  const file = join(folder, 'loop.js');
  writeFileSync(file, `const STEPS=[()=>0,()=>0],TABLES=[];${text}try{interpreter_loop(8,8)}catch{}`);
  const flags = ['--print-bytecode', '--print-bytecode-filter=interpreter_loop'];
  const printed = execFileSync(process.execPath, [...flags, file], { encoding: 'latin1', maxBuffer: 1 << 28 });
  return Number(/Bytecode length: (\d+)/.exec(printed)?.[1]);
}

const longestFirst = (a: FastPath, b: FastPath) => b.text.length - a.text.length;
const flat = Key.code32 | Key.stack32 | Key.flat | Key.user;

// The first of the table, and the longest.
test.each([
  ['in registers', Shape.register, flat],
  ['in memory', 0, flat],
  ['in memory by a segment', Shape.segmented, Key.code32 | Key.stack32],
  ['of 16 bits, in memory by a segment', Shape.segmented | Shape.operand16 | Shape.address16, 0],
])('TurboFan compiles the loop with the longest paths of forms with operands %s', (_where, shape, key) => {
  const uses = pathsOf(shape, key).map((path) => ({ path, bytes: bytecodeOf(path), weight: 1 }));
  for (const ordered of [uses, uses.toSorted((a, b) => longestFirst(a.path, b.path))]) {
    const fit = fitting(ordered, { ...defaultLoops, fastPaths: Infinity });
    const bytecode = printedBytecode(bindLoop(fit, key, options));
    expect(bytecode).toBeLessThan(defaultLoops.bytecode);
    const estimated = fit.reduce((sum, { bytes }) => sum + bytes, 0);
    expect(bytecode).toBeGreaterThan(0.87 * estimated);
    if (fit.length < uses.length) expect(bytecode).toBeGreaterThan(0.85 * defaultLoops.bytecode);
  }
});

test('a loop has no more paths than asked for', () => {
  const uses = pathsOf(Shape.register, flat).map((path) => ({ path, bytes: bytecodeOf(path) }));
  expect(fitting(uses, { ...defaultLoops, fastPaths: 5 })).toEqual(uses.slice(0, 5));
});
