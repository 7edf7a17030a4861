import { expect, test } from 'vitest';
import type { CachedTranslation } from '../../../runtime/exec/cached-translation.ts';
import { type TieringOptions, tieringAt } from '../../../runtime/exec/tiering.ts';
import { FpuPrecision } from '../../../translator/abi/state.ts';
import { endValue, Guest, type GuestProgram, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';
import { nodeAt } from '../../support/records.ts';

/** A guest of the translator that counts instructions. */
function translated(source: GuestProgram, tiering: TieringOptions = tieringAt(100)): Guest {
  const translator = variants.find(({ name }) => name === 'translator at once, counting')!;
  return new Guest(source, { ...translator, config: { ...translator.config, engineOptions: { tiering } } });
}

/** The translation of what is called `function`. */
function functionOf(guest: Guest): CachedTranslation {
  const pages = guest.core.engine.graph.cache.allPages();
  const made = pages.flatMap((page) => [...page.translations]);
  return made.find(({ head }) => head.eip === guest.address('function'))!;
}

/** A function of several blocks, more than a translation takes in. */
const program = kernel(`
main:   mov     ecx, 3000
        xor     eax, eax
.again: call    function
        loop    .again
        jmp     exit
        align   4096
function:
        cmp     ecx, 1500
        jb      .second
.first: inc     eax
        test    ecx, 1
        jz      .done
        inc     eax
        jmp     .done
.second: add    eax, 3
        test    ecx, 1
        jz      .done
        add     eax, 2
.done:  ret
`);

test('where a translation stops and control goes often, another one begins, without what is translated', async () => {
  const guest = translated(program, { ...tieringAt(100), blocks: 2, instructions: 8 });
  expect(endValue(guest)).toBe(1501 + 750 + 1499 * 3 + 750 * 2);
  const records = [...guest.core.engine.graph.cache.allPages()].flatMap((page) => [...page.translations]);
  const { page } = nodeAt(guest.core.engine.graph, guest.address('function'));
  for (const label of ['function', 'function.second', 'function.done']) {
    const offset = page.distanceTo(guest.address(label));
    expect(records.filter((one) => one.page === page && one.overlaps(offset, offset + 1))).toHaveLength(1);
  }
  await guest.dispose();
});

/** A function that is called with its stack frame in one page at first, then in two. */
const frames = kernel(`
main:   mov     ecx, 3000
        xor     eax, eax
        mov     ebp, esp
.one:   call    function
        dec     ecx
        jnz     .one
        mov     ecx, 3000
        mov     esp, FREE + 0x1008
.two:   call    function
        dec     ecx
        jnz     .two
        mov     esp, ebp
        jmp     exit
        align   4096
function:
        push    ebp
        push    esi
        push    edi
        inc     eax
        pop     edi
        pop     esi
        pop     ebp
        ret
`);

test('a translation is made with a check for each access where runs of accesses often are in two pages', async () => {
  const guest = translated(frames);
  expect(endValue(guest)).toBe(6000);
  const { assumptions, text } = functionOf(guest);
  expect(assumptions.checks).toBe('single');
  expect(text.match(/WS\[/g)).toHaveLength(3);
  await guest.dispose();
});

/** A function that adds 1/3 to ST(0), called with precision control at 64 bits, then at 53, and an integer of ST(0)'s last bits. */
const precisions = kernel(`
main:   fninit
        fldz
        mov     word [FREE + 8], 3
        mov     ecx, 3000
.long:  call    function
        dec     ecx
        jnz     .long
        mov     word [FREE], 0x27f
        fldcw   word [FREE]
        mov     ecx, 3000
.short: call    function
        dec     ecx
        jnz     .short
        fstp    tword [FREE]
        mov     eax, [FREE]
        jmp     exit
        align   4096
function:
        fld1
        fidiv   word [FREE + 8]
        faddp   st1, st0
        ret
`);

test('a translation is made for the precision of the x87, and anew where that is often another one', async () => {
  const guest = translated(precisions);
  // The last 11 of 64 bits of 2000.0...: what is rounded to 53 bits has none there.
  expect(endValue(guest) & 0x7ff).toBe(0);
  expect(functionOf(guest).assumptions.precision).toBe(FpuPrecision.double);
  await guest.dispose();
});

/** A function that adds up what is around an address; it is called with one that is aligned, then with one that is not. */
const addresses = kernel(`
main:   fninit
        xor     eax, eax
        mov     dword [FREE], 1
        mov     dword [FREE + 8], 2
        mov     word [FREE + 16], 3
        mov     ebx, FREE
        mov     ecx, 3000
.first: call    function
        dec     ecx
        jnz     .first
        mov     dword [FREE + 1], 1
        mov     dword [FREE + 9], 2
        mov     word [FREE + 17], 3
        mov     dword [FREE + 21], 0
        inc     ebx
        mov     ecx, 3000
.second: call   function
        dec     ecx
        jnz     .second
        add     eax, [FREE + 21]
        jmp     exit
        align   4096
function:
        add     eax, [ebx]
        add     eax, [ebx + 8]
        movzx   edx, word [ebx + 16]
        add     eax, edx
        add     dword [ebx + 20], 1
        fld     qword [ebx + 32]
        fstp    qword [ebx + 40]
        ret
`);

test('what is often not aligned is accessed in place all the same', async () => {
  const guest = translated(addresses);
  expect(endValue(guest)).toBe(6000 * 6 + 3000);
  const { mmu } = guest.core;
  const { text, assumptions } = functionOf(guest);
  expect(assumptions.misaligned.size).toBeGreaterThan(0);
  expect(text.match(/MV\w*\.[gs]et\w+/g)).toHaveLength(7);
  // Each of the six runs 3,000 times, and after some hundred the translation is made anew.
  expect(mmu.misaligned).toBeLessThan(2000);
  await guest.dispose();
});

/** A function that is called at its start, and in its middle; and what is done after that. */
const twoEntries = (after: string) =>
  kernel(`
main:   mov     ecx, 3000
        xor     eax, eax
.again: call    function
        call    function.middle
        dec     ecx
        jnz     .again
        ${after}
        jmp     exit
        align   4096
function:
        inc     eax
        test    ecx, 1
        jz      .middle
        add     eax, 2
.middle: add    eax, 3
        test    ecx, 2
        jz      .end
        dec     eax
.end:   ret
`);

const resultOfTwoEntries = 3000 + 1500 * 2 + 6000 * 3 - 3000;

test('an entry in the middle of a translation becomes one of its own: nothing is translated twice', async () => {
  const guest = translated(twoEntries(''));
  expect(endValue(guest)).toBe(resultOfTwoEntries);
  const { page } = nodeAt(guest.core.engine.graph, guest.address('function'));
  const [only, ...others] = page.translations;
  expect(others).toEqual([]);
  const entries = only.entries.map(({ eip }) => eip).sort((a, b) => a - b);
  expect(entries).toEqual([guest.address('function'), guest.address('function.middle')]);
  const { instructions, differentInstructions } = guest.core.inspection.stats();
  expect(instructions).toBe(differentInstructions);
  await guest.dispose();
});

test('what is written into a translation changes what all its entries do', async () => {
  // The immediate of ADD EAX,3.
  const guest = translated(twoEntries('mov byte [function.middle + 2], 5\ncall function\ncall function.middle'));
  expect(endValue(guest)).toBe(resultOfTwoEntries + 1 + 5 + 5);
  await guest.dispose();
});

/** The inner loop runs often, what is around it once. */
const NESTED = 4000;
const nested = kernel(`
main:   call    function
        mov     eax, ebx
        jmp     exit
function:
        xor     ebx, ebx
        mov     ecx, 4000
.inner: inc     ebx
        dec     ecx
        jnz     .inner
.after: nop
        jmp     .late
.late:  nop
        ret
`);

test('a translation that grows takes no entry from another one that has the same code', async () => {
  const guest = translated(nested, { ...tieringAt(100), blocks: 20, instructions: 500 });
  expect(endValue(guest)).toBe(NESTED);
  const { graph, tiering } = guest.core.engine;
  const node = (label: string) => nodeAt(graph, guest.address(label));
  const { page } = node('function');
  for (const one of page.translations) graph.cache.replaceTranslation(one);
  /** Makes what is at a label hot; what there is already is of the size that is said. */
  const heat = (label: string, growth: number) => {
    for (const one of page.translations) Object.assign(one, { growth: one.head === node('function') ? growth : 4 });
    warm(label);
    tiering!.onDue(node(label));
    return node(label).run;
  };
  const warm = (label: string) => {
    if (node(label).length === 0) graph.decode(node(label).record);
    graph.records.setWeight(node(label).record, 4);
    graph.settle(node(label).record);
    graph.records.heat.set(node(label).record, 1 << 20);
  };
  for (const label of ['function.inner', 'function.after', 'function.late']) warm(label);
  const outer = heat('function', 0);
  const inner = heat('function.inner', 4);
  expect(inner).not.toBe(outer);
  const grown = heat('function.late', 0);
  expect([node('function').run === grown, node('function.inner').run === inner]).toEqual([true, true]);
  await guest.dispose();
});

test('how often assumptions failed is forgotten with the code: its node may be of other code then', async () => {
  const guest = translated(
    kernel(`
main:   call    function
        jmp     main
function:
        inc     eax
        test    eax, 1
        jz      .done
        inc     edx
.done:  ret
`),
  );
  const { core } = guest;
  const { cache } = core.engine.graph;
  /** Runs until there is a translation, and has the same assumption fail a hundred times; whether another one took its place. */
  const isRemade = () => {
    const before = functionOf(guest);
    const link = before.head.links!.find(({ isLink }) => isLink)!;
    for (let n = 0; n < 100; n++) core.engine.tiering!.failed(link, 'narrow');
    return functionOf(guest) !== before;
  };
  let instructions = 0;
  const runOn = () => {
    instructions += 3000;
    core.stopAt(instructions);
    core.run(Infinity);
  };
  runOn();
  const { head } = functionOf(guest);
  expect(Array.from({ length: 5 }, isRemade)).toEqual([true, true, false, true, false]);
  // Nodes of code that was forgotten are used again, in any order.
  do {
    cache.dropAll();
    runOn();
  } while (functionOf(guest).head !== head && instructions < 1_000_000);
  expect(functionOf(guest).head).toBe(head);
  expect(isRemade()).toBe(true);
  await guest.dispose();
});

test('of a translation that was dropped nothing is left when its frames are gone', async () => {
  const guest = translated(
    kernel(`
main:   mov     ecx, 3000
.again: call    function
        loop    .again
        mov     byte [function], 0x90
        mov     ecx, 3000
        loop    $
        jmp     exit
        align   4096
function:
        inc     eax
        test    eax, [counter]
        jz      .done
        inc     edx
.done:  ret
        align   4096
counter:
        dd      1
`),
  );
  endValue(guest);
  const { graph } = guest.core.engine;
  const { cache, records } = graph;
  expect(cache.metrics.droppedTranslations).toBeGreaterThan(0);
  // As the dispatcher does before it enters code.
  graph.unwound();
  const nodes = cache.allPages().flatMap((page) => [...records.nodesOf(page)]);
  const linked = nodes.filter(({ links }) => links !== null);
  expect(linked.length).toBeGreaterThan(0);
  expect(linked.every(({ isTranslated }) => isTranslated)).toBe(true);
  await guest.dispose();
});
