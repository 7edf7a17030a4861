import type { Engine } from '../../runtime/exec/engine.ts';
import type { Node } from '../../runtime/exec/node.ts';
import type { Records } from '../../runtime/exec/records.ts';
import { COUNTED, type recordViews, Slot, WEIGHT_SHIFT } from '../../translator/abi/record.ts';

/** Words of a record by the names of their views. */
type Words = Partial<Record<keyof typeof recordViews, number>>;

/** Where the records of what is decoded differ from the nodes that they are of; empty if all is right. */
export function wrongRecords({ graph, handlers }: Pick<Engine, 'graph' | 'handlers'>): string[] {
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
    for (const node of page.nodes()) compare(node, wordsOf(node, records, handlers.of(node.run)?.slot));
    for (const gate of page.gates.values()) compare(gate, wordsOfGate(gate, records));
  }
  return errors;
}

function at({ eip, page }: Node): string {
  return `${(eip >>> 0).toString(16)} in page ${page.id}`;
}

function wordsOf(node: Node, records: Records, slot: number = Slot.none): Words {
  if (node.length === 0 || slot === Slot.none || records.slotOf(node) === Slot.none) return { SLOT: Slot.none };
  return {
    SLOT: (slot & COUNTED) === 0 ? slot : slot | (node.weight << WEIGHT_SHIFT),
    OPERANDS: node.operands,
    DISPLACEMENT: node.displacement,
    IMMEDIATE: node.immediate,
    NEXT: node.next!.record,
    TAKEN: node.taken?.record ?? node.eip,
    NEXT_EIP: node.nextEip,
  };
}

function wordsOfGate(gate: Node, records: Records): Words {
  if (records.slotOf(gate) === Slot.none) return {};
  const { eip, page, taken } = gate;
  if (taken === null) return { PAGE_ID: -1 };
  return { LINEAR_PAGE: (eip + page.context.base) >>> 12, PAGE_ID: gate.targetId, TAKEN: taken.record };
}
