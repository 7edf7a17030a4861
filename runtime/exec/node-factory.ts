import type { CodePage } from './code-page.ts';
import type { Node } from './node.ts';
import type { SpareCode } from './spare-code.ts';
import type { Stops } from './stops.ts';

/** Makes and resets nodes (graph.ts). */
export interface NodeFactory {
  readonly spare: SpareCode;
  readonly stops: Stops;
  create(page: CodePage, offset: number): Node;
  reset(node: Node): void;
  /** Makes a node that was reset translated only when it is so many times as hot as others. */
  cool(node: Node, times: number): void;
  /** Nothing is left of the code of these frames; or, of all, nothing is known any more. */
  evicted(frames: Iterable<number>): void;
  forget(): void;
}
