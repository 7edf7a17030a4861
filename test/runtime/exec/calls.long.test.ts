import { describe, expect, test, vi } from 'vitest';
import { endValue, Guest, onEveryEngine, variants } from '../../support/guest.ts';
import { exceptionLog, kernel } from '../../support/guest-kernel.ts';

function expectValue(name: string, expected: number, main: string): void {
  onEveryEngine(name, kernel(main), (_, value) => expect(value).toBe(expected));
}

describe('calls', () => {
  expectValue(
    'in a tree of recursion',
    6765,
    `
; Fibonacci number of EAX.
main:   mov     eax, 20
        call    fibonacci
        jmp     exit
fibonacci:
        cmp     eax, 2
        jb      .small
        push    ebx
        lea     ebx, [eax - 2]
        dec     eax
        call    fibonacci
        xchg    eax, ebx
        call    fibonacci
        add     eax, ebx
        pop     ebx
.small: ret
`,
  );

  expectValue(
    'that come back elsewhere: the callee changes its return address',
    400 * 10,
    `
main:   mov     ecx, 400
        xor     eax, eax
.next:  call    .skip
.back:  add     eax, 1000               ; skipped
.other: add     eax, 10
        loop    .next
        jmp     exit
.skip:  add     dword [esp], .other - .back
        ret
`,
  );

  expectValue(
    'that take their arguments with them, or only want their own address',
    400 * 7,
    `
main:   mov     ecx, 400
        xor     eax, eax
        mov     edx, esp
.next:  push    dword 3
        push    dword 4
        call    .sum
        call    .here
.here:  pop     ebx
        cmp     ebx, .here
        jne     .wrong
        cmp     esp, edx
        jne     .wrong
        loop    .next
        jmp     exit
.sum:   add     eax, [esp + 4]
        add     eax, [esp + 8]
        ret     8
.wrong: mov     eax, 1
        jmp     exit
`,
  );

  expectValue(
    'by PUSH and RET, and tail calls by JMP',
    400 * 0x111,
    `
main:   mov     ecx, 400
        xor     eax, eax
.next:  push    dword .back
        push    dword .one
        ret
.back:  loop    .next
        jmp     exit
.one:   inc     eax
        call    .two
        add     eax, 0x100
        ret
.two:   jmp     .three
.three: add     eax, 0x10
        ret
`,
  );

  expectValue(
    'abandoned by a jump out of them ("longjmp")',
    400 * 3,
    `
main:   mov     ecx, 400
        xor     eax, eax
.next:  mov     [.saved], esp
        call    .outer
        mov     eax, 0                  ; never
.landed:
        loop    .next
        jmp     exit
.outer: inc     eax
        call    .inner
        mov     eax, 0
        ret
.inner: add     eax, 2
        mov     esp, [.saved]
        jmp     .landed
        align   64
.saved: dd      0
`,
  );

  expectValue(
    'of two stacks that take turns, each deep in the same function',
    (2 * (500 * 501)) / 2 + 2,
    `
; Two coroutines run the same code; each call of yield switches to the other's stack.
OTHER_STACK equ USER_STACK
main:   mov     esi, OTHER_STACK - 8
        mov     dword [esi], .entry     ; for the RET of yield
        xor     edi, edi
        mov     [FREE], esi
        call    coroutine
        cmp     edi, ${500 * 501}
        jne     .wrong
        lea     eax, [edi + 2]
        jmp     exit
.entry: call    coroutine
.wrong: mov     eax, 1
        jmp     exit
; Adds 500 + ... + 1 to EDI, one addition for each turn.
coroutine:
        mov     ecx, 500
.next:  call    work
        loop    .next
        call    yield
        ret
work:   add     edi, ecx
        push    ecx
        call    yield
        pop     ecx
        ret
yield:  xchg    [FREE], esp
        ret
`,
  );

  expectValue(
    'through a table of pointers, in several pages',
    400 * (1 + 2 + 4 + 8),
    `
main:   mov     ebx, 1
        mov     edi, FREE
        mov     esi, .table
.make:  mov     [esi], edi
        mov     word [edi], 0xC083      ; ADD EAX, BL; RET
        mov     [edi + 2], bl
        mov     byte [edi + 3], 0xC3
        add     esi, 4
        add     edi, 0x1004
        add     ebx, ebx
        cmp     ebx, 16
        jb      .make
        mov     ecx, 400
        xor     eax, eax
.next:  xor     ebx, ebx
.each:  call    [.table + ebx * 4]
        inc     ebx
        cmp     ebx, 4
        jb      .each
        loop    .next
        jmp     exit
        align   4
.table: times   4 dd 0
`,
  );

  onEveryEngine(
    'end by an exception from which the handler does not return',
    kernel(`
; The handler throws the calls away, 300 times; then the function comes back by itself.
main:   mov     dword [hook], .caught
        mov     ecx, 300
        xor     ebx, ebx
.next:  push    ecx
        call    .outer
        pop     ecx
.behind:
        loop    .next
        mov     dword [log_end], LOG
        mov     ecx, 0
        call    .outer
        mov     eax, ebx
        jmp     exit
.outer: call    .inner
        inc     ebx
        ret
.inner: call    .deep
        inc     ebx
        ret
.deep:  jecxz   .none
        ud2
.none:  inc     ebx
        ret
.caught:
        mov     esp, KERNEL_STACK
        mov     ecx, [esp - 4]
        mov     dword [log_end], LOG
        add     ebx, 1000
        jmp     .behind
`),
    (guest, value) => {
      expect(value).toBe(300 * 1000 + 3);
      expect(exceptionLog(guest)).toEqual([]);
    },
  );
});

test('a function that ends by jumping to another one stays among translations: no loop is entered for it', async () => {
  const variant = variants.find(({ name }) => name === 'translator, polling')!;
  const calls = 200_000;
  const guest = new Guest(
    kernel(`
main:   mov     ecx, ${calls}
        xor     eax, eax
next:   call    stub
        loop    next
        jmp     exit
        align   4096
stub:   jmp     [.slot]
.slot:  dd      function
        align   4096
function:
        inc     eax
        ret
`),
    variant,
  );
  try {
    const run = vi.spyOn(guest.core.engine.graph, 'run');
    expect(endValue(guest)).toBe(calls);
    expect(run.mock.calls.length).toBeLessThan(calls / 2);
  } finally {
    await guest.dispose();
  }
});
