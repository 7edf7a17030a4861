import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';

/** Bytes of memory around the operand. */
export const MEMORY = 64;

export type Registers = readonly [Uint8Array, Uint8Array, Uint8Array];

/** An instruction with what it works on: see `struct input` of harness.c. */
export interface Case {
  readonly code: readonly number[];
  readonly mxcsr: number;
  readonly eax: number;
  readonly ecx: number;
  readonly edx: number;
  /** Offset of the memory operand in `memory`. */
  readonly offset: number;
  readonly flags: number;
  /** x87: top of stack, and a bit for each register that is not empty. */
  readonly top: number;
  readonly tags: number;
  /** XMM0, (X)MM1 and (X)MM2: the x87 registers' significands are the low halves of the latter. */
  readonly xmm: Registers;
  readonly exponents: readonly [number, number];
  readonly memory: Uint8Array;
}

/** The result: see `struct output`. */
export interface Outcome {
  /** 3: it ran; else the exception. */
  readonly vector: number;
  readonly ecx: number;
  readonly edx: number;
  readonly flags: number;
  readonly mxcsr: number;
  readonly top: number;
  readonly tags: number;
  readonly xmm: Registers;
  /** The x87 registers 1 and 2, 10 bytes each. */
  readonly mm: readonly [Uint8Array, Uint8Array];
  readonly memory: Uint8Array;
}

export interface Vector {
  readonly before: Case;
  readonly after: Outcome;
}

const REGISTER = 16;
/** Offsets in both records. */
const Input = { words: 16, xmm: 52, exponents: 52 + 3 * REGISTER, memory: 60 + 3 * REGISTER } as const;
const Output = { xmm: 28, mm: 28 + 3 * REGISTER, memory: 28 + 5 * REGISTER } as const;
export const INPUT_BYTES = Input.memory + MEMORY;
export const OUTPUT_BYTES = Output.memory + MEMORY;

export function encodeCase(before: Case): Uint8Array {
  const bytes = new Uint8Array(INPUT_BYTES);
  const view = new DataView(bytes.buffer);
  const { code, mxcsr, eax, ecx, edx, offset, flags, top, tags, xmm, exponents, memory } = before;
  bytes.set(code);
  for (const [n, word] of [code.length, mxcsr, eax, ecx, edx, offset, flags, top, tags].entries()) {
    view.setUint32(Input.words + 4 * n, word, true);
  }
  for (const [n, register] of xmm.entries()) bytes.set(register, Input.xmm + REGISTER * n);
  for (const [n, exponent] of exponents.entries()) view.setUint32(Input.exponents + 4 * n, exponent, true);
  bytes.set(memory, Input.memory);
  return bytes;
}

function decodeCase(bytes: Uint8Array): Case {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [length, mxcsr, eax, ecx, edx, offset, flags, top, tags] = words(view, Input.words, 9);
  const [first, second] = words(view, Input.exponents, 2);
  return {
    code: [...bytes.subarray(0, length)],
    ...{ mxcsr: mxcsr!, eax: eax!, ecx: ecx!, edx: edx!, offset: offset!, flags: flags!, top: top!, tags: tags! },
    xmm: registers(bytes, Input.xmm),
    exponents: [first!, second!],
    memory: part(bytes, Input.memory, MEMORY),
  };
}

export function decodeOutcome(bytes: Uint8Array): Outcome {
  const view = new DataView(bytes.buffer, bytes.byteOffset);
  const [vector, ecx, edx, flags, mxcsr, top, tags] = words(view, 0, 7);
  return {
    ...{ vector: vector!, ecx: ecx!, edx: edx!, flags: flags!, mxcsr: mxcsr!, top: top!, tags: tags! },
    xmm: registers(bytes, Output.xmm),
    mm: [part(bytes, Output.mm, 10), part(bytes, Output.mm + REGISTER, 10)],
    memory: part(bytes, Output.memory, MEMORY),
  };
}

const part = (bytes: Uint8Array, at: number, count: number): Uint8Array => bytes.slice(at, at + count);

function registers(bytes: Uint8Array, at: number): Registers {
  return [0, 1, 2].map((n) => part(bytes, at + REGISTER * n, REGISTER)) as [Uint8Array, Uint8Array, Uint8Array];
}

function words(view: DataView, at: number, count: number): number[] {
  return Array.from({ length: count }, (_, n) => view.getUint32(at + 4 * n, true));
}

function parts(bytes: Uint8Array, size: number): Uint8Array[] {
  return Array.from({ length: bytes.length / size }, (_, n) => bytes.subarray(n * size, (n + 1) * size));
}

/** Pairs cases with what the harness wrote for them. */
export function pairOutcomes(cases: readonly Case[], output: Uint8Array): Vector[] {
  return parts(output, OUTPUT_BYTES).map((bytes, n) => ({ before: cases[n]!, after: decodeOutcome(bytes) }));
}

/** The file is gzipped: the harness's input and, column by column so that it packs well, its output. */
export function writeVectors(path: string, input: Uint8Array, output: Uint8Array): void {
  const columns = Buffer.concat([transposed(input, INPUT_BYTES), transposed(output, OUTPUT_BYTES)]);
  writeFileSync(path, gzipSync(columns, { level: 9 }));
}

export function readVectors(path: string): Vector[] {
  const columns = gunzipSync(readFileSync(path));
  const count = columns.length / (INPUT_BYTES + OUTPUT_BYTES);
  const input = transposed(columns.subarray(0, count * INPUT_BYTES), count);
  const output = transposed(columns.subarray(count * INPUT_BYTES), count);
  return pairOutcomes(parts(input, INPUT_BYTES).map(decodeCase), output);
}

/** Rows of `size` bytes become columns. */
function transposed(bytes: Uint8Array, size: number): Uint8Array {
  const rows = bytes.length / size;
  const result = new Uint8Array(bytes.length);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < size; column++) result[column * rows + row] = bytes[row * size + column]!;
  }
  return result;
}
