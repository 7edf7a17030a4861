import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Case, encodeCase, OUTPUT_BYTES } from './record.ts';

/** The results of the host's CPU for the cases, as records of the harness. Needs gcc with 32-bit libraries. */
export function runOnHost(cases: readonly Case[]): { input: Uint8Array; output: Uint8Array } {
  const folder = mkdtempSync(join(tmpdir(), 'harness-'));
  try {
    const program = join(folder, 'harness');
    execFileSync('gcc', ['-m32', '-O1', '-static', '-o', program, join(import.meta.dirname, 'harness.c')]);
    const input = Buffer.concat(cases.map(encodeCase));
    const { stdout, status, signal } = spawnSync(program, { input, maxBuffer: cases.length * OUTPUT_BYTES + 1 });
    if (status === 0 && stdout.length === cases.length * OUTPUT_BYTES) return { input, output: stdout };
    const done = Math.floor(stdout.length / OUTPUT_BYTES);
    throw new Error(`harness ended with ${signal ?? status} after ${done} cases: ${cases[done]?.code}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
