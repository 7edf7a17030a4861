import { type ModeTable, mode12, mode13, tableOf, text80 } from './modes.ts';
import { FRAME_BUFFER } from './rom.ts';

function inMode(mode: ModeTable, code: string): string {
  return `
        mov     esi, .table
        call    set_mode
        mov     ebp, 7654321
        mov     edi, ${FRAME_BUFFER}
        mov     ecx, 0x10000
.noise: call    random
        mov     [edi], eax
        add     edi, 4
        loop    .noise
${code}
        jmp     .done
.table: ${tableOf(mode)}
.done:`;
}

/**
 * Rounds of accesses by chance to an aperture (its base and mask), each with other registers: `indices` of the graphics
 * controller get values below their masks. Prints a sum of what was read, and one of memory.
 */
function accesses(base: number, mask: number, masks: Readonly<Record<number, number>>, planes = 15): string {
  const registers = Object.entries(masks).map(
    ([index, values]) => `
        call    random
        and     al, ${values}
        mov     ah, al
        mov     al, ${index}
        mov     dx, 0x3CE
        out     dx, ax`,
  );
  return `
        mov     ebx, 60
.round: ${registers.join('')}
        call    random
        and     ah, ${planes}
        mov     al, 2
        mov     dx, 0x3C4
        out     dx, ax
        mov     ecx, 300
        xor     esi, esi
.next:  call    random
        mov     edi, eax
        and     edi, ${mask}
        test    eax, 0x60000000
        jz      .word
        rol     esi, 3
        test    eax, 0x80000000
        jz      .write
        xor     eax, eax
        mov     al, [${base} + edi]
        add     esi, eax
        loop    .next
        jmp     .print
.write: call    random
        mov     [${base} + edi], al
        loop    .next
        jmp     .print
.word:  mov     ax, [${base} + edi]
        add     esi, eax
        mov     [${base} + edi + 8], esi
        loop    .next
.print: mov     eax, esi
        call    print_word
        mov     ecx, 0x10000
        call    checksum
        call    print_word
        dec     ebx
        jnz     .round`;
}

/** Writes three values to each index of a port pair, and prints what is read back. */
const indexed = (port: number, count: number): string => `
        mov     dx, ${port}
        xor     ebx, ebx
.${port}: mov     esi, .values
.v${port}: lodsb
        mov     ah, al
        mov     al, bl
        out     dx, ax
        inc     edx
        in      al, dx
        dec     edx
        call    print_byte
        cmp     esi, .values + 3
        jb      .v${port}
        inc     ebx
        cmp     ebx, ${count}
        jb      .${port}`;

const attributes = `
        xor     ebx, ebx
.attribute:
        mov     esi, .values
.value: mov     dx, 0x3DA
        in      al, dx
        mov     dx, 0x3C0
        mov     al, bl
        out     dx, al
        lodsb
        out     dx, al
        mov     al, bl
        out     dx, al
        inc     edx
        in      al, dx
        call    print_byte
        dec     edx
        in      al, dx
        call    print_byte
        cmp     esi, .values + 3
        jb      .value
        inc     ebx
        cmp     ebx, 32
        jb      .attribute`;

/** Sizes by chance, around those that fit. */
const vbe = `
        mov     ebx, 200
.set:   push    ebx
        call    random
        mov     ebx, eax
        and     ebx, 15
        call    random
        shr     eax, 18
        cmp     ebx, 3
        jne     .other
        and     eax, 31
.other: cmp     ebx, 4
        jne     .write
        and     eax, 0xE1
.write: call    set_vbe
        xor     ebx, ebx
.read:  mov     dx, 0x1CE
        mov     eax, ebx
        out     dx, ax
        mov     dx, 0x1D0
        in      ax, dx
        mov     cl, al
        mov     al, ah
        call    print_byte
        mov     al, cl
        call    print_byte
        inc     ebx
        cmp     ebx, 12
        jb      .read
        call    print_space
        pop     ebx
        dec     ebx
        jnz     .set`;

/** Programs that print what they find. */
export const reports: Readonly<Record<string, string>> = {
  'planes, read and written by chance': inMode(
    mode12,
    accesses(0xa0000, 0xfff0, { 0: 15, 1: 15, 2: 15, 3: 31, 4: 3, 5: 0x0b, 7: 15, 8: 255 }),
  ),
  'planes at B8000h': inMode(
    { ...mode12, graphics: [...mode12.graphics.slice(0, 6), 0x0d, 15, 255] },
    accesses(0xb8000, 0x7ff0, { 3: 31, 4: 3, 5: 1, 8: 255 }),
  ),
  'chained, planes masked': inMode(mode13, accesses(0xa0000, 0xfff0, { 4: 3 })),
  'odd and even addresses': inMode(text80, accesses(0xb8000, 0x7ff0, { 4: 1 }, 3)),
  registers: inMode(
    mode13,
    `
        mov     ax, 0x0011
        mov     dx, 0x3D4
        out     dx, ax
${indexed(0x3c4, 8)}
${indexed(0x3ce, 16)}
${indexed(0x3d4, 17)}
        mov     dx, 0x3CC
        in      al, dx
        call    print_byte
${attributes}
        jmp     .end
.values: db     0xFF, 0, 0x5A
.end:`,
  ),
  'registers of VBE': inMode(mode13, vbe),
};
