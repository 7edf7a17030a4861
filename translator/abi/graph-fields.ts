/**
 * Fields of an instruction as a node of the runtime's graph that must lie first in the object, since most emitted code reads
 * them. Unset outside a graph.
 */
export class GraphFields {
  /** Index of its record in the views of abi/record.ts; 0 if it has none. */
  record = 0;
  /** The instruction after this one, and the one a relative jump goes to. */
  next: this | null = null;
  taken: this | null = null;
  /** Where control comes from elsewhere, a translation may start: by how much each run heats it; 0 elsewhere. */
  weight = 0;
}
