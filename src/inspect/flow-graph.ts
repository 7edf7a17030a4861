import { hex } from '../../translator/emit/names.ts';
import { endsBlock, isCall, isRelative, successors } from '../../translator/region/flow.ts';
import type { ScannedBlock } from '../../translator/region/select.ts';
import type { Instruction } from '../../translator/x86/instruction.ts';
import type { Code } from './code.ts';
import { blocksOf, listInstruction } from './stages.ts';

/** How control goes from one block to another. */
export type EdgeKind = 'taken' | 'next' | 'after call' | 'indirect';

export interface FlowEdge {
  readonly from: number;
  readonly to: number;
  readonly kind: EdgeKind;
  /** To a block at the same or a lower address. */
  readonly isBack: boolean;
}

export interface FlowNode {
  readonly address: number;
  /** A line an instruction; none of what is outside the region. */
  readonly lines: readonly string[];
  /** A name, where there is one. */
  readonly label: string;
  readonly isOutside: boolean;
  /** Times it has run; null: not counted. */
  readonly count: number | null;
}

/** The control flow of a region: its blocks, and the places that it goes to. The entry is the first. */
export interface FlowGraph {
  readonly name: string;
  readonly nodes: readonly FlowNode[];
  readonly edges: readonly FlowEdge[];
}

/** The graph of the region at the code's entries; `counts` by address of a block's first instruction. */
export function flowGraph(code: Code, counts: ReadonlyMap<number, number>): FlowGraph {
  const blocks = blocksOf(code).filter((block) => block.instructions.length > 0);
  const inside = new Set(blocks.map(({ eip }) => eip >>> 0));
  const edges = blocks.flatMap((block) => edgesOf(block, code));
  const outside = [...new Set(edges.map(({ to }) => to).filter((to) => !inside.has(to)))];
  const label = (address: number) => code.symbol?.(address) ?? hex(address);
  const nodes = [
    ...blocks.map(({ eip, instructions }) => ({
      address: eip >>> 0,
      lines: instructions.map((i) => `${hex(i.eip)}  ${listInstruction(code, i).text}`),
      label: label(eip),
      isOutside: false,
      count: counts.get(eip >>> 0) ?? null,
    })),
    ...outside.map((address) => ({ address, lines: [], label: label(address), isOutside: true, count: null })),
  ];
  return { name: label(code.entries[0]), nodes, edges };
}

function edgesOf({ eip, instructions }: ScannedBlock, { source }: Code): FlowEdge[] {
  const last = instructions.at(-1)!;
  const edge = (to: number, kind: EdgeKind): FlowEdge => {
    return { from: eip >>> 0, to: to >>> 0, kind, isBack: to >>> 0 <= eip >>> 0 };
  };
  if (!endsBlock(last)) return [edge(last.nextEip, 'next')];
  const direct = successors(last, source.key).map((to) => edge(to, kindOf(last, to)));
  const callee = isCall(last) && isRelative(last) ? [edge(last.target, 'taken')] : [];
  const known = (source.targets?.(last.eip) ?? []).map((to) => edge(to, 'indirect'));
  return [...direct, ...callee, ...known];
}

function kindOf(last: Instruction, to: number): EdgeKind {
  if (isCall(last)) return 'after call';
  return to === last.nextEip ? 'next' : 'taken';
}

/** The graph in the language of Graphviz. */
export function dotOf({ name, nodes, edges }: FlowGraph): string {
  const id = (address: number) => `n${hex(address)}`;
  const lines = nodes.map((node) => {
    if (node.isOutside) return `  ${id(node.address)} [label=${quoted(node.label)}, shape=plaintext];`;
    const heading = node.count === null ? node.label : `${node.label}  × ${node.count.toLocaleString('en-US')}`;
    const text = [heading, ...node.lines].map((line) => `${escaped(line)}\\l`).join('');
    return `  ${id(node.address)} [label="${text}"];`;
  });
  const arrows = edges.map(({ from, to, kind, isBack }) => {
    const style = kind === 'next' ? 'solid' : 'bold';
    return `  ${id(from)} -> ${id(to)} [label=${quoted(kind)}, style=${style}${isBack ? ', constraint=false' : ''}];`;
  });
  const settings = [
    '  node [shape=box, fontname="monospace", fontsize=10];',
    '  edge [fontname="sans-serif", fontsize=9];',
  ];
  return [`digraph ${quoted(name)} {`, ...settings, ...lines, ...arrows, '}', ''].join('\n');
}

function quoted(text: string): string {
  return `"${escaped(text)}"`;
}

function escaped(text: string): string {
  return text.replace(/["\\]/g, '\\$&');
}
