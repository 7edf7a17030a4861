#!/usr/bin/env node
/**
 * Saves, restores, forks and moves a machine with Linux, and shows how long that takes and how much memory this process has. A guest that
 * finds something wrong is an error.
 *
 *     node bench/snapshots/main.ts [files|forks|moves|rounds …] [--count N] [--seconds N]
 *
 * Each part ends when it has been done so often, or after so many seconds (600).
 */
import { parseArgs } from 'node:util';
import { measureSnapshots, type PartName, partNames } from './index.ts';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { count: { type: 'string' }, seconds: { type: 'string' } },
});

function numberOf(name: keyof typeof values): number | undefined {
  const text = values[name];
  if (text !== undefined && !(Number(text) > 0)) throw new Error(`--${name}: '${text}' is no number above 0`);
  return text === undefined ? undefined : Number(text);
}

const unknown = positionals.find((name) => !partNames.includes(name as PartName));
if (unknown !== undefined) throw new Error(`'${unknown}' is none of ${partNames.join(', ')}`);
const [count, seconds] = [numberOf('count'), numberOf('seconds')];
await measureSnapshots((text) => void process.stdout.write(text), {
  ...(positionals.length > 0 && { names: positionals as PartName[] }),
  ...(count !== undefined && { count }),
  ...(seconds !== undefined && { seconds }),
});
