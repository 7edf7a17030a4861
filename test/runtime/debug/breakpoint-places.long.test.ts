import { expect } from 'vitest';
import { findPages } from '../../support/found-pages.ts';
import { type Guest, type GuestProgram, onEveryEngineBy } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

const CALLS = 150;
const PLACES = 5;
const FIRST = 0x200000;
const DISTANCE = 0x5000;

/** One page of code, called at one linear page after the other; it is mapped at one at a time. */
const movedProgram = kernel(`
main:   call    paging_start
        xor     ebx, ebx
        mov     dword [left], ${PLACES}
        mov     esi, ${FIRST}
.place: mov     edi, esi
        shr     edi, 10
        mov     dword [edi + PAGE_TABLE], module + PAGE_RWU
        invlpg  [esi]
        mov     ebp, ${CALLS}
.again: call    esi
        dec     ebp
        jnz     .again
        mov     dword [edi + PAGE_TABLE], 0
        invlpg  [esi]
        call    find_pages
        add     esi, ${DISTANCE}
        dec     dword [left]
        jnz     .place
        mov     eax, ebx
        jmp     exit
${findPages}
        align   4096
module: inc     ebx
.inside:
        test    ebx, 1
        jz      .even
        nop
.even:  ret
        align   4096
left:   dd      0
`);

/** The addresses of all stops until the guest ends with a value, each gone on from. */
function stops(guest: Guest, value: number): number[] {
  const addresses: number[] = [];
  for (;;) {
    const { reason, stop, code } = guest.runToEnd();
    if (reason !== 'debug') {
      expect([reason, code! >>> 1]).toEqual(['exit', value]);
      return addresses;
    }
    if (stop!.reason === 'breakpoint') {
      addresses.push(stop!.address);
      guest.core.debugging.setStepping(true);
    }
  }
}

onEveryEngineBy('code that is mapped elsewhere stops only where the breakpoint is', movedProgram, (guest) => {
  const inside = guest.address('module.inside') - guest.address('module');
  const at = FIRST + 2 * DISTANCE + inside;
  guest.core.debugging.setBreakpoints([at]);
  expect(stops(guest, CALLS * PLACES)).toEqual(Array(CALLS).fill(at));
  // It was moved to the other places.
  expect(guest.core.engine.graph.cache.size.moves).toBeGreaterThan(0);
});

/** Writes the instruction at the breakpoint anew each time: ADD EBX, 1 or ADD EBX, 2. */
const rewritten: GuestProgram = kernel(`
main:   xor     ebx, ebx
        mov     ecx, 200
.again: mov     eax, ecx
        and     al, 1
        inc     al
        mov     [changed + 2], al
        call    changed
        loop    .again
        mov     eax, ebx
        jmp     exit
        align   64
changed:
        add     ebx, 1
        ret
`);

onEveryEngineBy('code that changes keeps its breakpoint', rewritten, (guest) => {
  const at = guest.address('changed');
  guest.core.debugging.setBreakpoints([at]);
  expect(stops(guest, 300)).toEqual(Array(200).fill(at));
});

/** Calls an instruction that crosses a page boundary, and one that goes on to it. */
const crossing: GuestProgram = kernel(`
main:   xor     ebx, ebx
        mov     ecx, 200
.again: call    .over
        call    .before
        loop    .again
        mov     eax, ebx
        jmp     exit
        align   4096
        resb    4093
.before:
        inc     ebx
.over:  add     ebx, 256
        ret
`);

onEveryEngineBy(
  'an instruction that crosses a page boundary stops, where a nested call begins with it or goes on to it',
  crossing,
  (guest) => {
    const at = guest.address('main.over');
    guest.core.debugging.setBreakpoints([at]);
    expect(stops(guest, 200 * 513)).toEqual(Array(400).fill(at));
  },
);
