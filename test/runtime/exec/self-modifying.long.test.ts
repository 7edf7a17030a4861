import { describe, expect } from 'vitest';
import { type Guest, onEveryEngine } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

/** Runs `main` on every engine and expects EAX at its end. */
function expectValue(name: string, expected: number, main: string): void {
  onEveryEngine(name, kernel(main), (_: Guest, value: number) => expect(value).toBe(expected));
}

describe('a store changes code of its own page', () => {
  expectValue(
    'the next instruction',
    42,
    `
main:   mov     byte [.patch + 1], 42
.patch: mov     al, 1
        jmp     exit
`,
  );

  expectValue(
    'the next instruction, in a loop',
    (500 * 501) / 2,
    `
main:   mov     ecx, 500
        xor     ebx, ebx
.next:  mov     [.patch + 1], ecx
.patch: mov     eax, 0
        add     ebx, eax
        loop    .next
        mov     eax, ebx
        jmp     exit
`,
  );

  expectValue(
    'further ahead in the same block, and its length: INC EBX becomes a jump over the rest',
    300 * 3 + 1,
    `
main:   xor     ebx, ebx
        mov     ecx, 301
.next:  cmp     ecx, 1
        jne     .block
        mov     edx, .done - .patch - 2
        shl     edx, 8
        or      edx, 0xEB
        mov     [.value], edx
.block: mov     eax, [.value]
        mov     [.patch], ax
        inc     ebx
.patch: inc     ebx
        nop
        inc     ebx
.done:  loop    .next
        mov     eax, ebx
        jmp     exit
.value: dd      0x9043
`,
  );

  expectValue(
    'after a function that has run often',
    300 + 7 * 300,
    `
main:   xor     ebx, ebx
        mov     ecx, 300
.first: call    function
        loop    .first
        mov     byte [function.patch + 2], 7
        mov     ecx, 300
.then:  call    function
        loop    .then
        mov     eax, ebx
        jmp     exit
function:
.patch: add     ebx, 1
        ret
`,
  );

  expectValue(
    'the operand of its own instruction, which has been fetched',
    5,
    `
main:   mov     ebx, 5
.patch: mov     [.patch + 2], ebx
        mov     eax, [.patch + 2]
        jmp     exit
`,
  );

  expectValue(
    'a loop turns its own branch into NOPs',
    1000,
    `
main:   xor     eax, eax
.next:  inc     eax
        cmp     eax, 1000
        jne     .branch
        mov     word [.branch], 0x9090
.branch:
        jmp     short .next
        jmp     exit
`,
  );

  expectValue(
    'a loop changes its own step each time',
    // 0 + 1 + ... + 399
    (400 * 399) / 2,
    `
main:   xor     ebx, ebx
        mov     ecx, 400
.next:
.patch: db      0x81, 0xC3              ; ADD EBX, imm32
        dd      0
        inc     dword [.patch + 2]
        dec     ecx
        jnz     .next
        mov     eax, ebx
        jmp     exit
`,
  );

  expectValue(
    'a PUSH, a CALL and a read-modify-write as the store',
    0x33 + 0x22 + 0x11,
    `
main:   mov     ebp, 400
.again: mov     edx, esp
        mov     esp, .patch1 + 5
        push    dword 0x11
.patch1:
        mov     ebx, 0
        mov     esp, edx
        mov     dword [.patch2 + 1], 0x20
        add     dword [.patch2 + 1], 2
.patch2:
        mov     ecx, 0
        mov     esp, .patch3 + 5
        call    .target
.target:
.patch3:
        mov     edi, 0
        mov     esp, edx
        mov     eax, 0x33
        xchg    [.patch4 + 1], eax
.patch4:
        mov     esi, 0
        mov     dword [.patch1 + 1], 0
        mov     dword [.patch4 + 1], 0
        dec     ebp
        jnz     .again
        cmp     edi, .target
        jne     .wrong
        lea     eax, [esi + ecx]
        add     eax, ebx
        jmp     exit
.wrong: mov     eax, 1
        jmp     exit
`,
  );
});

describe('a repeated string instruction changes code', () => {
  expectValue(
    'itself, with the same bytes, and what stands after it',
    42,
    `
main:   mov     ebp, 300
.again: mov     byte [.behind + 1], 0
        mov     esi, .copy
        mov     edi, .repeat
        mov     ecx, .copy_end - .copy
.repeat:
        rep movsb
.behind:
        mov     al, 0
        dec     ebp
        jnz     .again
        movzx   eax, al
        jmp     exit
.copy:  rep movsb
        mov     al, 42
.copy_end:
`,
  );

  // Here each iteration is an instruction of its own, as after an interrupt: the second one is fetched anew.
  expectValue(
    'itself: it is fetched again for the next element',
    0x0901,
    `
main:   mov     esi, .copy
        mov     edi, .repeat
        mov     ecx, 10
        xor     eax, eax
.repeat:
        rep movsb
.behind:
        inc     eax                     ; the second MOVSB put this one's copy in its place
        mov     ah, cl
        jmp     exit
.copy:  db      0x90, 0xA4
`,
  );

  expectValue(
    'a whole function with REP MOVSD, back and forth',
    300 * 3,
    `
main:   xor     ebx, ebx
        mov     ebp, 300
.again: mov     esi, one
        call    install
        call    function
        mov     esi, two
        call    install
        call    function
        dec     ebp
        jnz     .again
        mov     eax, ebx
        jmp     exit
install:
        mov     edi, function
        mov     ecx, 2
        rep movsd
        ret
        align   4
one:    add     ebx, 1
        ret
        align   8
two:    lea     ebx, [ebx + 2]
        ret
        align   8
function:
        times   8 nop
`,
  );
});

describe('a store changes code of another page', () => {
  expectValue(
    'that has run often',
    (300 * 301) / 2,
    `
main:   mov     word [FREE], 0xC381        ; ADD EBX, 0
        mov     byte [FREE + 6], 0xC3      ; RET
        xor     ebx, ebx
        mov     ebp, 1
.again: mov     [FREE + 2], ebp
        mov     eax, FREE
        call    eax
        inc     ebp
        cmp     ebp, 300
        jbe     .again
        mov     eax, ebx
        jmp     exit
`,
  );

  expectValue(
    'from which it was called, ahead of the return address',
    299,
    `
; The function at FREE + 0x1000 counts EBP down and patches its caller at FREE, which then returns.
main:   mov     esi, caller
        mov     edi, FREE
        mov     ecx, caller_end - caller
        rep movsb
        mov     esi, callee
        mov     edi, FREE + 0x1000
        mov     ecx, callee_end - callee
        rep movsb
        mov     ebp, 300
        xor     eax, eax
        mov     edx, FREE + 0x1000
        mov     ebx, FREE
        call    ebx
        jmp     exit
caller:
.next:  call    edx
.patch: inc     eax                     ; becomes RET
        jmp     .next
caller_end:
callee: dec     ebp
        jnz     .done
        mov     byte [FREE + caller.patch - caller], 0xC3
.done:  ret
callee_end:
`,
  );

  expectValue(
    'a doubleword across two code pages',
    0x1234,
    `
; MOV AL, n before the boundary, MOV AH, n and RET after it; one store changes both.
main:   mov     byte [FREE + 0x1002], 0xC3
        mov     ebx, FREE + 0xFFE
        mov     ebp, 300
.again: mov     dword [FREE + 0xFFE], 0x00B400B0
        call    ebx
        test    ax, ax
        jnz     .wrong
        mov     dword [FREE + 0xFFE], 0x12B434B0
        call    ebx
        cmp     ax, 0x1234
        jne     .wrong
        dec     ebp
        jnz     .again
        movzx   eax, ax
        jmp     exit
.wrong: mov     eax, 1
        jmp     exit
`,
  );
});

describe('a page holds code and data', () => {
  expectValue(
    'that the code writes all the time',
    100_000,
    `
main:   mov     ecx, 100000
.next:  inc     dword [.counter]
        dec     ecx
        jnz     .next
        mov     eax, [.counter]
        jmp     exit
        align   64
.counter:
        dd      0
`,
  );

  expectValue(
    'right beside the instruction',
    50_000,
    `
main:   mov     ecx, 50000
.next:  inc     dword [.counter]
        jmp     .behind
.counter:
        dd      0
.behind:
        dec     ecx
        jnz     .next
        mov     eax, [.counter]
        jmp     exit
`,
  );

  expectValue(
    'and the stack',
    20_000,
    `
main:   mov     esp, .stack
        mov     ecx, 20000
        xor     eax, eax
.next:  call    .function
        loop    .next
        jmp     exit
.function:
        push    ecx
        push    ebx
        inc     eax
        pop     ebx
        pop     ecx
        ret
        times   16 dd 0
.stack:
`,
  );

  expectValue(
    'and is rewritten while other code of it runs: every write hits code',
    2_000 * 3,
    `
main:   mov     ecx, 2000
        xor     ebx, ebx
.next:  mov     byte [.one + 2], 1
        call    .one
        mov     byte [.one + 2], 2
        call    .one
        loop    .next
        mov     eax, ebx
        jmp     exit
.one:   add     ebx, 0
        ret
`,
  );
});
