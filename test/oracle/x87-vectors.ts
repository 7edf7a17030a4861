/**
 * Makes x87 vectors on the host's FPU: `node test/oracle/x87-vectors.ts any|usual FILE.gz [COUNT-AN-OPERATION] [SEED]
 * [NAMES]`. `any test/runtime/cpu/x87/vectors.bin.gz` and `usual test/runtime/cpu/x87/usual.bin.gz 40` remake those of the
 * tests.
 * The file is records as they were before and after execution, in turn (x87-harness.c), compressed.
 * Needs an x86 host and gcc with its 32-bit libraries.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { Field, RECORD_BYTES } from '../runtime/cpu/x87/record.ts';
import { codesOf, fillRecord, Generator, operations } from './x87-generator.ts';
import { UsualGenerator } from './x87-usual.ts';

const harnessSource = join(import.meta.dirname, 'x87-harness.c');

function runHarness(input: Uint8Array): Uint8Array {
  const directory = mkdtempSync(join(tmpdir(), 'x87-'));
  try {
    const program = join(directory, 'harness');
    execFileSync('gcc', ['-m32', '-O1', '-o', program, harnessSource]);
    return execFileSync(program, { input, maxBuffer: 1 << 30 });
  } finally {
    rmSync(directory, { recursive: true });
  }
}

export function makeVectors(generator: Generator, count: number, names = Object.keys(operations)): Uint8Array {
  const inputs: Uint8Array[] = [];
  for (const name of names) {
    for (let i = 0; i < count; i++) {
      const record = new Uint8Array(RECORD_BYTES);
      const code = codesOf(operations[name], generator);
      record[Field.codeLength] = code.length;
      record.set(code, Field.code);
      fillRecord(record, generator, name);
      inputs.push(record);
    }
  }
  const before = Buffer.concat(inputs);
  return interleave(before, runHarness(before));
}

function interleave(before: Uint8Array, after: Uint8Array): Uint8Array {
  const both = new Uint8Array(before.length * 2);
  for (let offset = 0; offset < before.length; offset += RECORD_BYTES) {
    both.set(before.subarray(offset, offset + RECORD_BYTES), 2 * offset);
    both.set(after.subarray(offset, offset + RECORD_BYTES), 2 * offset + RECORD_BYTES);
    // Pointers depend on where the harness was loaded.
    both.fill(0, 2 * offset + RECORD_BYTES + Field.pointers, 2 * offset + RECORD_BYTES + Field.registers);
  }
  return both;
}

if (import.meta.main) {
  const [kind, file, count = '45', seed = '1', ...names] = process.argv.slice(2);
  const generator = kind === 'usual' ? new UsualGenerator(Number(seed)) : new Generator(Number(seed));
  const vectors = makeVectors(generator, Number(count), names.length > 0 ? names : undefined);
  writeFileSync(file, gzipSync(vectors, { level: 9 }));
}
