import type { FlowGraph, FlowNode } from './flow-graph.ts';

const CHARACTER = 7;
export const LINE_HEIGHT = 14;
export const PADDING = 8;
const GAP_X = 36;
const GAP_Y = 46;
/** Room at the sides for edges that go back up (left) or over ranks (right). */
export const LANE = 12;
const SWEEPS = 4;

/** A node with its place in a picture. */
export interface PlacedNode {
  readonly node: FlowNode;
  x: number;
  readonly rank: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** Where the highest node of its row ends. */
  readonly rowEnd: number;
}

/** A picture's size, and where its nodes are. */
export interface Layout {
  readonly width: number;
  /** Without the lanes at the right. */
  readonly inner: number;
  readonly height: number;
  readonly nodes: ReadonlyMap<number, PlacedNode>;
}

/** Places nodes in ranks from the top (Sugiyama's method: longest paths, then barycentres against crossings). */
export function layOut(graph: FlowGraph): Layout {
  const ranks = ranksOf(graph);
  const rows: FlowNode[][] = [];
  for (const node of graph.nodes) {
    rows[ranks.get(node.address)!] ??= [];
    rows[ranks.get(node.address)!].push(node);
  }
  const ordered = untangle(rows, graph);
  const back = graph.edges.filter(({ isBack }) => isBack).length;
  const long = graph.edges.filter((edge) => ranks.get(edge.to)! - ranks.get(edge.from)! > 1).length;
  return place(ordered, back, long);
}

/** By address: length of the longest way there without going back. */
function ranksOf({ nodes, edges }: FlowGraph): Map<number, number> {
  const ranks = new Map(nodes.map(({ address }) => [address, 0]));
  const forward = edges.filter(({ isBack }) => !isBack);
  for (let changed = true, turn = 0; changed && turn < nodes.length; turn++) {
    changed = false;
    for (const { from, to } of forward) {
      const rank = ranks.get(from)! + 1;
      if (ranks.get(to)! >= rank) continue;
      ranks.set(to, rank);
      changed = true;
    }
  }
  const used = [...new Set(ranks.values())].sort((a, b) => a - b);
  return new Map([...ranks].map(([address, rank]) => [address, used.indexOf(rank)]));
}

/** Orders each row by where its neighbours in the row above are. */
function untangle(rows: readonly FlowNode[][], { edges }: FlowGraph): FlowNode[][] {
  const order = rows.map((row) => [...row]);
  for (let sweep = 0; sweep < SWEEPS; sweep++) {
    const position = new Map(order.flatMap((row) => row.map((node, n) => [node.address, n / row.length] as const)));
    for (const row of order) {
      const wanted = new Map(
        row.map(({ address }) => {
          const near = edges.filter(({ to }) => to === address).map(({ from }) => position.get(from)!);
          const mean = near.reduce((sum, n) => sum + n, 0) / near.length;
          return [address, near.length > 0 ? mean : position.get(address)!];
        }),
      );
      row.sort((a, b) => wanted.get(a.address)! - wanted.get(b.address)!);
    }
  }
  return order;
}

function place(rows: readonly FlowNode[][], backEdges: number, longEdges: number): Layout {
  const nodes = new Map<number, PlacedNode>();
  const left = PADDING + LANE * (backEdges + 1);
  // Edges come to a row from above it.
  let y = PADDING + GAP_Y / 2;
  let width = 0;
  for (const [rank, row] of rows.entries()) {
    const rowEnd = y + Math.max(...row.map((node) => sizeOf(node).height));
    let x = left;
    for (const node of row) {
      const placed = { node, rank, x, y, rowEnd, ...sizeOf(node) };
      nodes.set(node.address, placed);
      x += placed.width + GAP_X;
    }
    width = Math.max(width, x - GAP_X + PADDING);
    y = rowEnd + GAP_Y;
  }
  for (const row of rows) centre(row, nodes, left, width);
  const right = width + (longEdges > 0 ? LANE * (longEdges + 1) : 0);
  return { width: right, inner: width, height: y - GAP_Y / 2 + PADDING, nodes };
}

function centre(row: readonly FlowNode[], nodes: ReadonlyMap<number, PlacedNode>, left: number, width: number): void {
  const last = nodes.get(row.at(-1)!.address)!;
  const shift = (width - PADDING - (last.x + last.width)) / 2;
  for (const { address } of row) nodes.get(address)!.x += Math.max(0, Math.min(shift, width - left));
}

function sizeOf({ label, lines }: FlowNode): { width: number; height: number } {
  const longest = Math.max(label.length + 14, ...lines.map((line) => line.length));
  return { width: longest * CHARACTER + 2 * PADDING, height: (lines.length + 1) * LINE_HEIGHT + 2 * PADDING };
}
