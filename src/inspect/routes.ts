import type { FlowEdge, FlowGraph } from './flow-graph.ts';
import { LANE, type Layout, PADDING, type PlacedNode } from './layout.ts';

export type Point = readonly [x: number, y: number];

/** The way of an edge through a picture: between the rows and beside them, but not through a node. */
export interface Route {
  readonly edge: FlowEdge;
  readonly points: readonly Point[];
  /** The last leg is a curve between two rows; otherwise all legs are upright or level. */
  readonly isCurved: boolean;
}

/** How far from the rows level legs are. Those of several edges lie side by side in the room between two rows. */
const BELOW = { first: 14, step: 3, count: 4 } as const;
const ABOVE = { first: 10, step: 4, count: 3 } as const;

/** The routes of all edges: to the next row straight, to others by a lane at the left (back) or at the right (onwards). */
export function routesOf({ edges }: FlowGraph, { nodes, inner }: Layout): Route[] {
  let [left, right] = [0, 0];
  return edges.map((edge) => {
    const [from, to] = [nodes.get(edge.from)!, nodes.get(edge.to)!];
    const start = startOf(edge, from);
    if (edge.isBack) return byLane(edge, start, to, { x: PADDING + LANE * ++left, number: left, entry: 0.25 });
    if (to.rank - from.rank > 1)
      return byLane(edge, start, to, { x: inner + LANE * ++right, number: right, entry: 0.75 });
    return { edge, points: [...start, [to.x + to.width / 2, to.y]], isCurved: true };
  });
}

/** From the lower edge of a node to where its row ends, since others in it may be higher. */
function startOf({ kind }: FlowEdge, { x, y, width, height, rowEnd }: PlacedNode): Point[] {
  const out = x + width * (kind === 'taken' ? 0.35 : 0.6);
  return [
    [out, y + height],
    [out, rowEnd],
  ];
}

interface Lane {
  readonly x: number;
  readonly number: number;
  /** Where the edge enters its node, as a part of the node's width. */
  readonly entry: number;
}

function byLane(edge: FlowEdge, start: readonly Point[], to: PlacedNode, { x, number, entry }: Lane): Route {
  const [[first], [, rowEnd]] = [start[0]!, start[1]!];
  const out = rowEnd + offset(BELOW, number);
  const end = to.y - offset(ABOVE, number);
  const target = to.x + to.width * entry;
  return {
    edge,
    points: [start[0]!, [first, out], [x, out], [x, end], [target, end], [target, to.y]],
    isCurved: false,
  };
}

function offset({ first, step, count }: typeof BELOW | typeof ABOVE, number: number): number {
  return first + step * (number % count);
}
