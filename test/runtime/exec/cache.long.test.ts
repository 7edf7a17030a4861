import { describe, expect, test } from 'vitest';
import type { CodePage } from '../../../runtime/exec/code-page.ts';
import type { Graph } from '../../../runtime/exec/graph.ts';
import type { Node } from '../../../runtime/exec/node.ts';
import { Cost } from '../../../runtime/exec/residence.ts';
import { endValue, Guest, type GuestProgram, variants } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';
import { realMode } from '../../support/guest-real-mode.ts';

/** A cache much smaller than the guests' code, in bytes of the host's memory. */
const CACHE_BYTES = 400_000;
/** Amount that may be decoded before the dispatcher looks at the bound again. */
const SLACK = 100_000;

/** Runs a guest that has more code than is kept, and expects that it was evicted piece by piece on the way. */
function expectEvicted(name: string, program: GuestProgram, expected: number): void {
  test.each(variants)(`${name}: $name`, async ({ config, ...variant }) => {
    const engineOptions = { ...config.engineOptions, cacheBytes: CACHE_BYTES };
    const guest = new Guest(program, { ...variant, config: { ...config, engineOptions } }, { memoryBytes: 32 << 20 });
    const { cache } = guest.core.engine.graph;
    const nodes = nodesOf(guest);
    const pages = new Set<CodePage>();
    let most = 0;
    let fewest = Infinity;
    const evict = () => {
      for (const page of cache.allPages()) pages.add(page);
      most = Math.max(most, cache.size.bytes);
      fewest = Math.min(fewest, cache.size.pages);
    };
    cache.observer = { translate: () => {}, invalidate: () => {}, evict };
    expect(endValue(guest)).toBe(expected);
    expect(cache.metrics.evicted).toBeGreaterThan(0);
    expect(most).toBeLessThan(CACHE_BYTES + SLACK);
    expect(fewest).toBeGreaterThan(50);
    expect(deadGates(guest.core.engine.graph)).toEqual([]);
    expect(nodes.size * Cost.node).toBeLessThan(CACHE_BYTES + SLACK);
    expect(pages.size * Cost.page).toBeLessThan(CACHE_BYTES + SLACK);
    await guest.dispose();
  });
}

/** The nodes that the graph uses: V8 collects what is old so seldom that a guest must not cost ever new ones. */
function nodesOf({ core }: Guest): Set<Node> {
  const { cache } = core.engine.graph;
  const { attach } = cache;
  const nodes = new Set<Node>();
  cache.attach = (record, node) => {
    attach.call(cache, record, node);
    nodes.add(node);
  };
  return nodes;
}

/** EIPs of gates from pages that are kept to pages that are not: these would stay in memory. */
function deadGates({ cache, records }: Graph): number[] {
  const kept = new Set(cache.allPages());
  const gates = [...kept].flatMap((page) => [...page.gates]);
  const isDead = (gate: number) => {
    const target = records.views.TAKEN[gate];
    const taken = records.nodeOf(gate)?.taken ?? null;
    return (target !== 0 && !kept.has(records.stock.pageOf(target)!)) || (taken !== null && !kept.has(taken.page));
  };
  return gates.filter(([, gate]) => isDead(gate)).map(([eip]) => eip);
}

describe('code beyond what the cache keeps is evicted and decoded anew', () => {
  expectEvicted(
    'in many pages',
    kernel(`
; A function in each of 5000 pages adds the page's number; each calls the next one's, in stretches of 50.
PAGES equ 5000
CODE_PAGES equ 0x200000
main:   xor     ecx, ecx
        mov     edi, CODE_PAGES
.make:  mov     byte [edi], 0x05                ; ADD EAX, number
        mov     [edi + 1], ecx
        mov     byte [edi + 5], 0xE9            ; JMP to the next page, or RET
        mov     dword [edi + 6], 0x1000 - 10
        inc     ecx
        mov     eax, ecx
        xor     edx, edx
        mov     ebx, 50
        div     ebx
        test    edx, edx
        jnz     .jump
        mov     byte [edi + 5], 0xC3
.jump:  add     edi, 0x1000
        cmp     ecx, PAGES
        jb      .make
        mov     ebp, 3
        xor     eax, eax
.round: mov     ebx, CODE_PAGES
        mov     ecx, PAGES / 50
.next:  call    ebx
        add     ebx, 50 * 0x1000
        loop    .next
        dec     ebp
        jnz     .round
        jmp     exit
`),
    (3 * (5000 * 4999)) / 2,
  );

  expectEvicted(
    'in many segments',
    realMode(`
; The same function by 600 segments, three times.
main:   mov     bp, 3
        xor     ebx, ebx
.round: mov     cx, 600
        mov     si, 0x700
        mov     di, function - 0x7000
.next:  mov     [.pointer], di
        mov     [.pointer + 2], si
        call    far [.pointer]
        dec     si
        add     di, 16
        loop    .next
        dec     bp
        jnz     .round
        mov     eax, ebx
        jmp     exit
.pointer:
        dd      0
function:
        inc     ebx
        retf
`),
    1800,
  );
});
