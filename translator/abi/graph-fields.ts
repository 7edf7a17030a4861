/**
 * What an instruction has as a node of the runtime's graph, as far as it must lie first in the object: most emitted code reads
 * it. Unset outside a graph.
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
