import { describe, expect } from 'vitest';
import { onEveryEngine } from '../../support/guest.ts';
import { kernel } from '../../support/guest-kernel.ts';

describe('tasks', () => {
  onEveryEngine(
    'take turns by far jumps, each with its registers, its stack and its address space',
    kernel(
      `
; Selector 0x40: the second task, at FREE. Its directory shows FREE + 0x3000 at SHARED, the first one's FREE + 0x2000.
SECOND equ 0x40
SHARED equ 0x200000
OTHER_DIRECTORY equ SPARE_TABLES
OTHER_TABLE equ SPARE_TABLES + 0x1000
NEW_GDT equ FREE + 0x10000
main:   call    paging_start
        mov     esi, PAGE_TABLE
        mov     edi, OTHER_TABLE
        mov     ecx, 1024
        rep movsd
        mov     dword [OTHER_DIRECTORY], OTHER_TABLE + 7
        mov     dword [PAGE_TABLE + (SHARED >> 12) * 4], FREE + 0x2000 + 7
        mov     dword [OTHER_TABLE + (SHARED >> 12) * 4], FREE + 0x3000 + 7
        mov     eax, PAGE_DIRECTORY
        mov     cr3, eax
        mov     [task_state + 28], eax
        mov     esi, gdt
        mov     edi, NEW_GDT
        mov     ecx, (gdt_end - gdt) / 4
        rep movsd
        mov     dword [NEW_GDT + SECOND], (FREE & 0xFFFF) << 16 | 0x67
        mov     dword [NEW_GDT + SECOND + 4], (FREE & 0xFF000000) | 0x8900 | (FREE >> 16 & 0xFF)
        lgdt    [.register]
        mov     edi, FREE
        mov     ecx, 26
        xor     eax, eax
        rep stosd
        mov     dword [FREE + 28], OTHER_DIRECTORY
        mov     dword [FREE + 32], second
        mov     dword [FREE + 36], 2
        mov     dword [FREE + 40], 5            ; EAX
        mov     dword [FREE + 56], USER_STACK
        mov     dword [FREE + 72], DATA
        mov     dword [FREE + 76], CODE
        mov     dword [FREE + 80], DATA
        mov     dword [FREE + 84], DATA
        mov     ecx, 300
        xor     eax, eax
        xor     ebx, ebx
.next:  add     [SHARED], ecx
        inc     ebx
        push    ecx
        jmp     SECOND:0
.back:  pop     ecx
        loop    .next
        cmp     ebx, 300
        jne     .wrong
        mov     eax, [FREE + 0x2000]
        cmp     eax, 300 * 301 / 2
        jne     .wrong
        mov     eax, [FREE + 0x3000]
        jmp     exit
.wrong: mov     eax, 1
        jmp     exit
.register:
        dw      0x47
        dd      NEW_GDT
second: cmp     eax, 5
        jne     main.wrong
.next:  inc     dword [SHARED]
        call    .function
        jmp     .next
.function:
        add     dword [SHARED], 2
        push    ebx
        jmp     TASK:0
        pop     ebx
        ret
`,
    ),
    (_, value) => expect(value).toBe(300 * 3),
  );

  onEveryEngine(
    'handle a double fault: the kernel’s stack is gone, the task gate brings another',
    kernel(`
; The first push on a missing page faults, and so does the page fault's frame. The saved task tells where.
BAD_STACK equ 0x200800
HANDLER equ 0x40
NEW_GDT equ FREE + 0x10000
main:   call    paging_start
        mov     esi, gdt
        mov     edi, NEW_GDT
        mov     ecx, (gdt_end - gdt) / 4
        rep movsd
        mov     dword [NEW_GDT + HANDLER], (FREE & 0xFFFF) << 16 | 0x67
        mov     dword [NEW_GDT + HANDLER + 4], (FREE & 0xFF000000) | 0x8900 | (FREE >> 16 & 0xFF)
        lgdt    [.register]
        mov     edi, FREE
        mov     ecx, 26
        xor     eax, eax
        rep stosd
        mov     dword [FREE + 28], PAGE_DIRECTORY
        mov     dword [FREE + 32], .handler
        mov     dword [FREE + 36], 2
        mov     dword [FREE + 56], USER_STACK
        mov     dword [FREE + 72], DATA
        mov     dword [FREE + 76], CODE
        mov     dword [FREE + 80], DATA
        mov     dword [FREE + 84], DATA
        mov     dword [idt + 8 * 8], HANDLER << 16
        mov     dword [idt + 8 * 8 + 4], 0x8500
        mov     dword [PAGE_TABLE + (BAD_STACK >> 12) * 4], 0
        mov     eax, cr3
        mov     cr3, eax
        mov     esp, BAD_STACK
        mov     ecx, 400
.warm:  dec     ecx
        jnz     .warm
.fault: push    ecx
.handler:
        cmp     dword [esp], 0
        jne     .wrong
        cmp     esp, USER_STACK - 4
        jne     .wrong
        cmp     dword [task_state + 32], .fault
        jne     .wrong
        cmp     dword [task_state + 56], BAD_STACK
        jne     .wrong
        cmp     word [FREE], TASK
        jne     .wrong
        mov     eax, cr2
        cmp     eax, BAD_STACK - 4
        ja      .wrong
        str     ax
        movzx   eax, ax
        jmp     exit
.wrong: mov     eax, 1
        jmp     exit
.register:
        dw      0x47
        dd      NEW_GDT
`),
    (_, value) => expect(value).toBe(0x40),
  );

  onEveryEngine(
    'of virtual 8086 mode run 16-bit code until a sensitive instruction faults',
    kernel(`
; The code goes to 2000:0010. HLT there brings general protection, on the stack of level 0 with all segments.
main:   call    paging_start
        mov     esi, .code
        mov     edi, 0x20010
        mov     ecx, .code_end - .code
        rep movsb
        mov     eax, .handler
        mov     [idt + 13 * 8], ax
        shr     eax, 16
        mov     [idt + 13 * 8 + 6], ax
        push    dword 0x1234            ; GS FS DS ES SS ESP EFLAGS CS EIP
        push    dword 0x1233
        push    dword 0x2100
        push    dword 0x2200
        push    dword 0x3000
        push    dword 0x0100
        push    dword 0x20002
        push    dword 0x2000
        push    dword 0x10
        xor     ebx, ebx
        iretd
.handler:
        mov     eax, DATA
        mov     ds, eax
        mov     es, eax
        cmp     dword [esp], 0
        jne     .wrong
        cmp     dword [esp + 4], .halt - .code + 0x10
        jne     .wrong
        cmp     dword [esp + 8], 0x2000
        jne     .wrong
        test    dword [esp + 12], 0x20000
        jz      .wrong
        cmp     dword [esp + 20], 0x3000
        jne     .wrong
        cmp     dword [esp + 28], 0x2100
        jne     .wrong
        cmp     dword [esp + 36], 0x1234
        jne     .wrong
        movzx   eax, word [0x21004]
        add     eax, ebx
        jmp     exit
.wrong: mov     eax, 1
        jmp     exit
        bits 16
.code:  mov     cx, 400
.next:  add     [4], cx
        call    .function
        loop    .next
.halt:  hlt
.function:
        inc     ebx
        push    bx
        pop     dx
        ret
.code_end:
        bits 32
`),
    (_, value) => expect(value).toBe((((400 * 401) / 2) & 0xffff) + 400),
  );
});
