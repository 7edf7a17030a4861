import { expect, test } from 'vitest';
import { CodeContext } from '../../../runtime/exec/code-contexts.ts';
import { CodePage } from '../../../runtime/exec/code-page.ts';
import { Node } from '../../../runtime/exec/node.ts';
import { RECORD_CHUNK, Records } from '../../../runtime/exec/records.ts';
import { forms, INVALID_FORM } from '../../../translator/x86/table/index.ts';
import { endValue, Guest, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';
import { wrongRecords } from '../../support/records.ts';

const context = new CodeContext(0, 0, 0);
const makePage = () => new CodePage(1, context, 1, 1);

function add(records: Records, page: CodePage, count: number): Node[] {
  return Array.from({ length: count }, (_, n) => {
    const node = new Node(page, n, forms[INVALID_FORM], () => null);
    records.add(page, node);
    return node;
  });
}

test('each node gets a record of its own, and a page gives all of its records back', () => {
  const records = new Records(10 * RECORD_CHUNK);
  const pages = [makePage(), makePage()];
  const nodes = pages.flatMap((page) => add(records, page, RECORD_CHUNK + 1));
  expect(new Set(nodes.map(({ record }) => record)).size).toBe(nodes.length);
  expect(nodes.every((node) => node.record !== 0 && records.nodeOf(node.record) === node)).toBe(true);
  const freed = nodes.slice(0, RECORD_CHUNK + 1).map(({ record }) => record);
  records.release(pages[0]);
  expect(freed.map((record) => records.nodeOf(record))).toEqual(freed.map(() => null));
  expect(nodes.slice(0, RECORD_CHUNK + 1).every(({ record }) => record === 0)).toBe(true);
  expect(records.nodeOf(nodes.at(-1)!.record)).toBe(nodes.at(-1));
  const again = add(records, makePage(), 2 * RECORD_CHUNK);
  expect(again.map(({ record }) => record)).toEqual(expect.arrayContaining(freed));
});

test('when all records are taken nodes get none', () => {
  const records = new Records(RECORD_CHUNK);
  const page = makePage();
  expect(add(records, page, RECORD_CHUNK).every(({ record }) => record !== 0)).toBe(true);
  expect(add(records, page, 3).map(({ record }) => record)).toEqual([0, 0, 0]);
});

test('heat stays within its word, and is kept where what it waits for changes', () => {
  const records = new Records(RECORD_CHUNK);
  const [node] = add(records, makePage(), 1);
  records.heat(node, 70);
  records.expect(node, 2 ** 31 - 1);
  expect(records.heatOf(node)).toBe(70);
  records.heat(node, -(2 ** 31));
  expect(records.heatOf(node)).toBeLessThan(0);
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

test.each(variants)('code that gets no records runs all the same: $name', async ({ config, ...variant }) => {
  const values = [Infinity, RECORD_CHUNK, 2 * RECORD_CHUNK].map((most) => {
    const guest = new Guest(program, { config, ...variant });
    const { records } = guest.core.engine.graph;
    if (most < Infinity) Object.assign(records, { capacity: most });
    const value = endValue(guest);
    const nodes = guest.core.engine.graph.cache.allPages().flatMap((page) => [...page.nodes()]);
    expect(nodes.some(({ record }) => record === 0)).toBe(most < Infinity);
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
  const { cache } = guest.core.engine.graph;
  const nodes = cache.allPages().flatMap((page) => [...page.nodes()]);
  const noted = Array.from({ length: handlers }, (_, n) => {
    return nodes.find(({ eip, length }) => eip === guest.address(`j${n}`) && length > 0)?.targets?.length ?? 0;
  });
  expect(noted).toEqual(new Array(handlers).fill(handlers));
  await guest.dispose();
});
