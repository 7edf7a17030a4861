import { describe, expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

/** After the tenth tick the interrupted code goes on at [way_out]. */
const tenTicks = `
TICK_DIVISOR equ 1193                     ; 1000 Hz
on_tick:
        cmp     dword [ticks], 10
        jb      .more
        mov     eax, [way_out]
        mov     [ebp], eax
        and     dword [ebp + 8], ~0x200 ; the next tick may already wait
.more:  ret
        align   4
way_out:
        dd      done
done:   cli
        mov     eax, [ticks]
        jmp     exit
start_ticks:
        mov     dword [tick_hook], on_tick
        mov     ax, TICK_DIVISOR
        call    timer_start
        sti
        ret
`;

function expectTenTicks(name: string, main: string): void {
  onEveryEngine(name, kernel(tenTicks + main), (_, value) => expect(value).toBe(10));
}

describe('the timer interrupts a loop', () => {
  expectTenTicks(
    'a jump to itself',
    `
main:   call    start_ticks
        jmp     $
`,
  );

  expectTenTicks(
    'a loop of one block',
    `
main:   call    start_ticks
.next:  inc     eax
        add     [FREE], eax
        jmp     .next
`,
  );

  expectTenTicks(
    'nested loops that end now and then',
    `
main:   call    start_ticks
.outer: mov     ecx, 5000
.inner: lea     eax, [eax + ecx * 4]
        test    al, 4
        jz      .skip
        xor     eax, ecx
.skip:  loop    .inner
        jmp     .outer
`,
  );

  expectTenTicks(
    'a loop of calls and returns',
    `
main:   call    start_ticks
.next:  call    .function
        jmp     .next
.function:
        call    .inner
        inc     eax
        ret
.inner: inc     ebx
        ret
`,
  );

  expectTenTicks(
    'calls that never return',
    `
main:   call    start_ticks
.next:  mov     esp, KERNEL_STACK
        call    .next
`,
  );

  expectTenTicks(
    'a loop of indirect jumps over two pages',
    `
main:   mov     edi, FREE
        mov     word [edi], 0xE3FF      ; JMP EBX
        call    start_ticks
        mov     ebx, .next
.next:  inc     eax
        jmp     edi
`,
  );

  expectTenTicks(
    'a loop of direct jumps over two pages',
    `
main:   mov     edi, FREE
        mov     byte [edi], 0xE9
        mov     dword [edi + 1], .next - (FREE + 5)
        call    start_ticks
.next:  inc     eax
        jmp     FREE
`,
  );

  expectTenTicks(
    'LOOP and JECXZ that jump to themselves',
    `
main:   call    start_ticks
.next:  mov     ecx, 0x10000000
        loop    $
        xor     ecx, ecx
        jecxz   $
        jmp     .next
`,
  );
});

describe('the timer interrupts', () => {
  onEveryEngine(
    'a repeated string instruction between two elements',
    kernel(`
; Each tick notes the registers, the tenth stops the repetition by taking its count away.
main:   mov     dword [tick_hook], .tick
        mov     ax, 1193
        call    timer_start
        mov     edi, .notes
        mov     [.note], edi
        mov     esi, FREE
        mov     edi, FREE
        mov     ecx, -1
        sti
.repeat:
        rep lodsb
.behind:
        cli
        mov     eax, [ticks]
        jmp     exit
.tick:  cmp     dword [ebp], .repeat
        jne     .wrong
        mov     eax, [.note]
        mov     [eax], esi
        mov     [eax + 4], ecx
        add     dword [.note], 8
        cmp     dword [ticks], 10
        jb      .more
        mov     ecx, 1
        and     dword [ebp + 8], ~0x200
        ret
; Never beyond the memory that there is.
.more:  and     esi, 0xFFFFF
        add     esi, FREE
        ret
.wrong: mov     eax, 1
        jmp     exit
        align   4
.note:  dd      0
.notes: times   20 dd 0
`),
    (guest, value) => {
      expect(value).toBe(10);
      const notes = guest.words('main.notes', 20);
      const counts = notes.filter((_, n) => n % 2 === 1);
      expect(counts).toEqual([...counts].sort((a, b) => b - a));
      expect(notes[0]! + notes[1]!).toBe(0x100000 + 0xffffffff);
    },
  );

  onEveryEngine(
    'a long REP STOSD and a long REP MOVSD, which are done in full',
    kernel(`
; 256 KB each, 300 times: in [.hits] how often a tick came within them.
COUNT equ 0x10000
main:   mov     dword [tick_hook], .tick
        mov     ax, 1193                ; 1000 Hz
        call    timer_start
        sti
.again: mov     edi, FREE
        mov     ecx, COUNT
        mov     eax, [.runs]
.store: rep stosd
        mov     esi, FREE
        mov     edi, FREE + 0x100000
        mov     ecx, COUNT
.move:  rep movsd
        mov     eax, [.runs]
        cmp     [FREE + COUNT * 4 - 4], eax
        jne     .wrong
        cmp     [FREE + 0x100000 + COUNT * 4 - 4], eax
        jne     .wrong
        cmp     edi, FREE + 0x100000 + COUNT * 4
        jne     .wrong
        inc     dword [.runs]
        cmp     dword [.hits], 5
        jb      .again
        cli
        mov     eax, 7
        jmp     exit
.tick:  cmp     dword [ebp], .store
        je      .hit
        cmp     dword [ebp], .move
        jne     .no_hit
.hit:   inc     dword [.hits]
.no_hit:
        ret
.wrong: mov     eax, 1
        jmp     exit
        align   4
.hits:  dd      0
.runs:  dd      1
`),
    (_, value) => expect(value).toBe(7),
  );

  onEveryEngine(
    'and its handler may be interrupted',
    kernel(`
; The handler stays, with interrupts on, until two more ticks have come within it.
main:   mov     dword [tick_hook], .tick
        mov     ax, 1193
        call    timer_start
        sti
.wait:  cmp     dword [.deepest], 3
        jb      .wait
        cli
        mov     eax, [.deepest]
        cmp     esp, KERNEL_STACK
        je      exit
        mov     eax, 1
        jmp     exit
.tick:  inc     dword [.depth]
        mov     eax, [.depth]
        cmp     eax, [.deepest]
        jbe     .known
        mov     [.deepest], eax
.known: sti
.stay:  cmp     dword [.deepest], 3
        jb      .stay
        cli
        dec     dword [.depth]
        ret
        align   4
.depth: dd      0
.deepest:
        dd      0
`),
    // More if the host was late.
    (_, value) => expect(value).toBeGreaterThanOrEqual(3),
  );

  onEveryEngine(
    'not between STI and the instruction after it',
    kernel(`
; A tick waits. STI; CLI lets it not through; STI; NOP does, after the NOP. MOV SS holds it off once more.
main:   mov     dword [tick_hook], .tick
        mov     dword [.note], .notes
        mov     ax, 1193
        call    timer_start
        call    request
        mov     ecx, 300
.closed:
        sti
        cli
        loop    .closed
        cmp     dword [ticks], 0
        jne     .wrong
        sti
        nop
.behind_nop:
        nop
        nop
        cli
        call    request
        mov     ax, ss
        sti
        mov     ss, ax
        nop
.behind_ss:
        nop
        cli
        call    request
        pushfd
        or      dword [esp], 0x200
        popfd
.behind_popf:
        nop
        cli
        mov     eax, [ticks]
        jmp     exit
.tick:  mov     edx, [.note]
        mov     eax, [ebp]
        mov     [edx], eax
        add     dword [.note], 4
        ret
.wrong: mov     eax, 100
        jmp     exit
        align   4
.note:  dd      0
.notes: times   4 dd 0
; Has the timer ask for one interrupt, by mode 0.
request:
        mov     al, 0x30
        out     0x43, al
        mov     al, 100
        out     0x40, al
        mov     al, 0
        out     0x40, al
        jmp     await_request
`),
    (guest, value) => {
      expect(value).toBe(3);
      const expected = ['main.behind_nop', 'main.behind_ss', 'main.behind_popf'].map((name) => guest.address(name));
      expect(guest.words('main.notes', 3)).toEqual(expected);
    },
  );

  onEveryEngine(
    'HLT, and returns after it',
    kernel(`
main:   mov     dword [tick_hook], .tick
        mov     ax, 1193
        call    timer_start
        mov     ecx, 5
.next:  sti
        hlt
.behind:
        cli
        cmp     dword [.from], .behind
        jne     .wrong
        loop    .next
        mov     eax, [ticks]
        jmp     exit
.tick:  mov     eax, [ebp]
        mov     [.from], eax
        ret
.wrong: mov     eax, 1
        jmp     exit
        align   4
.from:  dd      0
`),
    // More if the host was late.
    (_, value) => expect(value).toBeGreaterThanOrEqual(5),
  );

  onEveryEngine(
    'user mode, on the kernel’s stack',
    kernel(`
main:   mov     dword [tick_hook], .tick
        mov     ax, 1193
        call    timer_start
        mov     edx, 0x202
        mov     eax, .user
        jmp     user_start_with
.user:  inc     ebx
        push    ebx
        pop     ecx
        jmp     .user
; Frame: EIP, CS, EFLAGS, ESP, SS.
.tick:  cmp     dword [ebp + 4], USER_CODE
        jne     .wrong
        cmp     dword [ebp + 16], USER_DATA
        jne     .wrong
        lea     eax, [ebp + 20]
        cmp     eax, KERNEL_STACK
        jne     .wrong
        mov     eax, [ebp + 12]
        cmp     eax, USER_STACK
        je      .right
        cmp     eax, USER_STACK - 4
        jne     .wrong
.right: cmp     dword [ticks], 10
        jb      .more
        mov     eax, [ticks]
        jmp     exit
.more:  ret
.wrong: mov     eax, 1
        jmp     exit
`),
    (_, value) => expect(value).toBe(10),
  );
});
