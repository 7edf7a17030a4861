import { expect, test } from 'vitest';
import { bareCode, bytesOfHex } from '../../../src/inspect/code.ts';
import { dotOf, flowGraph } from '../../../src/inspect/flow-graph.ts';
import { layOut } from '../../../src/inspect/layout.ts';
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
    [0x100c, 0x1011, 'behind call'],
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
