import type { Random } from '../../support/random.ts';
import { randomValue } from '../native/operands.ts';
import { DATA_BYTES, IMAGE_BYTES, STACK_BYTES } from './layout.ts';

/** An instruction of a program. */
export interface Place {
  /** Offset in the code. */
  readonly offset: number;
  /** Arithmetic flags that may be undefined when it starts. */
  readonly undefinedFlags: number;
}

/** Code with what it starts from: see `struct program` of harness.c. */
export interface Program {
  /** By its number the generator makes it again. */
  readonly seed: number;
  readonly registers: readonly number[];
  readonly eip: number;
  readonly eflags: number;
  /** Address of the INT3 that ends it. */
  readonly end: number;
  /** Rights of the slots at the start, and the most that they may get. */
  readonly rights: readonly number[];
  readonly most: readonly number[];
  readonly code: Uint8Array;
  /** In the order of their addresses. */
  readonly places: readonly Place[];
  readonly image: Uint8Array;
}

/** An exception, with the state that its handler saw. */
export interface UserEvent {
  readonly vector: number;
  readonly error: number;
  /** CR2 of a page fault, else 0. */
  readonly address: number;
  readonly eip: number;
  readonly eflags: number;
  readonly registers: readonly number[];
  /** FXSAVE's. */
  readonly image: Uint8Array;
}

/** The events and the final memory of a program that ran. */
export interface Outcome {
  readonly events: readonly UserEvent[];
  /** The frames, at the end. */
  readonly memory: Uint8Array;
}

/** Stands for an exception where a program does not end. */
export const TIMEOUT = 256;

/** Data and stack pages as all programs find them: edge values and others. */
export function pristineMemory(random: Random): Uint8Array {
  const words = Int32Array.from({ length: (DATA_BYTES + STACK_BYTES) / 4 }, () => randomValue(random));
  return new Uint8Array(words.buffer);
}

/** Offsets in FXSAVE's image (Intel SDM vol. 1, table 10-2). */
export const Image = {
  control: 0,
  status: 2,
  tags: 4,
  mxcsr: 24,
  registers: 32,
  xmm: 160,
  bytes: IMAGE_BYTES,
} as const;
