import type { FlowGraph } from './flow-graph.ts';
import { LINE_HEIGHT, layOut, PADDING, type PlacedNode } from './layout.ts';
import { type Point, type Route, routesOf } from './routes.ts';

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
  const edges = routesOf(graph, layout).map(edgeText);
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

function edgeText({ edge: { kind }, points, isCurved }: Route): string {
  const [x, y] = points[0]!;
  const path = isCurved ? curvedPath(points) : roundedPath(points);
  const label = `<text class="label" x="${round(x + 4)}" y="${round(y + 12)}">${kind}</text>`;
  return `<path class="${kind.split(' ')[0]}" marker-end="url(#arrow)" d="${path}"/>${label}`;
}

/** How far a curve between two rows goes on upright at its ends. */
const UPRIGHT = 24;

function curvedPath(points: readonly Point[]): string {
  const [[x, y], [toX, toY]] = points.slice(-2) as [Point, Point];
  const lines = points.slice(0, -1).map((point) => p(...point));
  return `M${lines.join(' L')} C${p(x, y + UPRIGHT)} ${p(toX, toY - UPRIGHT)} ${p(toX, toY)}`;
}

const RADIUS = 6;

/** Straight legs with round corners. */
function roundedPath(points: readonly Point[]): string {
  const corners = points.slice(1, -1).map((corner, n) => {
    return ` L${p(...towards(corner, points[n]!))} Q${p(...corner)} ${p(...towards(corner, points[n + 2]!))}`;
  });
  return `M${p(...points[0]!)}${corners.join('')} L${p(...points.at(-1)!)}`;
}

/** A point near a corner on its way to another point. */
function towards([x, y]: Point, [toX, toY]: Point): Point {
  const length = Math.hypot(toX - x, toY - y);
  const part = length === 0 ? 0 : Math.min(RADIUS, length / 2) / length;
  return [x + (toX - x) * part, y + (toY - y) * part];
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
