import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { calls } from './unawaited.ts';

const program = join(import.meta.dirname, 'unawaited-calls.ts');

/** Runs the program to its end: its exit code, and what it said. */
async function ended(name: string, call: string): Promise<{ code: number; errors: string }> {
  const child = spawn(process.execPath, ['--conditions=rawiron-source', program, name, call], {
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const errors = text(child.stderr);
  const [code] = (await once(child, 'exit')) as [number];
  return { code, errors: await errors };
}

const cases = [
  ...Object.keys(calls.V86).map((call) => ['V86', call] as const),
  ...Object.keys(calls.V86).map((call) => ['V86 before it is made', call] as const),
  ...Object.keys(calls.Machine).map((call) => ['Machine', call] as const),
];

test.each(cases)('%s: %s and the end, both without waiting, end no program', async (name, call) => {
  expect(await ended(name, call)).toEqual({ code: 0, errors: '' });
});
