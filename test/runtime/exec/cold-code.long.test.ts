import { describe, expect, test, vi } from 'vitest';
import type { EngineOptions } from '../../../runtime/exec/engine.ts';
import { Pace } from '../../../runtime/exec/pace.ts';
import { tieringAt } from '../../../runtime/exec/tiering.ts';
import { Word } from '../../../translator/abi/state.ts';
import { earlyCold } from '../../support/engine.ts';
import { endValue, Guest } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

/** A function of ten instructions in each of PAGES pages, in so many rounds; gives how many INCs ran. */
const wide = (pages: number, rounds: number) =>
  kernel(`
CODE_PAGES equ 0x200000
main:   mov     ebx, CODE_PAGES
        mov     ecx, ${pages}
.make:  mov     edi, ebx
        mov     edx, 9
.inc:   mov     byte [edi], 0x40                ; INC EAX
        inc     edi
        dec     edx
        jnz     .inc
        mov     byte [edi], 0xC3                ; RET
        add     ebx, 0x1000
        dec     ecx
        jnz     .make
        xor     eax, eax
        mov     ebp, ${rounds}
.round: mov     ebx, CODE_PAGES
        mov     ecx, ${pages}
.next:  call    ebx
        add     ebx, 0x1000
        dec     ecx
        jnz     .next
        dec     ebp
        jnz     .round
        jmp     exit
`);

/** Twice the sum of the numbers to 20, by a function that calls itself and by a LOOP. */
const sums = kernel(`
main:   xor     eax, eax
        mov     ecx, 20
        call    descend
        mov     ecx, 20
.next:  add     eax, ecx
        loop    .next
        jmp     exit
descend:
        add     eax, ecx
        dec     ecx
        jz      .end
        call    descend
.end:   ret
`);

function guestWith(program: ReturnType<typeof kernel>, engineOptions: Partial<EngineOptions>): Guest {
  const config = { engine: 'translator', engineOptions } as const;
  return new Guest(program, { name: 'translator', config }, { memoryBytes: 32 << 20 });
}

describe('code that was evicted', () => {
  const PAGES = 1000;
  const ROUNDS = 8;
  const cacheBytes = 800_000;

  async function decodedIn(options: Partial<EngineOptions>): Promise<number> {
    const guest = guestWith(wide(PAGES, ROUNDS), { ...options, cacheBytes });
    expect(endValue(guest)).toBe(PAGES * ROUNDS * 9);
    const { graph } = guest.core.engine;
    expect(graph.cache.metrics.evicted).toBeGreaterThan(PAGES / 2);
    await guest.dispose();
    return graph.decoded;
  }

  test('again and again is not decoded each time', async () => {
    const all = await decodedIn({ coldRuns: { first: 0, evicted: 0 } });
    expect(all).toBeGreaterThan(PAGES * ROUNDS * 8);
    expect(await decodedIn({})).toBeLessThan(all / 2);
  });
});

describe('what is known of evictions', () => {
  const cacheBytes = 800_000;

  test('is forgotten when the machine is reset', async () => {
    const guest = guestWith(wide(1000, 3), { cacheBytes });
    expect(endValue(guest)).toBe(3 * 1000 * 9);
    const { cache, cold } = guest.core.engine.graph;
    const { evictions } = cache;
    const page = cache.allPages().at(-1)!;
    evictions.note([page.frame]);
    evictions.note([page.frame]);
    expect(cold.has(page, page.eip)).toBe(true);
    cache.dropAll();
    expect(cold.has(page, page.eip)).toBe(false);
    evictions.note([page.frame]);
    expect(cold.has(page, page.eip)).toBe(false);
    await guest.dispose();
  });
});

describe('code that runs without nodes at first', () => {
  test('gets nodes, and is translated, when it runs more often', async () => {
    const tiering = tieringAt(30);
    const guest = guestWith(wide(3, 200), { tiering, coldRuns: earlyCold });
    expect(endValue(guest)).toBe(3 * 200 * 9);
    const { graph, tiering: made } = guest.core.engine;
    expect(graph.cold.runs).toBeGreaterThan(3 * 9);
    expect(made!.metrics.translations).toBeGreaterThan(0);
    await guest.dispose();
  });

  test('is left after a call or a jump, not in the midst of it, where attention is asked for', async () => {
    const guest = guestWith(sums, { coldRuns: { ...earlyCold, first: 255 } });
    const { take } = Pace.prototype;
    let asks = 0;
    vi.spyOn(Pace.prototype, 'take').mockImplementation(function (this: Pace) {
      if (++asks % 3 === 0) Atomics.store(guest.core.state, Word.attention, 1);
      return take.call(this);
    });
    try {
      expect(endValue(guest)).toBe(20 * 21);
      expect(guest.core.engine.graph.cold.runs).toBeGreaterThan(100);
    } finally {
      vi.restoreAllMocks();
      await guest.dispose();
    }
  });
});
