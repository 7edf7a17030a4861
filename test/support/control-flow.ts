import { type BlockIndex, type Structure, structureRegion } from '../../translator/region/structure.ts';

/** Branches of each block; block 0 is the entry. */
export type ControlFlow = readonly (readonly BlockIndex[])[];

/** Which of a block's branches is taken; one that it doesn't have leaves the graph. */
export type Decide = () => number;

/** The blocks that run, by following the graph from a block on. */
export function interpretGraph(graph: ControlFlow, start: BlockIndex, decide: Decide, steps: number): BlockIndex[] {
  const trace: BlockIndex[] = [];
  for (let block: BlockIndex | undefined = start; block !== undefined && trace.length < steps; ) {
    trace.push(block);
    block = graph[block][decide()];
  }
  return trace;
}

/** The blocks that run, by structured code that is entered at one of its entries. */
export function runStructured(
  graph: ControlFlow,
  entries: readonly BlockIndex[],
  start: BlockIndex,
  decide: Decide,
  steps: number,
): BlockIndex[] {
  const trace: BlockIndex[] = [];
  const note = (block: BlockIndex) => trace.push(block) < steps;
  new Function('at', 'note', 'decide', structuredText(graph, entries))(start, note, decide);
  return trace;
}

/** JavaScript that runs the graph from the entry `at`. */
export function structuredText(graph: ControlFlow, entries: readonly BlockIndex[]): string {
  const emitter = new ToyEmitter(graph, entries);
  return emitter.tree(emitter.structure.root);
}

/** Writes a structure as RegionEmitter does (translator/emit/region.ts); blocks only note that they ran. */
class ToyEmitter {
  readonly structure: Structure;
  readonly #graph: ControlFlow;

  constructor(graph: ControlFlow, entries: readonly BlockIndex[]) {
    this.#graph = graph;
    this.structure = structureRegion(graph, entries);
  }

  tree(block: BlockIndex): string {
    let text = block === this.#graph.length ? this.#dispatch() : this.#block(block);
    for (const merge of this.structure.merges(block)) text = `B${merge}:{${text}}${this.tree(merge)}`;
    return this.structure.isLoop(block) ? `L${block}:while(true){${text}}` : text;
  }

  #dispatch(): string {
    const { root, dispatched } = this.structure;
    return `switch(at){${dispatched.map((to) => `case ${to}:{${this.#goTo(root, to)}}`).join('')}}`;
  }

  #block(block: BlockIndex): string {
    const branches = this.#graph[block].map((to, n) => `if(d===${n}){${this.#goTo(block, to)}}`);
    return `if(!note(${block}))return;{const d=decide();${branches.join('')}return;}`;
  }

  #goTo(from: BlockIndex, to: BlockIndex): string {
    switch (this.structure.edge(from, to)) {
      case 'exit':
        return `throw new Error('${from} leads to ${to}');`;
      case 'continue':
        return `continue L${to};`;
      case 'break':
        return `break B${to};`;
      case 'inline':
        return this.tree(to);
      case 'dispatch':
        return `at=${to};continue L${this.structure.root};`;
    }
  }
}
