import type { Node } from './node.ts';
import type { SpareCode } from './spare-code.ts';
import type { Stops } from './stops.ts';

/** What the code cache asks of the graph (graph.ts). */
export interface NodeFactory {
  readonly spare: SpareCode;
  readonly stops: Stops;
  /** Makes an instruction decode its bytes anew when it next runs. */
  reset(record: number): void;
  /** Makes a node that was reset translated only when it is so many times as hot as others. */
  cool(node: Node, times: number): void;
  /** Nothing is left of the code of these frames; or, of all, nothing is known any more. */
  evicted(frames: Iterable<number>): void;
  forget(): void;
}
