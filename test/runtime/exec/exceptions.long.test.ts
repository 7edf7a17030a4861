import { describe, expect } from 'vitest';
import { endValue, type Guest, onEveryEngine, onEveryEngineBy } from '../../support/guest.ts';
import { exceptionLog, kernel } from '../../support/guest-kernel.ts';

/** Checks the exceptions: vector, error code, label of their EIP. */
function expectExceptions(guest: Guest, expected: readonly (readonly [number, number, string])[]): void {
  const found = exceptionLog(guest).map(({ vector, error, eip }) => [vector, error, eip.toString(16)]);
  expect(found).toEqual(expected.map(([vector, error, label]) => [vector, error, guest.address(label).toString(16)]));
}

describe('an exception in a loop that has run often', () => {
  onEveryEngine(
    'finds registers, flags and memory as they are there: divide error',
    kernel(`
; EBX counts down to 0; the quotients are summed up.
main:   mov     dword [resume], .after
        mov     ebx, 400
        xor     edi, edi
        mov     esi, FREE
.next:  mov     eax, 400
        xor     edx, edx
        mov     [esi], ebx
.divide:
        div     ebx
        add     edi, eax
        dec     ebx
        jmp     .next
.after: mov     eax, edi
        jmp     exit
`),
    (guest, value) => {
      let sum = 0;
      for (let n = 1; n <= 400; n++) sum += Math.floor(400 / n);
      expect(value).toBe(sum);
      const [frame] = exceptionLog(guest);
      const { vector, error, eax, edx, ebx, edi, eip } = frame!;
      expect([vector, error, eax, edx, ebx, edi, eip]).toEqual([0, 0, 400, 0, 0, sum, guest.address('main.divide')]);
      expect(guest.words(0x100000, 1)).toEqual([0]);
      // The flags are those of DEC EBX and XOR EDX, EDX before it: ZF and PF.
      expect(frame!.eflags & 0x8d5).toBe(0x44);
    },
  );

  onEveryEngine(
    'page fault deep in nested calls',
    kernel(`
; Each level writes to a page of its own; all are put in place by faults, in the order of the calls.
P equ 0x200000
main:   call    paging_start
        mov     dword [hook], fault
        mov     ebp, 5
.again: mov     edi, PAGE_TABLE + (P >> 12) * 4
        mov     ecx, 16
        xor     eax, eax
        rep stosd
        mov     eax, cr3
        mov     cr3, eax
        mov     ebx, 16
        mov     edi, P
        xor     edx, edx
        call    level
        dec     ebp
        jnz     .again
        mov     eax, edx
        jmp     exit
level:  push    ebx
        mov     [edi], ebx
        add     edi, 0x1000
        dec     ebx
        jz      .last
        call    level
.last:  pop     ebx
        add     edx, ebx
        sub     edi, 0x1000
        cmp     [edi], ebx
        jne     .wrong
        ret
.wrong: mov     eax, 1
        jmp     exit
fault:  mov     eax, cr2
        and     eax, ~0xFFF
        mov     edx, eax
        shr     edx, 12
        or      eax, PAGE_RWU
        mov     [PAGE_TABLE + edx * 4], eax
        ret
`),
    (guest, value) => {
      expect(value).toBe((16 * 17) / 2);
      const pages = exceptionLog(guest).map(({ cr2, ebx }) => [(cr2 - 0x200000) >>> 12, ebx]);
      const once = Array.from({ length: 16 }, (_, n) => [n, 16 - n]);
      expect(pages).toEqual([...once, ...once, ...once, ...once, ...once]);
    },
  );

  onEveryEngine(
    'has the EIP and the error code of its kind',
    kernel(`
main:   mov     dword [hook], skip
        mov     dword [skip.to], .int3
.ud2:   ud2
.int3:  int3
.behind_int3:
        mov     dword [skip.to], .into
        stc
        mov     eax, 0x7fffffff
        inc     eax
.into:  into
.behind_into:
        mov     dword [skip.to], .gp
        mov     eax, 5
.bound: bound   eax, [.limits]
.gp:    mov     dword [skip.to], .limit
        mov     eax, 0x58
.selector:
        mov     fs, eax
.limit: mov     dword [skip.to], .int
        xor     eax, eax
.ss:    mov     ss, ax
.int:   mov     dword [skip.to], .present
.gate:  int     0x79
.present:
        mov     dword [skip.to], .device
.far:   jmp     far [.null]
.device:
        mov     dword [skip.to], .done
        mov     eax, cr0
        or      eax, 8
        mov     cr0, eax
.fpu:   fld1
.done:  mov     eax, 1
        jmp     exit
        align   8
.limits:
        dd      -3, 4
.null:  dd      0x12345678
        dw      0
; Traps are not skipped.
skip:   mov     eax, [ebp + 32]
        cmp     eax, 3
        je      .trap
        cmp     eax, 4
        je      .trap
        mov     eax, [.to]
        mov     [ebp + 40], eax
.trap:  ret
        align   4
.to:    dd      0
`),
    (guest) => {
      expectExceptions(guest, [
        [6, 0, 'main.ud2'],
        [3, 0, 'main.behind_int3'],
        [4, 0, 'main.behind_into'],
        [5, 0, 'main.bound'],
        [13, 0x58, 'main.selector'],
        [13, 0, 'main.ss'],
        [13, 0x79 * 8 + 2, 'main.gate'],
        [13, 0, 'main.far'],
        [7, 0, 'main.fpu'],
      ]);
    },
  );
});

describe('faults on the way to a handler', () => {
  onEveryEngine(
    'become a double fault, whose handler runs on',
    kernel(`
; The page fault's gate is taken away: what it would raise comes after a page fault.
main:   call    paging_start
        mov     dword [resume], .after
        mov     dword [idt + 14 * 8 + 4], 0
        mov     dword ${'[PAGE_TABLE + (0x200000 >> 12) * 4]'}, 0
        mov     eax, cr3
        mov     cr3, eax
.touch: mov     eax, [0x200000]
.after: mov     eax, 1
        jmp     exit
`),
    (guest) => expectExceptions(guest, [[8, 0, 'main.touch']]),
  );

  onEveryEngine(
    'that are no double fault come instead: segment not present while INT is done',
    kernel(`
main:   mov     dword [resume], .after
        and     dword [idt + 0x80 * 8 + 4], ~0x8000
.int:   int     0x80
.after: mov     eax, 1
        jmp     exit
`),
    (guest) => expectExceptions(guest, [[11, 0x80 * 8 + 2, 'main.int']]),
  );

  onEveryEngineBy(
    'shut the CPU down when there is no handler for a double fault',
    kernel(`
main:   lidt    [.empty]
        mov     eax, 300
.next:  dec     eax
        jnz     .next
        ud2
.empty: dw      0
        dd      0
`),
    (guest) => expect(guest.runToEnd().reason).toBe('shutdown'),
  );
});

describe('user mode', () => {
  onEveryEngine(
    'calls the kernel by INT 0x80 on its stack, and comes back',
    kernel(`
main:   mov     dword [system_call], .call
        mov     eax, .user
        jmp     user_start
.user:  mov     ecx, 400
        xor     ebx, ebx
.next:  mov     eax, ecx
        int     0x80
        add     ebx, eax
        loop    .next
        cmp     esp, USER_STACK
        jne     .wrong
        mov     eax, -1
        int     0x80
.call:  cmp     eax, -1
        je      .end
        cmp     esp, KERNEL_STACK - 20
        jne     .wrong
        cmp     dword [esp + 16], USER_DATA
        jne     .wrong
        cmp     dword [esp + 12], USER_STACK
        jne     .wrong
        cmp     dword [esp + 4], USER_CODE
        jne     .wrong
        mov     dx, ss
        cmp     dx, DATA
        jne     .wrong
        add     eax, eax
        iretd
.end:   mov     eax, ebx
        jmp     exit
.wrong: mov     edx, EXIT_PORT
        mov     eax, 1
        out     dx, eax
`),
    (_, value) => expect(value).toBe(400 * 401),
  );

  onEveryEngine(
    'calls the kernel by SYSENTER, and comes back by SYSEXIT',
    kernel(`
main:   mov     ecx, 0x174
        xor     edx, edx
        mov     eax, CODE
        wrmsr
        inc     ecx
        mov     eax, KERNEL_STACK
        wrmsr
        inc     ecx
        mov     eax, .enter
        wrmsr
        mov     eax, .user
        jmp     user_start
.user:  mov     ebp, 400
        xor     ebx, ebx
.next:  mov     eax, ebp
        mov     edx, .back
        mov     ecx, esp
        sysenter
.back:  add     ebx, eax
        dec     ebp
        jnz     .next
        mov     cx, cs
        cmp     cx, USER_CODE
        jne     .wrong
        mov     edx, EXIT_PORT
        mov     eax, ebx
        out     dx, eax
.enter: push    eax
        cmp     esp, KERNEL_STACK - 4
        jne     .wrong
        pop     eax
        add     eax, eax
        sysexit
.wrong: mov     edx, EXIT_PORT
        mov     eax, 1
        out     dx, eax
`),
    (_, value) => expect(value).toBe(400 * 401),
  );

  onEveryEngine(
    'may not do what is the kernel’s: general protection',
    kernel(`
; IOPL 0, no I/O bitmap.
main:   mov     dword [hook], .next
        mov     edx, 2
        mov     eax, .user
        jmp     user_start_with
.user:
.cli:   cli
.hlt:   hlt
.in:    in      al, 0x71
.cr:    mov     eax, cr0
.lgdt:  lgdt    [gdt_register]
.int:   int     0x20
.wrmsr: wrmsr
.end:   ud2
; All of them are skipped: CLI and HLT have 1 byte, INT and IN 2, and so on.
.next:  cmp     dword [ebp + 32], 6
        je      .done
        mov     eax, [.skip]
        mov     eax, [eax]
        mov     [ebp + 40], eax
        add     dword [.skip], 4
        ret
.done:  mov     eax, 1
        jmp     exit
        align   4
.skip:  dd      .targets
.targets:
        dd      .hlt, .in, .cr, .lgdt, .int, .wrmsr, .end
`),
    (guest) =>
      expectExceptions(guest, [
        [13, 0, 'main.cli'],
        [13, 0, 'main.hlt'],
        [13, 0, 'main.in'],
        [13, 0, 'main.cr'],
        [13, 0, 'main.lgdt'],
        [13, 0x20 * 8 + 2, 'main.int'],
        [13, 0, 'main.wrmsr'],
        [6, 0, 'main.end'],
      ]),
  );

  onEveryEngineBy(
    'and kernel mode run the same code, each with its rights',
    kernel(`
; A page for the kernel alone: the function reads it often as the kernel, then once as a user.
P equ 0x200000
main:   call    paging_start
        mov     dword [P], 5
        mov     dword [PAGE_TABLE + (P >> 12) * 4], P + 3
        mov     eax, cr3
        mov     cr3, eax
        mov     ecx, 400
        xor     ebx, ebx
.next:  call    function
        loop    .next
        mov     dword [hook], .fault
        mov     eax, .user
        jmp     user_start
.user:  call    function
        ud2
.fault: mov     eax, ebx
        jmp     exit
function:
        add     ebx, [P]
        ret
`),
    (guest) => {
      expect(endValue(guest)).toBe(2000);
      expectExceptions(guest, [[14, 5, 'function']]);
    },
  );
});
