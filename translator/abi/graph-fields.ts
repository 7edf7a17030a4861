/** Of a node that runs something else than a handler whose fast path is in the loop. */
export const NO_SLOT = -1;

/**
 * What an instruction has as a node of the runtime's graph, as far as it must lie first in the object: most emitted code reads
 * it. Unset outside a graph.
 */
export class GraphFields {
  /** Of the fast path in the interpreter's loop that does what the node does (emit/loop.ts). */
  slot = NO_SLOT;
  /** The instruction behind this one, and the one a relative jump goes to. */
  next: this | null = null;
  taken: this | null = null;
  /** Sum of the weights of its runs while it isn't translated. */
  heat = 0;
  /** Where control comes from elsewhere, a translation may start: by how much each run heats it; 0 elsewhere. */
  weight = 0;
  /** Heat at which DUE is called: first to see whether its code is slow, then to translate it. A small integer, as `heat` is. */
  due = 0;
}
