import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { changes } from './changes.ts';
import { CODE, DATA, defaultRegisters, INSTRUCTION, PAGE } from './layout.ts';
import type { Case, Outcome, RegisterChanges, Vector } from './vector.ts';

/** Sizes of the harness's records, see harness.c. */
const INPUT_BYTES = 8 * 4 + 4 + 4 + 16 + 4;
const OUTPUT_BYTES = 4 + 8 * 4 + 4 + 4 + PAGE;
/** Cases run by one process. */
const BATCH = 2000;

function encode({ code, registers, flags }: Case): Uint8Array {
  const view = new DataView(new ArrayBuffer(INPUT_BYTES));
  for (const [register, value] of defaultRegisters.entries()) {
    view.setInt32(4 * register, registers[register] ?? value, true);
  }
  view.setUint32(32, flags, true);
  view.setUint32(36, INSTRUCTION, true);
  for (const [n, byte] of code.entries()) view.setUint8(40 + n, byte);
  view.setUint32(56, code.length, true);
  return new Uint8Array(view.buffer);
}

function decode(view: DataView, before: Case, data: Uint8Array): Outcome {
  const registers: Record<number, number> = {};
  for (let register = 0; register < 8; register++) {
    const value = view.getInt32(4 + 4 * register, true);
    if (value !== (before.registers[register] ?? defaultRegisters[register])) registers[register] = value;
  }
  const after = new Uint8Array(view.buffer, view.byteOffset + 44, PAGE);
  return {
    vector: view.getUint32(0, true),
    registers: registers as RegisterChanges,
    flags: view.getUint32(36, true),
    eip: view.getUint32(40, true),
    memory: changes(data, after),
  };
}

/** Asks the host's CPU what it makes of the cases. Needs gcc with 32-bit libraries and the right to map low pages. */
export function runOnHost(cases: readonly Case[], data: Uint8Array): Vector[] {
  const folder = mkdtempSync(join(tmpdir(), 'harness-'));
  try {
    const program = join(folder, 'harness');
    const options = ['-m32', '-O1', '-static', `-DCODE=${CODE}`, `-DDATA=${DATA}`];
    execFileSync('gcc', [...options, '-o', program, join(import.meta.dirname, 'harness.c')]);
    const batches = Array.from({ length: Math.ceil(cases.length / BATCH) }, (_, n) =>
      cases.slice(n * BATCH, (n + 1) * BATCH),
    );
    return batches.flatMap((batch) => runBatch(program, batch, data));
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function runBatch(program: string, cases: readonly Case[], data: Uint8Array): Vector[] {
  const input = Buffer.concat([data, ...cases.map(encode)]);
  const { stdout, status, signal, stderr } = spawnSync(program, { input, maxBuffer: 2 * BATCH * OUTPUT_BYTES });
  if (status !== 0 || stdout.length !== cases.length * OUTPUT_BYTES) {
    const done = Math.floor(stdout.length / OUTPUT_BYTES);
    throw new Error(`harness ended with ${signal ?? status} after ${done} cases: ${stderr}${cases[done]?.code}`);
  }
  return cases.map((before, n) => {
    const view = new DataView(stdout.buffer, stdout.byteOffset + n * OUTPUT_BYTES, OUTPUT_BYTES);
    return { before, after: decode(view, before, data) };
  });
}
