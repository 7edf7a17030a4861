/** Of a node that runs something else than a handler whose fast path is in the loop. */
export const NO_SLOT = -1;

/** What emitted code reads of an instruction in the graph to go on. These are the first fields: see Instruction. */
export class Linked {
  /** Of the fast path in the interpreter's loop that does what the node does (emit/loop.ts). */
  slot = NO_SLOT;
  /** The instruction behind this one, and the one a relative jump goes to. */
  next: this | null = null;
  taken: this | null = null;
}
