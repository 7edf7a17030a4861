import { expect, test } from 'vitest';
import { tieringAt } from '../../../runtime/exec/tiering.ts';
import { FpuPrecision } from '../../../translator/abi/state.ts';
import { endValue, Guest, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';
import { nodeAt } from '../../support/records.ts';

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
  const tiering = { threshold: 100, share: 0, blocks: 2, instructions: 8 };
  const translator = variants.find(({ name }) => name === 'translator at once, counting')!;
  const guest = new Guest(program, { ...translator, config: { ...translator.config, engineOptions: { tiering } } });
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
  const tiering = tieringAt(100);
  const translator = variants.find(({ name }) => name === 'translator at once, counting')!;
  const guest = new Guest(frames, { ...translator, config: { ...translator.config, engineOptions: { tiering } } });
  expect(endValue(guest)).toBe(6000);
  const pages = guest.core.engine.graph.cache.allPages();
  const records = pages.flatMap((page) => [...page.translations]);
  const record = records.find(({ head }) => head.eip === guest.address('function'))!;
  expect(record.checks).toBe('single');
  expect(record.text.match(/WS\[/g)).toHaveLength(3);
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
  const tiering = tieringAt(100);
  const translator = variants.find(({ name }) => name === 'translator at once, counting')!;
  const guest = new Guest(precisions, { ...translator, config: { ...translator.config, engineOptions: { tiering } } });
  // The last 11 of 64 bits of 2000.0...: what is rounded to 53 bits has none there.
  expect(endValue(guest) & 0x7ff).toBe(0);
  const pages = guest.core.engine.graph.cache.allPages();
  const made = pages.flatMap((page) => [...page.translations]);
  const { text } = made.find(({ head }) => head.eip === guest.address('function'))!;
  expect(text).toContain(`^${FpuPrecision.double})`);
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

function guestOfTwoEntries(after: string): Guest {
  const tiering = tieringAt(100);
  const translator = variants.find(({ name }) => name === 'translator at once, counting')!;
  return new Guest(twoEntries(after), { ...translator, config: { ...translator.config, engineOptions: { tiering } } });
}

test('an entry in the middle of a translation becomes one of its own: nothing is translated twice', async () => {
  const guest = guestOfTwoEntries('');
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
  const guest = guestOfTwoEntries('mov byte [function.middle + 2], 5\ncall function\ncall function.middle');
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
  const translator = variants.find(({ name }) => name === 'translator at once, counting')!;
  const config = {
    ...translator.config,
    engineOptions: { tiering: { threshold: 100, share: 0, blocks: 20, instructions: 500 } },
  };
  const guest = new Guest(nested, { ...translator, config });
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
    if (node(label).length === 0) graph.decode(node(label));
    graph.records.setWeight(node(label).record, 4);
    graph.records.setHeat(node(label).record, 1 << 20);
  };
  for (const label of ['function.inner', 'function.after', 'function.late']) warm(label);
  const outer = heat('function', 0);
  const inner = heat('function.inner', 4);
  expect(inner).not.toBe(outer);
  const grown = heat('function.late', 0);
  expect([node('function').run === grown, node('function.inner').run === inner]).toEqual([true, true]);
  await guest.dispose();
});
