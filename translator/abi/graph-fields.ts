/**
 * Fields of an instruction as a node of the runtime's graph that must lie first in the object, since most emitted code reads
 * them. Unset outside a graph.
 */
export class GraphFields {
  /** Index of its record in the views of abi/record.ts; 0 if it has none. */
  record = 0;
  /** For a gate, the node that it leads to; for a link of a translation, the node of the instruction there. */
  taken: this | null = null;
}
