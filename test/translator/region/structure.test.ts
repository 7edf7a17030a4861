import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { type BlockIndex, type EdgeKind, structureRegion } from '../../../translator/region/structure.ts';
import { type ControlFlow, interpretGraph, runStructured, structuredText } from '../../support/control-flow.ts';

/** `0>1 break` and so on, and the loops and merges. */
function describeStructure(graph: ControlFlow): { edges: string; loops: number[]; merges: Record<number, number[]> } {
  const structure = structureRegion(graph);
  const blocks = graph.map((_, block) => block);
  return {
    edges: blocks.flatMap((from) => graph[from].map((to) => `${from}>${to} ${structure.edge(from, to)}`)).join(', '),
    loops: blocks.filter((block) => structure.isLoop(block)),
    merges: Object.fromEntries(blocks.map((b) => [b, [...structure.merges(b)]]).filter(([, list]) => `${list}` !== '')),
  };
}

describe('hand-made graphs', () => {
  test('one block', () => {
    expect(describeStructure([[]])).toEqual({ edges: '', loops: [], merges: {} });
  });

  test('a block that loops to itself', () => {
    expect(describeStructure([[0]])).toEqual({ edges: '0>0 continue', loops: [0], merges: {} });
    expect(describeStructure([[1], [1, 2], []])).toEqual({
      edges: '0>1 inline, 1>1 continue, 1>2 inline',
      loops: [1],
      merges: {},
    });
  });

  test('if and else meet after the block that decides', () => {
    expect(describeStructure([[1, 2], [3], [3], []])).toEqual({
      edges: '0>1 inline, 0>2 inline, 1>3 break, 2>3 break',
      loops: [],
      merges: { 0: [3] },
    });
  });

  test('if without else; a branch twice to the same block', () => {
    expect(describeStructure([[1, 2], [2], []]).edges).toBe('0>1 inline, 0>2 break, 1>2 break');
    expect(describeStructure([[1, 1], []])).toEqual({ edges: '0>1 break, 0>1 break', loops: [], merges: { 0: [1] } });
  });

  test('nested loops, both left from the inner one', () => {
    expect(describeStructure([[1], [2], [2, 3, 4], [1, 4], []])).toEqual({
      edges: '0>1 inline, 1>2 inline, 2>2 continue, 2>3 inline, 2>4 break, 3>1 continue, 3>4 break',
      loops: [1, 2],
      merges: { 2: [4] },
    });
  });

  test('two loops with one head', () => {
    expect(describeStructure([[1, 2], [0], [0, 3], []])).toEqual({
      edges: '0>1 inline, 0>2 inline, 1>0 continue, 2>0 continue, 2>3 inline',
      loops: [0],
      merges: {},
    });
  });

  test('merges of one block: the one that others fall to is the outer one', () => {
    expect(describeStructure([[1, 2, 3], [2], [3], []])).toEqual({
      edges: '0>1 inline, 0>2 break, 0>3 break, 1>2 break, 2>3 break',
      loops: [],
      merges: { 0: [2, 3] },
    });
  });

  test('an irreducible loop is entered in the middle by way of the dispatch', () => {
    const graph = [[1, 2], [2], [1, 3], []];
    expect(describeStructure(graph).edges).toBe('0>1 break, 0>2 break, 1>2 break, 2>1 dispatch, 2>3 inline');
    const structure = structureRegion(graph);
    expect([structure.root, structure.dispatched, structure.isLoop(4)]).toEqual([4, [0, 1], true]);
  });

  test('a loop is entered in the middle, and its head then', () => {
    const structure = structureRegion([[1], [2, 3], [0], []], [0, 2]);
    expect([structure.root, structure.dispatched]).toEqual([4, [0, 2]]);
    expect([structure.edge(4, 0), structure.edge(4, 2), structure.edge(1, 2)]).toEqual(['inline', 'break', 'break']);
    expect([structure.edge(2, 0), structure.isLoop(4)]).toEqual(['dispatch', true]);
  });

  test('an entry beside a loop takes nothing from it', () => {
    const structure = structureRegion([[0, 1], [], [0]], [0, 2]);
    expect([structure.edge(0, 0), structure.edge(2, 0), structure.isLoop(3)]).toEqual(['continue', 'break', false]);
  });

  test('blocks that nothing leads to take no part', () => {
    const structure = structureRegion([[1], [0], [1, 0, 2]]);
    expect(structure.edge(0, 1)).toBe('inline');
    expect(structure.edge(1, 0)).toBe('continue');
    expect([0, 1, 2].map((block) => structure.isLoop(block))).toEqual([true, false, false]);
    expect([0, 1, 2].flatMap((block) => structure.merges(block))).toEqual([]);
  });
});

/** Random graphs: as in code, most blocks may fall to the next one. */
const graphs = fc.integer({ min: 1, max: 10 }).chain((size) => {
  const jumps = fc.array(fc.nat(size - 1), { maxLength: 2, size: 'max' });
  const falls = fc.integer({ min: 0, max: 3 }).map((n) => n > 0);
  const blocks = fc.array(fc.tuple(falls, jumps), { minLength: size, maxLength: size });
  return blocks.map((list) => list.map(([fall, to], n) => (fall && n + 1 < size ? [n + 1, ...to] : to)));
});

function reachable(graph: ControlFlow, without = -1): Set<BlockIndex> {
  const found = new Set<BlockIndex>(without === 0 ? [] : [0]);
  for (const block of found) for (const to of graph[block]) if (to !== without) found.add(to);
  return found;
}

function edgesOf(graph: ControlFlow): { from: BlockIndex; to: BlockIndex }[] {
  return [...reachable(graph)].flatMap((from) => graph[from].map((to) => ({ from, to })));
}

/** By definition: without `a` there is no way to `b`. */
const dominates = (graph: ControlFlow, a: BlockIndex, b: BlockIndex) => a === b || !reachable(graph, a).has(b);

/** Whether blocks remain when those without a predecessor are taken away again and again. */
function hasCycle(blocks: Set<BlockIndex>, edges: readonly { from: BlockIndex; to: BlockIndex }[]): boolean {
  const rest = new Set(blocks);
  for (let size = -1; size !== rest.size; ) {
    size = rest.size;
    for (const b of rest) if (!edges.some(({ from, to }) => to === b && rest.has(from))) rest.delete(b);
  }
  return rest.size > 0;
}

const kinds = (graph: ControlFlow, kind: EdgeKind) => {
  const structure = structureRegion(graph);
  return edgesOf(graph).filter(({ from, to }) => structure.edge(from, to) === kind);
};

describe('random graphs', () => {
  test('run as the graph does when they are structured code', () => {
    fc.assert(
      fc.property(graphs, fc.array(fc.nat(3), { minLength: 40, maxLength: 40 }), (graph, decisions) => {
        const decider = () => {
          let n = 0;
          return () => decisions[n++ % decisions.length];
        };
        const entries = graph.map((_, block) => block).filter((block) => block === 0 || decisions[block] === 0);
        for (const start of entries) {
          const expected = interpretGraph(graph, start, decider(), 60);
          expect(runStructured(graph, entries, start, decider(), 60)).toEqual(expected);
        }
      }),
      { numRuns: 3000, seed: 1 },
    );
  });

  test('are written with each reachable block once', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const written = [...structuredText(graph, [0]).matchAll(/note\((\d+)\)/g)].map(([, block]) => Number(block));
        expect(written.sort((a, b) => a - b)).toEqual([...reachable(graph)].sort((a, b) => a - b));
      }),
      { numRuns: 1000, seed: 3 },
    );
  });

  test('loops are the branches to a block that dominates; only irreducible graphs have a dispatch, none has exits', () => {
    fc.assert(
      fc.property(graphs, (graph) => {
        const edges = edgesOf(graph);
        const back = edges.filter(({ from, to }) => dominates(graph, to, from));
        const forward = edges.filter((edge) => !back.includes(edge));
        const isIrreducible = hasCycle(reachable(graph), forward);
        expect(kinds(graph, 'dispatch').length > 0).toBe(isIrreducible);
        expect(kinds(graph, 'exit')).toEqual([]);
        if (!isIrreducible) expect(kinds(graph, 'continue')).toEqual(back);
      }),
      { numRuns: 3000, seed: 2 },
    );
  });

  test('both sorts of graphs come up', () => {
    const sample = fc.sample(graphs, { numRuns: 500, seed: 1 });
    const irreducible = sample.filter((graph) => kinds(graph, 'dispatch').length > 0).length;
    expect(irreducible).toBeGreaterThan(50);
    expect(irreducible).toBeLessThan(450);
  });
});
