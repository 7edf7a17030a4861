import type { CodePage } from '../../runtime/exec/code-page.ts';
import { NO_PAGE } from '../../runtime/exec/code-pages.ts';
import type { Engine } from '../../runtime/exec/engine.ts';
import type { Graph } from '../../runtime/exec/graph.ts';
import type { Handlers } from '../../runtime/exec/handlers.ts';
import type { Node } from '../../runtime/exec/node.ts';
import { TARGET_WORDS } from '../../translator/abi/branch-targets.ts';
import { PAGE_BYTES } from '../../translator/abi/page.ts';
import { OPERATION_MASK, Operation, RECORD_WORDS, type RecordView, WEIGHT_SHIFT } from '../../translator/abi/record.ts';
import { hasNext, isRelative } from '../../translator/region/flow.ts';

/** Words of a record by the names of their views. */
type Words = Partial<Record<RecordView, number>>;

/** Where the records of what is decoded differ from their places and nodes; empty if all is right. */
export function wrongRecords({ graph, handlers }: Pick<Engine, 'graph' | 'handlers'>, mapped: Int32Array): string[] {
  const { records, cache } = graph;
  const errors: string[] = [];
  const compare = (page: CodePage, record: number, expected: Words) => {
    const at = `${(records.eipOf(record) >>> 0).toString(16)} in page ${page.id}`;
    if (records.stock.pageOf(record) !== page) errors.push(`${at}: its record is another page's`);
    if ((records.nodeOf(record)?.record ?? record) !== record) errors.push(`${at}: its node is another one's`);
    for (const [name, value] of Object.entries(expected)) {
      const word = records.views[name as keyof Words][record];
      if (word !== value) errors.push(`${at}: ${name} is ${word}, not ${value}`);
    }
  };
  for (const page of cache.allPages()) {
    for (const record of page.instructions()) {
      if (page.at(records.offsetOf(record)) !== record) errors.push(`record ${record} is not at its offset`);
      if (!isFollowed(graph, handlers, page, record))
        errors.push(`record ${record} is not followed by what comes next`);
      compare(page, record, { ...operationOf(graph, handlers, record), ...wordsOf(graph, handlers, page, record) });
    }
    for (const [distance, gate] of page.gates)
      compare(page, gate, wordsOfGate(mapped, graph, page, page.eip + distance, gate));
  }
  return [...errors, ...wrongTargets(mapped, graph)];
}

/** Whether the record after one is of the instruction that comes next in sequence, or leads there. */
function isFollowed({ records }: Graph, handlers: Handlers, page: CodePage, record: number): boolean {
  if (!records.isDecoded(record) || !hasNext(handlers.all[records.handlerOf(record)])) return true;
  const distance = records.offsetOf(record) + records.lengthOf(record);
  const next = distance < PAGE_BYTES ? page.at(distance) : page.gates.get(distance)!;
  const { OPERATION, TAKEN } = records.views;
  let after = record + RECORD_WORDS;
  while (after !== next && OPERATION[after] === Operation.redirect) after = TAKEN[after];
  return after === next;
}

function operationOf(graph: Graph, handlers: Handlers, record: number): Words {
  const { records } = graph;
  if (!records.isDecoded(record)) return { OPERATION: Operation.undecoded };
  // One that has come to its heat and did not run since: the loop left in front of it.
  const isDue = records.views.HEAT[record] >= 0 && operationAt(graph, record) === Operation.due;
  if (isDue) return { OPERATION: Operation.due };
  if (records.nodeOf(record)?.isTranslated) return { OPERATION: Operation.translated };
  const operation = ownOperation(graph, handlers, record);
  const heats = operation >= Operation.first && records.views.OPERATION[record] > OPERATION_MASK;
  return { OPERATION: heats ? operation | (records.weightOf(record) << WEIGHT_SHIFT) : operation };
}

/** The operation of an instruction where no translation begins. An inspector's counters are known to it alone. */
function ownOperation(graph: Graph, handlers: Handlers, record: number): number {
  const { records } = graph;
  if (graph.stopsAt(records.stock.pageOf(record)!, records.eipOf(record))) return Operation.breakpoint;
  if (records.offsetOf(record) + records.lengthOf(record) > PAGE_BYTES) return Operation.crossing;
  const isCounted = records.ownOperationOf(record) === Operation.counted;
  return isCounted ? Operation.counted : handlers.all[records.handlerOf(record)].operation;
}

function wordsOf({ records }: Graph, handlers: Handlers, page: CodePage, record: number): Words {
  if (!records.isDecoded(record)) return {};
  const isJump = isRelative(handlers.all[records.handlerOf(record)]);
  const linkTo = (eip: number) => {
    const distance = page.distanceTo(eip);
    return distance >>> 0 < PAGE_BYTES ? page.at(distance) : page.gates.get(distance);
  };
  const node = records.nodeOf(record);
  if (node === null || node.length === 0) return {};
  return {
    // A relative jump has none: the word is a list's (Records.lead).
    ...(isJump ? { TAKEN: linkTo(node.target)! } : { OPERANDS: node.operands, IMMEDIATE: node.immediate }),
    DISPLACEMENT: node.displacement | node.immediate2,
    NEXT_EIP: node.nextEip,
  };
}

function wordsOfGate(mapped: Int32Array, { records }: Graph, page: CodePage, to: number, gate: number): Words {
  const eip = to | 0;
  const words = { OPERATION: Operation.gate, LINEAR_PAGE: (eip + page.context.base) >>> 12, NEXT_EIP: eip };
  const target = records.views.TAKEN[gate];
  if (target === 0) return { ...words, PAGE_ID: NO_PAGE };
  const there = records.stock.pageOf(target);
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
    const page = records.stock.pageOf(TARGET_RECORD[n]);
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
  return graph.decodedNodeOf(graph.cache.entryAt(eip));
}

/** Nodes that there are. */
export function nodesOf({ cache, records }: Graph): Node[] {
  return cache.allPages().flatMap((page) => [...records.nodesOf(page)]);
}

/** Records of decoded instructions. */
export function decodedIn({ cache, records }: Graph): number[] {
  return cache.allPages().flatMap((page) => [...records.decodedIn(page)]);
}

/** The operation that a record has, without its weight. */
export function operationAt({ records }: Graph, record: number): number {
  return records.views.OPERATION[record] & OPERATION_MASK;
}
