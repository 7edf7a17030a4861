import { readFileSync, writeFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';

/** Register values by encoding; those that are missing have their default, or are unchanged. */
export type RegisterChanges = Readonly<Record<number, number>>;

/** An instruction with the state it starts from. */
export interface Case {
  readonly code: readonly number[];
  readonly registers: RegisterChanges;
  /** EFLAGS. */
  readonly flags: number;
}

/** The processor's result. */
export interface Outcome {
  /** 3: it ran, and met an INT3 at `eip`; else the exception that the instruction at `eip` raised. */
  readonly vector: number;
  readonly eip: number;
  readonly registers: RegisterChanges;
  readonly flags: number;
  /** Runs of changed bytes: offset in the data page, bytes. */
  readonly memory: readonly (readonly [offset: number, bytes: readonly number[]])[];
}

export interface Vector {
  readonly before: Case;
  readonly after: Outcome;
}

export interface VectorFile {
  /** The data page before each vector. */
  readonly data: Uint8Array;
  readonly vectors: readonly Vector[];
}

/** One vector, one line: [code, registers, flags, vector, eip, registers, flags, memory]. */
type Line = [string, RegisterChanges, number, number, number, RegisterChanges, number, [number, string][]];

const hex = (bytes: Iterable<number>) => Buffer.from(Uint8Array.from(bytes)).toString('hex');

function toLine({ before, after }: Vector): Line {
  const memory = after.memory.map(([offset, bytes]): [number, string] => [offset, hex(bytes)]);
  return [
    hex(before.code),
    before.registers,
    before.flags,
    after.vector,
    after.eip,
    after.registers,
    after.flags,
    memory,
  ];
}

function fromLine([code, registers, flags, vector, eip, changed, flagsAfter, memory]: Line): Vector {
  return {
    before: { code: [...Buffer.from(code, 'hex')], registers, flags },
    after: {
      vector,
      eip,
      registers: changed,
      flags: flagsAfter,
      memory: memory.map(([offset, bytes]) => [offset, [...Buffer.from(bytes, 'hex')]]),
    },
  };
}

/** The file is gzipped text: the data page in hexadecimal, then a line of JSON for each vector. */
export function writeVectors(path: string, { data, vectors }: VectorFile): void {
  const lines = vectors.map((vector) => JSON.stringify(toLine(vector)));
  writeFileSync(path, gzipSync(`${hex(data)}\n${lines.join('\n')}\n`, { level: 9 }));
}

export function readVectors(path: string): VectorFile {
  const [data, ...lines] = gunzipSync(readFileSync(path)).toString().trimEnd().split('\n');
  return { data: Buffer.from(data!, 'hex'), vectors: lines.map((line) => fromLine(JSON.parse(line))) };
}
