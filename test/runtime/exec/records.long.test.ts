import { expect, test } from 'vitest';
import { CodeContext } from '../../../runtime/exec/code-contexts.ts';
import { CodePage } from '../../../runtime/exec/code-page.ts';
import { Node } from '../../../runtime/exec/node.ts';
import { capacityFor, RECORD_CHUNK, RECORD_RESERVE } from '../../../runtime/exec/record-stock.ts';
import { Records } from '../../../runtime/exec/records.ts';
import { Tables } from '../../../runtime/memory/tables.ts';
import { RECORD_WORDS } from '../../../translator/abi/record.ts';
import { endValue, Guest, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';
import { nodeAt, wrongRecords } from '../../support/records.ts';

const context = new CodeContext(0, 0, 0);
const makePage = () => new CodePage(1, context, 1, 1);

function add(records: Records, page: CodePage, count: number): number[] {
  return Array.from({ length: count }, (_, n) => records.add(page, n));
}

function attach(records: Records, page: CodePage, record: number): Node {
  const node = new Node(page, 0, () => null);
  records.attach(record, node);
  return node;
}

test('each instruction gets a record of its own, and a page gives all of its records back', () => {
  const records = new Records(new Tables(capacityFor(10 * RECORD_CHUNK)));
  const pages = [makePage(), makePage()];
  const added = pages.map((page) => add(records, page, RECORD_CHUNK + 1));
  expect(new Set(added.flat()).size).toBe(2 * (RECORD_CHUNK + 1));
  for (const [n, page] of pages.entries()) {
    expect(
      added[n]!.every((one, offset) => records.stock.pageOf(one) === page && records.offsetOf(one) === offset),
    ).toBe(true);
  }
  const node = attach(records, pages[0]!, added[0]![3]!);
  expect(records.nodeOf(added[0]![3]!)).toBe(node);
  records.release(pages[0]!);
  expect([node.record, ...added[0]!.map((one) => records.stock.pageOf(one))]).toEqual([
    0,
    ...added[0]!.map(() => null),
  ]);
  expect(added[1]!.every((one) => records.stock.pageOf(one) === pages[1])).toBe(true);
  const again = add(records, makePage(), 2 * RECORD_CHUNK);
  expect(again).toEqual(expect.arrayContaining(added[0]!));
  expect(records.nodeOf(added[0]![3]!)).toBeNull();
});

test('what comes in sequence where IP wraps, in a segment that is not at a page, is an offset and nothing else', () => {
  const records = new Records(new Tables(capacityFor(RECORD_CHUNK)));
  const page = makePage();
  const record = records.append(page, 0xfff);
  const offset = -0xf123;
  const next = records.follow(page, offset);
  expect(next).toBe(record + RECORD_WORDS);
  expect([records.lengthOf(next), records.weightOf(next), records.offsetOf(next)]).toEqual([0, 0, offset & 0xfff]);
  expect(records.isFollowed(record, offset)).toBe(true);
  expect(records.isFollowed(record, offset + 1)).toBe(false);
});

test('records are short before all are taken', () => {
  const records = new Records(new Tables(capacityFor(RECORD_RESERVE + RECORD_CHUNK)));
  const page = makePage();
  expect(records.stock.isShort).toBe(false);
  add(records, page, 1);
  expect(records.stock.isShort).toBe(false);
  add(records, page, RECORD_CHUNK);
  expect(records.stock.isShort).toBe(true);
  add(records, page, RECORD_RESERVE - 1);
  expect(() => add(records, page, RECORD_CHUNK)).toThrow('all records are taken');
  records.release(page);
  expect(records.stock.isShort).toBe(false);
});

test('heat stays within its word, and is kept where what it waits for changes', () => {
  const records = new Records(new Tables(capacityFor(RECORD_CHUNK)));
  const page = makePage();
  const node = attach(records, page, add(records, page, 1)[0]!);
  records.heat.set(node.record, 70);
  records.heat.setDue(node, 2 ** 31 - 1);
  expect(records.heat.of(node.record)).toBe(70);
  records.heat.set(node.record, -(2 ** 31));
  expect(records.heat.of(node.record)).toBeLessThan(0);
});

const program = kernel(`
main:   mov     ecx, 500
        xor     eax, eax
.again: call    function
        dec     ecx
        jnz     .again
        and     eax, 0x7f
        jmp     exit
        align   4096
function:
        push    ebx
        lea     ebx, [eax + 3]
        mov     [FREE], ebx
        add     eax, [FREE]
        pop     ebx
        ret
`);

test.each(variants)('when records are short code is evicted: $name', async ({ config, ...variant }) => {
  const values = [Infinity, 4, 5].map((chunks) => {
    const guest = new Guest(program, { config, ...variant });
    const { records, cache } = guest.core.engine.graph;
    if (chunks < Infinity) Object.assign(records.stock, { capacity: RECORD_RESERVE + chunks * RECORD_CHUNK });
    const value = endValue(guest);
    expect(cache.metrics.evicted > 0).toBe(chunks < Infinity);
    guest.dispose();
    return value;
  });
  expect(new Set(values).size).toBe(1);
});

test('an inspector that leaves does nothing to the records of code that has come in the place of what it watched', async () => {
  const variant = variants.find(({ name }) => name === 'translator, polling')!;
  const guest = new Guest(
    kernel(`
main:   mov     ecx, 1000
.again: in      al, 0x21
        in      al, 0x61
        loop    .again
        hlt
        jmp     main
`),
    variant,
  );
  const { inspection, engine, mmu } = guest.core;
  inspection.watch(true);
  guest.run(20);
  inspection.traps();
  guest.core.reset();
  guest.run(20);
  expect(wrongRecords(engine, mmu.tlb.code)).toEqual([]);
  inspection.watch(false);
  expect(wrongRecords(engine, mmu.tlb.code)).toEqual([]);
  await guest.dispose();
});

/** One of so many handlers of a threaded interpreter: it jumps to any of them, by a random number (Knuth, 3.3.4). */
function threaded(n: number, handlers: number): string {
  return `
h${n}:     dec     ecx
        jz      done
        imul    eax, eax, 1664525
        add     eax, 1013904223
        push    eax
        shr     eax, 16
        xor     edx, edx
        mov     ebx, ${handlers}
        div     ebx
        pop     eax
j${n}:     jmp     [table + edx * 4]`;
}

test('an indirect jump notes where it goes though others have gone there before', async () => {
  const variant = variants.find(({ name }) => name === 'interpreter, polling')!;
  const handlers = 6;
  const guest = new Guest(
    kernel(`
main:   mov     ecx, 40000
        xor     eax, eax
        jmp     [table]
${Array.from({ length: handlers }, (_, n) => threaded(n, handlers)).join('')}
done:   mov     eax, 1
        jmp     exit
        align   4
table:  dd      ${Array.from({ length: handlers }, (_, n) => `h${n}`).join(', ')}
`),
    variant,
  );
  endValue(guest);
  const noted = Array.from({ length: handlers }, (_, n) => {
    return nodeAt(guest.core.engine.graph, guest.address(`j${n}`)).targets?.length ?? 0;
  });
  expect(noted).toEqual(new Array(handlers).fill(handlers));
  await guest.dispose();
});
