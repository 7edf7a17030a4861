import { assemble } from '../../../runtime/firmware/assembler/index.ts';

/** Bytes of each of the two chips: this ROM, and below it what it tries. */
export const CHIP_BYTES = 0x10000;
const ROM = 0xffff0000;
const OTHER = ROM - CHIP_BYTES;
const CODE_IN_RAM = 0x10000;
const STEPS_IN_RAM = 0x20000;

/** An access to a chip: a store of so many bytes, or a load, whose value is printed. */
export type Step = readonly [kind: 'store' | 'load', size: 1 | 2 | 4, offset: number, value?: number];

export const store = (offset: number, value: number, size: 1 | 2 | 4 = 1): Step => ['store', size, offset, value];
export const load = (offset: number, size: 1 | 2 | 4 = 1): Step => ['load', size, offset];
/** Bytes, one after the other, at one place. */
export const command = (offset: number, ...values: number[]): Step[] => values.map((value) => store(offset, value));

const rows = (base: number, steps: readonly Step[]): string =>
  steps
    .map(([kind, size, offset, value = 0]) => `dd ${kind === 'load' ? size | 0x10 : size}, ${base + offset}, ${value}`)
    .join('\n        ');

/**
 * A ROM that runs from the first chip, tries the second one, and then, from RAM, the first one. What it loads goes to port E9h, a line each, in
 * hexadecimal; then it writes to port F4h.
 */
export function flashRom(steps: { readonly first: readonly Step[]; readonly second: readonly Step[] }): Uint8Array {
  return assemble(source(steps), { origin: 0, bits: 16 }).bytes;
}

function source({ first, second }: { readonly first: readonly Step[]; readonly second: readonly Step[] }): string {
  return `
        times   0x4000 db 0xA5
start:  cli
        o32 lgdt [cs:table]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     dword 8:${ROM} + flat
        align   8
gdt:    dd      0, 0
        dd      0x0000FFFF, 0x00CF9B00
        dd      0x0000FFFF, 0x00CF9300
table:  dw      0x17
        dd      ${ROM} + gdt
        bits    32
flat:   mov     eax, 16
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     esp, 0x8000
        cld
        mov     esi, ${ROM} + second
        call    run
        mov     esi, ${ROM} + run
        mov     edi, ${CODE_IN_RAM}
        mov     ecx, end - run
        rep movsb
        mov     esi, ${ROM} + first
        mov     edi, ${STEPS_IN_RAM}
        mov     ecx, last - first
        rep movsb
        mov     esi, ${STEPS_IN_RAM}
        mov     eax, ${CODE_IN_RAM}
        call    eax
        mov     dx, 0xF4
        mov     al, 0
        out     dx, al
        hlt

; The steps at ESI.
run:    lodsd
        mov     ecx, eax
        test    ecx, ecx
        jz      over
        lodsd
        mov     ebx, eax
        lodsd
        test    ecx, 0x10
        jnz     read
        cmp     ecx, 2
        jb      byte1
        je      word1
        mov     [ebx], eax
        jmp     run
byte1:  mov     [ebx], al
        jmp     run
word1:  mov     [ebx], ax
        jmp     run
read:   cmp     ecx, 0x12
        jb      byte2
        je      word2
        mov     eax, [ebx]
        jmp     print
byte2:  movzx   eax, byte [ebx]
        jmp     print
word2:  movzx   eax, word [ebx]
print:  mov     edx, eax
        mov     ecx, 8
digit:  rol     edx, 4
        mov     al, dl
        and     al, 15
        add     al, 0x30
        cmp     al, 0x3A
        jb      known
        add     al, 0x27
known:  out     0xE9, al
        dec     ecx
        jnz     digit
        mov     al, 10
        out     0xE9, al
        jmp     run
over:   ret
end:
        align   4
second: ${rows(OTHER, second)}
        dd      0
first:  ${rows(ROM, first)}
        dd      0
last:
        times   0xFFF0 - ($ - $$) db 0xFF
        bits    16
        jmp     start
        times   0x10000 - ($ - $$) db 0xFF
`;
}
