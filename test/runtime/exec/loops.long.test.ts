import { expect, test } from 'vitest';
import { defaultLoops } from '../../../runtime/exec/loops.ts';
import { tieringAt } from '../../../runtime/exec/tiering.ts';
import { Slot } from '../../../translator/abi/record.ts';
import { earlyLoops } from '../../support/engine.ts';
import { endValue, Guest, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';
import { decodedIn, nodesOf, slotAt } from '../../support/records.ts';

/** Calls in a loop that gets hot, and code that is written. */
const program = kernel(`
main:   mov     ecx, 400
        xor     eax, eax
.again: call    function
        test    ecx, 63
        jnz     .next
        xor     byte [function + 1], 1          ; adds 1, then 0, then 1 …
.next:  dec     ecx
        jnz     .again
        and     eax, 0x7f
        jmp     exit
        align   64
function:
        add     al, 1
        push    ebx
        lea     ebx, [eax + 4]
        mov     [FREE], ebx
        cmp     ebx, [FREE]
        pop     ebx
        setne   dl
        ret
`);

const polling = variants.filter(({ name }) => name.endsWith('polling'));

test.each(polling)('a slot is always that of what the node runs: $name', async (variant) => {
  const tiering = variant.config.engineOptions?.tiering ?? tieringAt(30);
  const config = { ...variant.config, engineOptions: { ...variant.config.engineOptions, tiering, loops: earlyLoops } };
  const guest = new Guest(program, { ...variant, config });
  expect(endValue(guest)).toBeLessThan(128);
  const { graph, handlers } = guest.core.engine;
  const nodes = nodesOf(graph).filter(({ length }) => length > 0);
  for (const node of nodes) expect(slotAt(graph, node.record)).toBe(handlers.of(node.run)?.slot ?? Slot.none);
  // What ran only from its bytes has no slot.
  if (variant.config.engine === 'interpreter' && variant.config.engineOptions?.coldRuns === undefined)
    expect(decodedIn(graph).filter((record) => slotAt(graph, record) !== Slot.none).length).toBeGreaterThan(15);
  await guest.dispose();
});

test('fast paths give the same as handlers, with code that changes', async () => {
  const values = await Promise.all(
    variants.map(async (variant) => {
      const guest = new Guest(program, variant);
      const value = endValue(guest);
      await guest.dispose();
      return value;
    }),
  );
  expect(new Set(values).size).toBe(1);
});

test('a loop of fast paths is left when attention is asked for', async () => {
  const variant = variants.find(({ name }) => name === 'interpreter, polling')!;
  const endless = kernel(`
main:   mov     ecx, 1
.loop:  test    ecx, ecx
        jnz     .loop
        jmp     exit
`);
  const guest = new Guest(endless, variant);
  const { graph } = guest.core.engine;
  const slot = () => slotAt(graph, graph.cache.entryAt(guest.address('main.loop')));
  // The first time the loop begins without fast paths. On a busy host a slice may be over before anything has run.
  for (let n = 0; n < 100 && slot() === Slot.none; n++) expect(guest.run(20).reason).toBe('slice');
  expect(slot()).not.toBe(Slot.none);
  expect(guest.run(100).reason).toBe('slice');
  await guest.dispose();
});

/** The second loop, which runs later, has a form that the first has not; the third one that has no fast path. */
const few = kernel(`
main:   mov     ecx, 100000
.one:   add     eax, ecx
        dec     ecx
        jnz     .one
.begin: mov     ecx, 1000
.two:   rol     eax, 3
        dec     ecx
        jnz     .two
.three: rdtsc
        jmp     .begin
`);

/** So that a guest of few instructions has what a large one has: its loop was made by what is decoded, more than once. */
const wide = { after: 1, growth: 10 };

test.each([
  ['of few instructions', {}],
  ['that is wide', wide],
])('code %s gets fast paths by what runs, and what runs often later gets one as well', async (_which, counts) => {
  const variant = variants.find(({ name }) => name === 'interpreter, polling')!;
  const loops = { ...defaultLoops, steps: 5_000, stepsForPath: 100, ...counts };
  const config = { ...variant.config, engineOptions: { ...variant.config.engineOptions, loops } };
  const guest = new Guest(few, { ...variant, config });
  const { graph } = guest.core.engine;
  const slot = (label: string) => slotAt(graph, graph.cache.entryAt(guest.address(label)));
  // Loops are made only between two slices, in which a busy host may run nothing.
  for (let n = 0; n < 200 && slot('main.two') === Slot.none; n++) expect(guest.run(20).reason).toBe('slice');
  expect(slot('main.one')).not.toBe(Slot.none);
  expect(slot('main.two')).not.toBe(Slot.none);
  expect(slot('main.three')).toBe(Slot.none);
  await guest.dispose();
});
