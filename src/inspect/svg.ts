import type { FlowEdge, FlowGraph } from './flow-graph.ts';
import { LANE, type Layout, LINE_HEIGHT, layOut, PADDING, type PlacedNode } from './layout.ts';

const STYLE = `
  text { font: 11px ui-monospace, 'DejaVu Sans Mono', monospace; fill: #1f2328; white-space: pre }
  .label { font: 10px 'Segoe UI', Roboto, 'DejaVu Sans', sans-serif; fill: #59636e }
  .heading { font-weight: bold }
  rect { fill: #f6f8fa; stroke: #818b98; rx: 4 }
  .hot { fill: #ffd8b5 } .warm { fill: #fff1e5 }
  .outside { fill: none; stroke-dasharray: 4 3 }
  path { fill: none; stroke: #59636e; stroke-width: 1.2 }
  .taken { stroke: #0969da } .indirect { stroke: #8250df }
  @media (prefers-color-scheme: dark) {
    text { fill: #f0f6fc } .label { fill: #9198a1 }
    rect { fill: #151b23; stroke: #656c76 } .hot { fill: #5a2d0c } .warm { fill: #33261a } .outside { fill: none }
    path { stroke: #9198a1 } .taken { stroke: #4493f8 } .indirect { stroke: #ab7df8 }
  }`;

/** The graph as a picture of its own, for light and dark surroundings. */
export function svgOf(graph: FlowGraph): string {
  const layout = layOut(graph);
  const most = Math.max(1, ...graph.nodes.map(({ count }) => count ?? 0));
  const lanes = { back: 0, long: 0 };
  const edges = graph.edges.map((edge) => edgeText(edge, layout, lanes));
  const nodes = [...layout.nodes.values()].map((placed) => nodeText(placed, most));
  const size = `${Math.ceil(layout.width)} ${Math.ceil(layout.height)}`;
  const [width, height] = size.split(' ');
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${size}" width="${width}" height="${height}">`,
    `<title>control flow of ${xml(graph.name)}</title>`,
    `<style>${STYLE}\n</style>`,
    '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="7" markerHeight="7" orient="auto">' +
      '<path d="M0,0 L8,4 L0,8 z" style="fill:context-stroke;stroke:none"/></marker></defs>',
    ...edges,
    ...nodes,
    '</svg>',
    '',
  ].join('\n');
}

function nodeText({ node, x, y, width, height }: PlacedNode, most: number): string {
  const { count } = node;
  const heading = count === null ? node.label : `${node.label}  × ${count.toLocaleString('en-US')}`;
  const lines = [heading, ...node.lines].map((line, n) => {
    const kind = n === 0 ? ' class="heading"' : '';
    return `<text x="${round(x + PADDING)}" y="${round(y + PADDING + (n + 0.8) * LINE_HEIGHT)}"${kind}>${xml(line)}</text>`;
  });
  const box = `x="${round(x)}" y="${round(y)}" width="${round(width)}" height="${round(height)}"`;
  return `<rect class="${heat(node.isOutside, count, most)}" ${box}/>\n${lines.join('\n')}`;
}

function heat(isOutside: boolean, count: number | null, most: number): string {
  if (isOutside) return 'outside';
  const share = (count ?? 0) / most;
  if (share >= 0.5) return 'hot';
  return share >= 0.1 ? 'warm' : 'block';
}

/** Lanes used so far at the left, by edges that go back, and at the right, by those that pass other ranks. */
interface Lanes {
  back: number;
  long: number;
}

/** From the lower edge of a block to the upper edge of the next, or by a lane. */
function edgeText({ from, to, kind, isBack }: FlowEdge, { nodes, inner }: Layout, lanes: Lanes): string {
  const [a, b] = [nodes.get(from)!, nodes.get(to)!];
  const [x, y] = [a.x + a.width * (kind === 'taken' ? 0.35 : 0.6), a.y + a.height];
  let path: string;
  if (isBack) path = lanePath(x, y, b, PADDING + ++lanes.back * LANE, b.x);
  else if (b.rank - a.rank > 1) path = lanePath(x, y, b, inner + ++lanes.long * LANE, b.x + b.width);
  else path = `M${p(x, y)} C${p(x, y + 24)} ${p(b.x + b.width / 2, b.y - 24)} ${p(b.x + b.width / 2, b.y)}`;
  const label = `<text class="label" x="${round(x + 4)}" y="${round(y + 12)}">${kind}</text>`;
  return `<path class="${kind.split(' ')[0]}" marker-end="url(#arrow)" d="${path}"/>${label}`;
}

/** Out to a lane, along it, and to the side of the block. */
function lanePath(x: number, y: number, to: PlacedNode, lane: number, side: number): string {
  const end = to.y + PADDING + LINE_HEIGHT / 2;
  const turn = end < y ? 10 : -10;
  const out = y + (end < y ? 20 : 16);
  return `M${p(x, y)} C${p(x, out)} ${p(lane, out)} ${p(lane, out + (end < y ? -20 : 20))} L${p(lane, end + turn)} Q${p(lane, end)} ${p(side, end)}`;
}

function p(x: number, y: number): string {
  return `${round(x)},${round(y)}`;
}

function round(value: number): string {
  return String(Math.round(value * 10) / 10);
}

export function xml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}
