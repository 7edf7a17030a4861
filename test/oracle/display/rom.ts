import { assemble } from '../../../runtime/firmware/assembler/index.ts';

const ORIGIN = 0xf0000;
const SIZE = 0x10000;
/** Where guests put the linear frame buffer. */
export const FRAME_BUFFER = 0xe0000000;

/** Routines of all guests. Ports and tables are in registers; all but EAX and ESI are kept. */
const routines = `
; The PCI function of the adapter (00:02.0): frame buffer in place, memory and ports on.
place_frame_buffer:
        mov     ebx, 0x80001010
        mov     ecx, ${FRAME_BUFFER}
        call    configure
        mov     ebx, 0x80001004
        mov     ecx, 3
configure:
        mov     dx, 0xCF8
        mov     eax, ebx
        out     dx, eax
        mov     dx, 0xCFC
        mov     eax, ecx
        out     dx, eax
        ret

; Registers of a mode from ESI: miscellaneous output, 5 of the sequencer, 25 of the CRT controller, 9 of the graphics
; controller, 21 of the attribute controller.
set_mode:
        pushad
        mov     dx, 0x3C2
        lodsb
        out     dx, al
        mov     dx, 0x3C4
        mov     ecx, 5
        call    indexed
        mov     dx, 0x3D4
        mov     ax, 0x0011
        out     dx, ax
        mov     ecx, 25
        call    indexed
        mov     dx, 0x3CE
        mov     ecx, 9
        call    indexed
        mov     dx, 0x3DA
        in      al, dx
        mov     dx, 0x3C0
        xor     ebx, ebx
.next:  mov     al, bl
        out     dx, al
        lodsb
        out     dx, al
        inc     ebx
        cmp     ebx, 21
        jb      .next
        mov     al, 0x20
        out     dx, al
        popad
        ret

; ECX values from ESI to the indices from 0 on of the port pair DX.
indexed:
        xor     ebx, ebx
.next:  mov     al, bl
        mov     ah, [esi]
        out     dx, ax
        inc     esi
        inc     ebx
        loop    .next
        ret

; All colors of the DAC, each from its number.
set_palette:
        pushad
        mov     dx, 0x3C8
        xor     eax, eax
        out     dx, al
        inc     edx
        xor     ebx, ebx
.next:  mov     eax, ebx
        out     dx, al
        imul    eax, ebx, 5
        shr     eax, 2
        out     dx, al
        imul    eax, ebx, 11
        xor     eax, 0x2A
        out     dx, al
        inc     ebx
        cmp     ebx, 256
        jb      .next
        popad
        ret

; The next number of a sequence, in EAX; EBP has it.
random:
        imul    ebp, ebp, 1664525
        add     ebp, 1013904223
        mov     eax, ebp
        bswap   eax
        ret

; VBE register BX becomes AX.
set_vbe:
        push    eax
        mov     dx, 0x1CE
        mov     eax, ebx
        out     dx, ax
        pop     eax
        inc     edx
        out     dx, ax
        ret

; Byte AL, or word EAX, in hexadecimal to the debug console.
print_byte:
        push    eax
        shr     al, 4
        call    print_digit
        pop     eax
        and     al, 15
print_digit:
        and     al, 15
        cmp     al, 10
        jb      .put
        add     al, 39
.put:   add     al, 48
        out     0xE9, al
        ret
print_word:
        mov     ecx, 4
.next:  rol     eax, 8
        push    eax
        call    print_byte
        pop     eax
        loop    .next
print_space:
        mov     al, ' '
        out     0xE9, al
        ret

; Sum of ECX words of the frame buffer, each at its place, in EAX.
checksum:
        mov     esi, ${FRAME_BUFFER}
        xor     eax, eax
.next:  rol     eax, 5
        add     eax, [esi]
        add     esi, 4
        loop    .next
        ret
`;

/**
 * A ROM image of 64 KB with 32-bit code, which runs at 15 MB or any size of memory: flat segments, a stack, no BIOS. At its
 * end it writes "!" to the debug console and halts.
 */
export function rom(main: string): Uint8Array {
  const source = `
        cli
        lgdt    [cs:gdtr - ${ORIGIN}]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        db      0x66, 0xEA
        dd      flat
        dw      8
gdtr:   dw      23
        dd      gdt
gdt:    dq      0, 0x00CF9B000000FFFF, 0x00CF93000000FFFF

        bits    32
flat:   mov     ax, 16
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     esp, 0x7000
        cld
        call    place_frame_buffer
        call    main
        mov     al, '!'
        out     0xE9, al
.end:   hlt
        jmp     .end
main:
${main}
        ret
${routines}
        times   0xFFF0 - ($ - $$) db 0xFF
        bits    16
        jmp     0xF000:0
        times   0x10000 - ($ - $$) db 0xFF
`;
  const { bytes } = assemble(source, { origin: ORIGIN, bits: 16 });
  if (bytes.length !== SIZE) throw new Error(`the ROM has ${bytes.length} bytes`);
  return bytes;
}
