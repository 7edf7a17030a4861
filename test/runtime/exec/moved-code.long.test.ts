import { describe, expect, test } from 'vitest';
import { Symbols } from '../../../runtime/debug/symbols.ts';
import { blockLines } from '../../../src/inspect/block-view.ts';
import { INSTRUCTION_COMMENT } from '../../../translator/emit/names.ts';
import { findPages } from '../../support/found-pages.ts';
import { endValue, Guest, onEveryEngine, variants } from '../../support/guest.ts';
import { kernel, pageEntry } from '../../support/guest-kernel.ts';

/** Calls of the module at each place. */
const CALLS = 60;

/**
 * A module of two pages that may be anywhere. ESI is where it is. All that tells where it runs is added to EAX as a distance
 * from there: a return address, that of a function which is called, the x87 unit's last instruction, an indirect jump's target,
 * a fault's EIP, a call's return address in the other page, and a constant in its code.
 */
const module = `
        align   4096
module:
.work:  xor     eax, eax
        mov     ecx, 3
.next:  call    .here
.here:  pop     edx
        sub     edx, esi
        add     eax, edx
        call    .callee
        fld1
        fstp    st0
        fnstenv [environment]
        mov     edx, [environment + 12]
        sub     edx, esi
        add     eax, edx
        lea     edx, [esi + .target - module]
        jmp     edx
        ud2
.target:
        call    far_page
        xor     edx, edx
        test    ecx, 1
        jz      .even
        push    ecx
        push    eax
        mov     ecx, edx
.fault: div     ecx
        pop     eax
        pop     ecx
.even:  add     eax, 1000
.constant:
        call    .second
        dec     ecx
        jnz     .next
        ret
.callee:
        mov     edx, [esp]
        sub     edx, esi
        add     eax, edx
.second:
        mov     edx, [environment]
        ret
        align   4096
far_page:
        mov     edx, [esp]
        sub     edx, esi
        add     eax, edx
        ret
        align   4096

environment:
        times   28 db 0
faulted:
        dd      0
; Rounds left.
left:   dd      0

; The hook of exceptions: goes on after the DIV.
divided:
        mov     edx, [ebp + 40]
        sub     edx, [ebp + 4]
        add     [faulted], edx
        add     dword [ebp + 40], 2
        mov     dword [log_end], LOG
        ret

; Maps the module at ESI, or nothing.
map_module:
        mov     eax, module + PAGE_RWU
        jmp     map
unmap_module:
        xor     eax, eax
map:    mov     edi, esi
        shr     edi, 10
        mov     [edi + PAGE_TABLE], eax
        test    eax, eax
        jz      .none
        add     eax, 0x1000
.none:  mov     [edi + PAGE_TABLE + 4], eax
        invlpg  [esi]
        invlpg  [esi + 0x1000]
        ret

; Calls the module at ESI often and adds what it gives to EBX.
call_module:
        mov     ebp, ${CALLS}
.again: call    esi
        add     ebx, eax
        dec     ebp
        jnz     .again
        ret
`;

function program(main: string) {
  expect(pageEntry(0x200000)).toContain('PAGE_TABLE');
  return kernel(`
main:   call    paging_start
        fninit
        mov     dword [hook], divided
        xor     ebx, ebx
${main}
        mov     eax, ebx
        add     eax, [faulted]
        jmp     exit
${findPages}
${module}`);
}

/** The sum over all calls at a place. */
function expected(guest: Guest, constant = 1000): number {
  const distance = (label: string) => guest.address(`module.${label}`) - guest.address('module');
  const fld1 = distance('here') + 10; // POP, SUB, ADD and CALL
  const fstp = fld1 + 2;
  // Calls give their return addresses, and FLD1 is after one.
  const behindCall = distance('target') + 5;
  const perRound = distance('here') + fld1 + fstp + behindCall + constant;
  return CALLS * (3 * perRound + 2 * distance('fault'));
}

function moves(guest: Guest): number {
  return guest.core.engine.graph.cache.size.moves;
}

const PLACES = 20;
const places = (prepare: string) =>
  program(`${prepare}
        mov     dword [left], ${PLACES}
        mov     esi, 0x200000
.place: call    map_module
        call    call_module
        call    unmap_module
        call    find_pages
        add     esi, 0x5000
        dec     dword [left]
        jnz     .place
`);
const oneAfterAnother = places('');
// Interrupts have translations left by nodes of their own.
const interrupted = places('mov ax, 40\n call timer_start\n sti');

describe('code that appears at one address after another', () => {
  onEveryEngine('means the same everywhere', oneAfterAnother, (guest, value) => {
    expect(value).toBe(PLACES * expected(guest));
  });

  onEveryEngine('and is interrupted there', interrupted, (guest, value) => {
    expect(value).toBe(PLACES * expected(guest));
    // Else the host's time decides how many come.
    if (guest.core.metrics().instructions > 0) expect(guest.word('ticks')).toBeGreaterThan(20);
  });

  test('is decoded and translated once', async () => {
    const guest = new Guest(oneAfterAnother, variants.find(({ name }) => name === 'translator, polling')!);
    try {
      expect(endValue(guest)).toBe(PLACES * expected(guest));
      const { graph } = guest.core.engine;
      expect(moves(guest)).toBe(2 * (PLACES - 1));
      expect(graph.cache.metrics.droppedNodes).toBe(0);
      // The kernel and the module; again in each place they would be more than a thousand.
      expect(graph.decoded).toBeLessThan(250);
      for (const record of translationsOf(guest)) {
        const least = Math.min(
          ...[...record.text.matchAll(INSTRUCTION_COMMENT)].map(([, eip]) => Number.parseInt(eip, 16)),
        );
        expect(record.page.distanceTo(least)).toBe(Math.min(...record.ranges.map(({ start }) => start)));
      }
      const module = 0x200000 + (PLACES - 1) * 0x5000;
      const inModule = translationsOf(guest).filter(({ head }) => head.eip >>> 12 === module >>> 12);
      expect(inModule.some(({ entries }) => entries.length > 1)).toBe(true);
      for (const { page, head } of inModule) {
        const outside = head.links!.filter(({ eip }) => page.distanceTo(eip) >>> 0 >= 4096);
        expect(outside.filter(({ eip }) => !page.gates.has(page.distanceTo(eip)))).toEqual([]);
      }
    } finally {
      await guest.dispose();
    }
  });
});

test('what an inspector has counted moves along', async () => {
  const guest = new Guest(places(''), variants.find(({ name }) => name === 'translator, polling')!);
  try {
    endValue(guest);
    const { inspection } = guest.core;
    inspection.watch(true);
    const { page, head } = translationsOf(guest).find(({ head }) => head.eip >>> 0 >= 0x200000)!;
    expect(inspection.countInstructions(head.eip)).toBe(true);
    const before = inspection.translation(head.eip)!;
    guest.core.engine.graph.cache.move(page, page.linearPage + 3);
    const { counts, text } = inspection.translation(head.eip)!;
    expect(counts!.length).toBeGreaterThan(1);
    expect(counts).toEqual(before.counts!.map(([eip, count]) => [eip + 0x3000, count]));
    expect(blockLines(inspection.translation(head.eip)!, new Symbols({ addresses: [], names: [] }))[1]!.address).toBe(
      counts![0]![0],
    );
    expect(text).not.toBe(before.text);
  } finally {
    await guest.dispose();
  }
});

test('gates of pages that move as far keep what they lead to', async () => {
  const guest = new Guest(places(''), variants.find(({ name }) => name === 'translator, polling')!);
  try {
    endValue(guest);
    const { cache, records } = guest.core.engine.graph;
    const { TAKEN, PAGE_ID, NEXT_EIP, LINEAR_PAGE } = records.views;
    const pages = cache.allPages().filter(({ linearPage }) => linearPage >= 0x200);
    const gates = pages.flatMap((page) => [...page.gates.values()]);
    const among = gates.filter((gate) => pages.some(({ id }) => id === PAGE_ID[gate]));
    expect(among.length).toBeGreaterThan(0);
    const targets = () => among.map((gate) => [TAKEN[gate], PAGE_ID[gate], records.nodeOf(gate)?.targetId]);
    const eips = () => among.map((gate) => [NEXT_EIP[gate], LINEAR_PAGE[gate], records.eipOf(TAKEN[gate]!)]);
    const [targetsBefore, eipsBefore] = [targets(), eips()];
    for (const page of pages) cache.move(page, page.linearPage + 7);
    expect(targets()).toEqual(targetsBefore);
    expect(eips()).toEqual(eipsBefore.map(([eip, page, at]) => [eip! + 0x7000, page! + 7, at! + 0x7000]));
  } finally {
    await guest.dispose();
  }
});

function translationsOf(guest: Guest) {
  return guest.core.engine.graph.cache.allPages().flatMap((page) => [...page.translations]);
}

describe('code that is mapped at two addresses', () => {
  const turns = 15;
  const both = program(`
        mov     esi, 0x200000
        call    map_module
        mov     esi, 0x300000
        call    map_module
        mov     edi, ${turns}
.turn:  mov     esi, 0x200000
        call    call_module
        mov     esi, 0x300000
        call    call_module
        dec     edi
        jnz     .turn
`);
  onEveryEngine('means the same at both', both, (guest, value) => {
    expect(value).toBe(2 * turns * expected(guest));
    expect(moves(guest)).toBe(0);
  });

  const toAndFro = program(`
        mov     dword [left], ${turns}
.turn:  mov     esi, 0x200000
        call    map_module
        call    call_module
        call    unmap_module
        mov     esi, 0x300000
        call    map_module
        call    call_module
        call    unmap_module
        dec     dword [left]
        jnz     .turn
`);
  onEveryEngine('by turns does not go to and fro all the time', toAndFro, (guest, value) => {
    expect(value).toBe(2 * turns * expected(guest));
    expect(moves(guest)).toBe(0);
  });

  const eight = program(`
        mov     dword [left], ${25 * turns}
        mov     esi, 0x200000
        call    map_module
        call    esi
        add     ebx, eax
        call    unmap_module
        call    find_pages
.turn:  call    map_module
        call    esi
        add     ebx, eax
        call    unmap_module
        add     esi, 0x2000
        and     esi, 0x20FFFF
        dec     dword [left]
        jnz     .turn
`);
  onEveryEngine('nor does what is mapped at eight by turns', eight, (guest, value) => {
    expect(value).toBe(((1 + 25 * turns) * expected(guest)) / CALLS);
    expect(moves(guest)).toBeLessThan(2 * turns);
  });

  // The page table no longer has the first place, but the TLB does: code there may still run.
  const unflushed = program(`
        mov     dword [left], ${turns}
        mov     esi, 0x200000
        call    map_module
        call    call_module
.turn:  mov     edi, PAGE_TABLE + 0x200 * 4
        mov     dword [edi], 0
        mov     dword [edi + 4], 0
        call    find_pages
        mov     esi, 0x300000
        call    map_module
        call    call_module
        mov     esi, 0x200000
        call    call_module
        dec     dword [left]
        jnz     .turn
`);
  onEveryEngine('stays where the TLB still has it', unflushed, (guest, value) => {
    expect(value).toBe((1 + 2 * turns) * expected(guest));
    expect(moves(guest)).toBe(0);
  });
});

describe('code that has moved', () => {
  const changed = program(`
        mov     esi, 0x200000
        call    map_module
        call    call_module
        call    unmap_module
        call    find_pages
        mov     esi, 0x30A000
        call    map_module
        call    call_module
        mov     dword [module.constant - 4], 5000
        call    call_module
`);
  onEveryEngine('is dropped when it is written, by its other address', changed, (guest, value) => {
    expect(value).toBe(2 * expected(guest) + expected(guest, 5000));
    expect(moves(guest)).toBe(2);
  });

  // Goes to an EIP modulo 2^16: to its own frame again, that is mapped there too.
  const narrow = kernel(`
main:   call    paging_start
        xor     ebx, ebx
        mov     esi, 0x201000
.place: mov     eax, NARROW + PAGE_RWU
        call    map_page
        mov     edi, esi
        and     esi, 0xFFFF
        call    map_page
        mov     esi, edi
        mov     ecx, 40
.again: call    esi
        loop    .again
        xor     eax, eax
        call    map_page
        add     esi, 0x11000
        cmp     esi, 0x201000 + 6 * 0x11000
        jb      .place
        mov     eax, ebx
        jmp     exit
map_page:
        mov     edx, esi
        shr     edx, 10
        mov     [edx + PAGE_TABLE], eax
        invlpg  [esi]
        ret
        align   4096
NARROW:
        db      0x66, 0xEB, 0            ; o16 jmp .on
.on:    call    .here
.here:  pop     eax
        add     ebx, eax
        ret
`);
  onEveryEngine('has no EIPs of where it was', narrow, (_, value) => {
    expect(value).toBe(40 * (1 + 2 + 3 + 4 + 5 + 6) * 0x1000 + 40 * 6 * 8);
  });
});
