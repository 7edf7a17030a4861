import { NO_PAGE } from '../../runtime/exec/code-pages.ts';
import type { Engine } from '../../runtime/exec/engine.ts';
import type { Graph } from '../../runtime/exec/graph.ts';
import type { Node } from '../../runtime/exec/node.ts';
import { TARGET_WORDS } from '../../translator/abi/branch-targets.ts';
import { HEATS, type recordViews, Slot, WEIGHT_SHIFT } from '../../translator/abi/record.ts';

/** Words of a record by the names of their views. */
type Words = Partial<Record<keyof typeof recordViews, number>>;

/** Where the records of what is decoded differ from the nodes that they are of; empty if all is right. */
export function wrongRecords({ graph, handlers }: Pick<Engine, 'graph' | 'handlers'>, mapped: Int32Array): string[] {
  const { records, cache } = graph;
  const errors: string[] = [];
  const compare = (node: Node, expected: Words) => {
    if (node.record === 0) return;
    if (records.nodeOf(node.record) !== node) errors.push(`${at(node)}: its record is another one's`);
    for (const [name, value] of Object.entries(expected)) {
      const word = records.views[name as keyof Words][node.record];
      if (word !== value) errors.push(`${at(node)}: ${name} is ${word}, not ${value}`);
    }
  };
  for (const page of cache.allPages()) {
    for (const node of page.nodes()) compare(node, wordsOf(node, handlers.of(node.run)?.slot));
    for (const gate of page.gates.values()) compare(gate, wordsOfGate(gate));
  }
  return [...errors, ...wrongTargets(mapped, graph)];
}

function at({ eip, page }: Node): string {
  return `${(eip >>> 0).toString(16)} in page ${page.id}`;
}

function wordsOf(node: Node, slot: number = Slot.none): Words {
  const { next, taken } = node;
  if (node.length === 0 || slot === Slot.none || next?.record === 0 || taken?.record === 0) return { SLOT: Slot.none };
  return {
    SLOT: (slot & HEATS) === 0 ? slot : slot | (node.weight << WEIGHT_SHIFT),
    OPERANDS: node.operands,
    DISPLACEMENT: node.displacement,
    IMMEDIATE: node.immediate,
    NEXT: next!.record,
    ...(taken !== null && { TAKEN: taken.record }),
    NEXT_EIP: node.nextEip,
  };
}

function wordsOfGate(gate: Node): Words {
  const { eip, page, taken } = gate;
  if (taken === null) return {};
  if (taken.record === 0) return { PAGE_ID: NO_PAGE };
  return {
    SLOT: Slot.gate,
    LINEAR_PAGE: (eip + page.context.base) >>> 12,
    PAGE_ID: gate.targetId,
    TAKEN: taken.record,
  };
}

/** Entries of the branch target buffer that would be gone by, but lead elsewhere. */
function wrongTargets(mapped: Int32Array, { records, cache }: Graph): string[] {
  const { TARGET_EIP, TARGET_PAGE, TARGET_KEY, TARGET_RECORD } = cache.branchTargets.views;
  const errors: string[] = [];
  for (let n = 0; n < TARGET_EIP.length; n += TARGET_WORDS) {
    const node = records.nodeOf(TARGET_RECORD[n]);
    const context = node?.page.context ?? cache.context;
    if (mapped[(TARGET_EIP[n] + context.base) >>> 12] !== TARGET_PAGE[n]) continue;
    const isRight = node?.eip === TARGET_EIP[n] && node.page.id === TARGET_PAGE[n] && context.key === TARGET_KEY[n];
    if (!isRight) errors.push(`${(TARGET_EIP[n] >>> 0).toString(16)}: the branch target buffer leads elsewhere`);
  }
  return errors;
}
