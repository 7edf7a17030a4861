import { expect, test } from 'vitest';
import { writtenBy } from './guest.ts';

/** From real mode to a flat 32-bit segment and back to `leave`; `hex32` writes EAX there. */
const flat = (text: string): string => `
        cli
        lgdt    [table]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     8:.flat
        bits 32
.flat:  mov     ax, 16
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     esp, 0x7000
${text}
        mov     al, 0
        out     0xF4, al
        hlt
hex32:  mov     ecx, 8
.next:  rol     eax, 4
        push    eax
        and     al, 15
        cmp     al, 10
        sbb     al, 0x69
        das
        mov     dx, 0x402
        out     dx, al
        pop     eax
        loop    .next
        mov     al, ' '
        out     dx, al
        ret
        bits 16
        align 8
gdt:    dq 0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF
        dq 0x00409B0F0000FFFF, 0x0000930F0000FFFF, 0x00009B0F0000FFFF
table:  dw table - gdt - 1
        dd gdt
entry:  dd 0
        dw 0
`;

test('the BIOS32 service directory leads to the PCI service', async () => {
  const text = await writtenBy(
    flat(`
        mov     edi, 0xF0000
.find:  cmp     dword [edi], '_32_'
        je      .found
        add     edi, 16
        jmp     .find
.found: mov     esi, edi                ; its bytes add up to 0
        mov     ecx, 16
        mov     ah, 0
.sum:   lodsb
        add     ah, al
        loop    .sum
        movzx   eax, ah
        call    hex32
        mov     edi, [edi + 4]
        mov     eax, '$PCI'
        xor     ebx, ebx
        push    cs
        call    edi
        lea     edi, [ebx + edx]        ; base and offset of the service
        movzx   eax, al
        call    hex32
        mov     eax, 0xB102
        mov     ecx, 0x7010
        mov     edx, 0x8086
        xor     esi, esi
        push    cs
        call    edi
        pushfd
        pop     esi
        mov     eax, ebx
        and     eax, 0xFFFF
        call    hex32
        mov     eax, esi
        and     eax, 1
        call    hex32
`),
  );
  expect(text).toBe('00000000 00000000 00000009 00000000');
});

test('APM is entered in protected mode', async () => {
  const text = await writtenBy(`
        mov     ax, 0x5303
        int     0x15
        mov     [entry], ebx
        mov     word [entry + 4], 0x18
        ${flat(`
        mov     eax, 0x530E
        mov     ebx, 0
        mov     ecx, 0x0102
        call    far [entry]
        movzx   eax, ax
        call    hex32
`)}
`);
  expect(text).toBe('00000102');
});
