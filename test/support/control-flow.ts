import { type BlockIndex, type Structure, structureRegion } from '../../translator/region/structure.ts';

/** Branches of each block; block 0 is the entry. */
export type ControlFlow = readonly (readonly BlockIndex[])[];

/** Which of a block's branches is taken; one that it doesn't have leaves the graph. */
export type Decide = () => number;

/** The blocks that run, by following the graph. */
export function interpretGraph(graph: ControlFlow, decide: Decide, steps: number): BlockIndex[] {
  const trace: BlockIndex[] = [];
  for (let block: BlockIndex | undefined = 0; block !== undefined && trace.length < steps; ) {
    trace.push(block);
    block = graph[block][decide()];
  }
  return trace;
}

/** The blocks that run, by structured code: a function for each block that is entered, as for translations. */
export function runStructured(graph: ControlFlow, decide: Decide, steps: number): BlockIndex[] {
  const trace: BlockIndex[] = [];
  const functions = new Map<BlockIndex, (note: (block: BlockIndex) => boolean, decide: Decide) => BlockIndex>();
  const note = (block: BlockIndex) => trace.push(block) < steps;
  for (let entry = 0; entry >= 0; ) {
    let run = functions.get(entry);
    if (!run) {
      run = new Function('note', 'decide', structuredText(graph, entry)) as NonNullable<typeof run>;
      functions.set(entry, run);
    }
    entry = run(note, decide);
  }
  return trace;
}

/** JavaScript that runs the graph from an entry; returns the block that an exit goes to, or -1. */
export function structuredText(graph: ControlFlow, entry: BlockIndex): string {
  return new ToyEmitter(graph, entry).tree(0);
}

/** Writes a structure as RegionEmitter does (translator/emit/region.ts); blocks only note that they ran. */
class ToyEmitter {
  private readonly graph: ControlFlow;
  private readonly structure: Structure;
  /** Blocks of the graph by their number here: the entry and the first one have changed places. */
  private readonly place: BlockIndex[];

  constructor(graph: ControlFlow, entry: BlockIndex) {
    this.place = graph.map((_, block) => (block === 0 ? entry : block === entry ? 0 : block));
    this.graph = this.place.map((block) => graph[block].map((to) => this.place[to]));
    this.structure = structureRegion(this.graph);
  }

  tree(block: BlockIndex): string {
    let text = this.block(block);
    for (const merge of this.structure.merges(block)) text = `B${merge}:{${text}}${this.tree(merge)}`;
    return this.structure.isLoop(block) ? `L${block}:while(true){${text}}` : text;
  }

  private block(block: BlockIndex): string {
    const branches = this.graph[block].map((to, n) => `if(d===${n}){${this.goTo(block, to)}}`);
    return `if(!note(${this.place[block]}))return -1;{const d=decide();${branches.join('')}return -1;}`;
  }

  private goTo(from: BlockIndex, to: BlockIndex): string {
    switch (this.structure.edge(from, to)) {
      case 'exit':
        return `return ${this.place[to]};`;
      case 'continue':
        return `continue L${to};`;
      case 'break':
        return `break B${to};`;
      case 'inline':
        return this.tree(to);
    }
  }
}
