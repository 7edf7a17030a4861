import type { CodePage } from '../../runtime/exec/code-page.ts';
import { NO_PAGE } from '../../runtime/exec/code-pages.ts';
import type { Engine } from '../../runtime/exec/engine.ts';
import type { Graph } from '../../runtime/exec/graph.ts';
import type { Handlers } from '../../runtime/exec/handlers.ts';
import type { Node } from '../../runtime/exec/node.ts';
import { TARGET_WORDS } from '../../translator/abi/branch-targets.ts';
import { type recordViews, SLOT_MASK, Slot, WEIGHT_SHIFT } from '../../translator/abi/record.ts';

/** Words of a record by the names of their views. */
type Words = Partial<Record<keyof typeof recordViews, number>>;

/** Where the records of what is decoded differ from their places and nodes; empty if all is right. */
export function wrongRecords({ graph, handlers }: Pick<Engine, 'graph' | 'handlers'>, mapped: Int32Array): string[] {
  const { records, cache } = graph;
  const errors: string[] = [];
  const compare = (page: CodePage, record: number, expected: Words) => {
    const at = `${(records.eipOf(record) >>> 0).toString(16)} in page ${page.id}`;
    if (records.pageOf(record) !== page) errors.push(`${at}: its record is another page's`);
    if ((records.nodeOf(record)?.record ?? record) !== record) errors.push(`${at}: its node is another one's`);
    for (const [name, value] of Object.entries(expected)) {
      const word = records.views[name as keyof Words][record];
      if (word !== value) errors.push(`${at}: ${name} is ${word}, not ${value}`);
    }
  };
  for (const page of cache.allPages()) {
    for (const record of page.instructions()) {
      if (page.at(records.offsetOf(record)) !== record) errors.push(`record ${record} is not at its offset`);
      compare(page, record, { ...slotOf(graph, handlers, record), ...wordsOf(graph, record) });
    }
    for (const [distance, gate] of page.gates)
      compare(page, gate, wordsOfGate(mapped, graph, page, page.eip + distance, gate));
  }
  return [...errors, ...wrongTargets(mapped, graph)];
}

function slotOf({ records }: Graph, handlers: Handlers, record: number): Words {
  const node = records.nodeOf(record);
  const run = node !== null && node.length > 0 ? node.run : undefined;
  const handler = run === undefined ? handlers.all[records.handlerOf(record)] : handlers.of(run);
  if (!records.isDecoded(record) || handler === undefined || handler.slot === Slot.none) return { SLOT: Slot.none };
  const weight = records.weightOf(record);
  // Without a node it heats if anything does.
  const heats = run === undefined ? records.views.SLOT[record] > SLOT_MASK : handler.heating === run;
  return { SLOT: heats ? handler.slot | (weight << WEIGHT_SHIFT) : handler.slot };
}

function wordsOf({ records }: Graph, record: number): Words {
  const node = records.nodeOf(record);
  if (!records.isDecoded(record) || node === null || node.length === 0) return {};
  return {
    OPERANDS: node.operands,
    DISPLACEMENT: node.displacement,
    IMMEDIATE: node.immediate,
    NEXT: node.next!.record,
    ...(node.taken !== null && { TAKEN: node.taken.record }),
    NEXT_EIP: node.nextEip,
  };
}

function wordsOfGate(mapped: Int32Array, { records }: Graph, page: CodePage, to: number, gate: number): Words {
  const eip = to | 0;
  const words = { SLOT: Slot.gate, LINEAR_PAGE: (eip + page.context.base) >>> 12, NEXT_EIP: eip };
  const target = records.views.TAKEN[gate];
  if (target === 0) return { ...words, PAGE_ID: NO_PAGE };
  const there = records.pageOf(target);
  const node = records.nodeOf(gate);
  const isNodeRight = node === null || node.targetId !== there?.id || node.taken!.record === target;
  if (there?.id !== records.views.PAGE_ID[gate]) return words;
  // One that was moved elsewhere is not mapped where the gate leads, and is looked up anew.
  const isThere = mapped[words.LINEAR_PAGE] === there.id;
  const isRight = isThere ? records.eipOf(target) === eip : ((records.eipOf(target) - eip) & 0xfff) === 0;
  return isRight && isNodeRight ? words : { NEXT_EIP: NaN };
}

/** Entries of the branch target buffer that would be gone by, but lead elsewhere. */
function wrongTargets(mapped: Int32Array, { records, cache }: Graph): string[] {
  const { TARGET_EIP, TARGET_PAGE, TARGET_CONTEXT, TARGET_RECORD } = cache.branchTargets.views;
  const errors: string[] = [];
  for (let n = 0; n < TARGET_EIP.length; n += TARGET_WORDS) {
    const page = records.pageOf(TARGET_RECORD[n]);
    const context = page?.context ?? cache.context;
    if (mapped[(TARGET_EIP[n] + context.base) >>> 12] !== TARGET_PAGE[n]) continue;
    const isRight =
      page?.id === TARGET_PAGE[n] &&
      records.eipOf(TARGET_RECORD[n]) === TARGET_EIP[n] &&
      context.number === TARGET_CONTEXT[n];
    if (!isRight) errors.push(`${(TARGET_EIP[n] >>> 0).toString(16)}: the branch target buffer leads elsewhere`);
  }
  return errors;
}

/** The node of the instruction at an EIP of a page that is mapped, made if there is none; it is decoded if the instruction is. */
export function nodeAt(graph: Graph, eip: number): Node {
  const node = graph.nodeOf(graph.cache.entryAt(eip));
  if (node.length === 0 && graph.records.isDecoded(node.record)) graph.decode(node);
  return node;
}

/** Nodes that there are. */
export function nodesOf({ cache, records }: Graph): Node[] {
  return cache.allPages().flatMap((page) => [...records.nodesOf(page)]);
}

/** Records of decoded instructions. */
export function decodedIn({ cache, records }: Graph): number[] {
  return cache.allPages().flatMap((page) => [...records.decodedIn(page)]);
}

/** The slot that a record has, without its weight. */
export function slotAt({ records }: Graph, record: number): number {
  return records.views.SLOT[record] & SLOT_MASK;
}
