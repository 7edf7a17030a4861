import { expect, test } from 'vitest';
import { bareCode, bytesOfHex } from '../../../src/inspect/code.ts';
import { dotOf, type FlowGraph, flowGraph } from '../../../src/inspect/flow-graph.ts';
import { layOut, type PlacedNode } from '../../../src/inspect/layout.ts';
import { type Point, routesOf } from '../../../src/inspect/routes.ts';
import { usualKey } from '../../../src/inspect/state-key.ts';
import { svgOf } from '../../../src/inspect/svg.ts';

// xor eax,eax; test ecx,ecx; je D; L: add eax,[esi+ecx*4]; dec ecx; jne L; D: call 1027; ret
const code = bareCode(bytesOfHex('31 c0 85 c9 74 06 03 04 8e 49 75 fa e8 16 00 00 00 c3'), 0x1000, usualKey(32));
const graph = flowGraph(code, new Map([[0x1006, 1_000_000]]));

test('blocks, and where they go', () => {
  expect(graph.nodes.map(({ address, isOutside }) => [address, isOutside])).toEqual([
    [0x1000, false],
    [0x1006, false],
    [0x100c, false],
    [0x1011, false],
    [0x1027, true],
  ]);
  expect(graph.edges.map(({ from, to, kind }) => [from, to, kind])).toEqual([
    [0x1000, 0x100c, 'taken'],
    [0x1000, 0x1006, 'next'],
    [0x1006, 0x1006, 'taken'],
    [0x1006, 0x100c, 'next'],
    [0x100c, 0x1011, 'after call'],
    [0x100c, 0x1027, 'taken'],
  ]);
  expect(graph.edges.filter(({ isBack }) => isBack).map(({ from }) => from)).toEqual([0x1006]);
});

test('the language of Graphviz, with counts', () => {
  const dot = dotOf(graph);
  expect(dot).toContain('n00001000 -> n00001006 [label="next"');
  expect(dot).toContain('× 1,000,000');
});

test('no two blocks of the picture overlap, and all are inside', () => {
  const { width, height, nodes } = layOut(graph);
  const placed = [...nodes.values()];
  for (const a of placed) {
    expect(a.x >= 0 && a.y >= 0 && a.x + a.width <= width && a.y + a.height <= height).toBe(true);
    for (const b of placed) {
      const apart = a.x + a.width <= b.x || b.x + b.width <= a.x || a.y + a.height <= b.y || b.y + b.height <= a.y;
      expect(a === b || apart).toBe(true);
    }
  }
  const rank = (address: number) => nodes.get(address)!.rank;
  for (const { from, to, isBack } of graph.edges) if (!isBack) expect(rank(from)).toBeLessThan(rank(to));
});

/** A graph of nodes of so many lines, and edges between them by number. */
function graphOf(lines: readonly number[], edges: readonly (readonly [from: number, to: number])[]): FlowGraph {
  const line = 'add eax,[esi+ecx*4]';
  return {
    name: 'made',
    nodes: lines.map((count, address) => {
      return { address, lines: Array(count).fill(line), label: `n${address}`, isOutside: count === 0, count: null };
    }),
    edges: edges.map(([from, to]) => ({ from, to, kind: 'taken', isBack: to <= from })),
  };
}

/** Whether a leg goes through the inside of a node. Legs are upright, level, or slanted within the room between rows. */
function crosses([[x1, y1], [x2, y2]]: readonly [Point, Point], { x, y, width, height }: PlacedNode): boolean {
  const beside = Math.max(x1, x2) <= x || Math.min(x1, x2) >= x + width;
  return !beside && Math.max(y1, y2) > y && Math.min(y1, y2) < y + height;
}

test.each<[string, FlowGraph]>([
  ['the code above', graph],
  [
    'loops over several rows',
    graphOf(
      [3, 9, 1, 4, 2, 6],
      [
        [0, 1],
        [0, 2],
        [1, 3],
        [2, 3],
        [3, 0],
        [3, 4],
        [4, 1],
        [4, 4],
        [4, 5],
        [5, 2],
        [5, 0],
      ],
    ),
  ],
  [
    'a low node beside a high one',
    graphOf(
      [1, 1, 12, 1, 0],
      [
        [0, 1],
        [0, 2],
        [1, 3],
        [2, 3],
        [1, 1],
        [2, 4],
        [3, 1],
        [0, 4],
        [1, 4],
      ],
    ),
  ],
  [
    'a row of many nodes with loops',
    graphOf(
      [1, 2, 8, 3, 5, 1],
      [
        [0, 1],
        [0, 2],
        [0, 3],
        [0, 4],
        [1, 1],
        [2, 2],
        [3, 3],
        [4, 4],
        [4, 5],
        [2, 5],
        [5, 0],
        [5, 5],
      ],
    ),
  ],
])('no edge of the picture goes through a node: %s', (_, made) => {
  const layout = layOut(made);
  const routes = routesOf(made, layout);
  expect(routes).toHaveLength(made.edges.length);
  for (const { edge, points } of routes) {
    const to = layout.nodes.get(edge.to)!;
    expect(points.at(-1)![1]).toBe(to.y);
    const legs = points.slice(1).map((point, n) => [points[n]!, point] as const);
    for (const placed of layout.nodes.values()) {
      expect(
        legs.filter((leg) => crosses(leg, placed)),
        `${edge.from}-${edge.to} by ${placed.node.label}`,
      ).toEqual([]);
    }
    for (const [x, y] of points) expect(x >= 0 && y >= 0 && x <= layout.width && y <= layout.height).toBe(true);
  }
});

test('the picture shows every instruction', () => {
  const svg = svgOf(graph);
  for (const { lines } of graph.nodes) for (const line of lines) expect(svg).toContain(line);
  expect(svg.match(/<path class/g)).toHaveLength(graph.edges.length);
});

test('names cannot break out of the picture or the language', () => {
  const named = { ...code, symbol: () => '"]; evil [label="<script>\\' };
  const strange = flowGraph(named, new Map());
  expect(dotOf(strange)).toContain('label=' + String.raw`"\"]; evil [label=\"<script>\\"`);
  expect(dotOf(strange).replace(/\\./g, '')).not.toMatch(/"\s*evil/);
  expect(svgOf(strange)).toContain('&quot;]; evil [label=&quot;&lt;script&gt;');
  expect(svgOf(strange)).not.toContain('<script');
});
