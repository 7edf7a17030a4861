import { assemble } from '../../../runtime/firmware/assembler/index.ts';

/** A call of int 10h; registers that are left out are 0, but ES (BUFFER). */
export interface Call {
  readonly ax: number;
  readonly bx?: number;
  readonly cx?: number;
  readonly dx?: number;
  readonly di?: number;
  readonly bp?: number;
  readonly es?: number;
  /** What is told after the call, besides the registers: state, memory (sums of video memory), 64 or 256 bytes at ES:DI. */
  readonly tell?: readonly ('state' | 'memory' | 'block' | 'buffer')[];
}

/** Segment of a buffer that calls may write to, and one with a test font and text. */
export const BUFFER = 0x2000;
export const FONT = 0x3000;
/** Segment for saved state. */
export const STATE = 0x2800;
/** In the font's segment: text for write string. */
export const TEXT = 0x4000;

/** Port of the debug console, and of isa-debug-exit. */
export const CONSOLE_PORT = 0xe9;
export const EXIT_PORT = 0xf4;

const tells = ['state', 'memory', 'block', 'buffer'] as const;

function callLine({ ax, bx = 0, cx = 0, dx = 0, di = 0, bp = 0, es = BUFFER, tell = [] }: Call): string {
  const flags = tell.reduce((sum, name) => sum | (1 << tells.indexOf(name)), 0);
  return `        dw      ${[ax, bx, cx, dx, di, bp, es, flags].join(', ')}`;
}

/** Copies the video BIOS to C0000h, gives the adapter its addresses, and calls the ROM's start. */
const start = `
bits 16
org 0
PAM_C0000 equ 0x5A
entry:  cli
        cld
        xor     ax, ax
        mov     ss, ax
        mov     sp, 0x7C00
        mov     es, ax
        mov     di, 0
        mov     cx, 256
.vector:
        mov     ax, ignore
        stosw
        mov     ax, cs
        stosw
        loop    .vector
        mov     word [es:0x15 * 4], block_move
        mov     eax, 0x80000000 | PAM_C0000 & 0xFC
        mov     dx, 0xCF8
        out     dx, eax
        mov     dx, 0xCFC + (PAM_C0000 & 3)
        mov     ax, 0x3333          ; C0000 to CFFFF: RAM
        out     dx, ax
        mov     si, adapter
.next:  cs lodsd
        cmp     eax, 0
        je      .copy
        mov     dx, 0xCF8
        out     dx, eax
        cs lodsd
        mov     dx, 0xCFC
        out     dx, eax
        jmp     .next
.copy:  mov     ax, 0xE000
        mov     ds, ax
        mov     ax, 0xC000
        mov     es, ax
        xor     si, si
        xor     di, di
        mov     cx, 0x10000 / 4
        rep movsd
        call    make_font
        mov     ax, ADAPTER << 3
        push    cs
        push    calls_start
        push    0xC000
        push    3
        retf
ADAPTER equ 2
adapter:
        dd      0x80000000 | ADAPTER << 11 | 0x10, 0xFD000000
        dd      0x80000000 | ADAPTER << 11 | 0x18, 0xFEBF0000
        dd      0x80000000 | ADAPTER << 11 | 0x04, 7
        dd      0
ignore: iret

; int 15h, AH=87: moves CX words by the table at ES:SI (its flags answer that it was done).
block_move:
        pushad
        push    ds
        push    es
        mov     ax, es
        mov     ds, ax
        movzx   eax, ax
        shl     eax, 4
        movzx   ebx, si
        add     eax, ebx
        mov     word [si], 47       ; the empty descriptor is the table's register
        mov     [si + 2], eax
        mov     dword [si + 0x20], 0x0000FFFF
        mov     dword [si + 0x24], 0x00009B0F
        lgdt    [si]
        mov     eax, cr0
        inc     ax
        mov     cr0, eax
        jmp     0x20:.protected
.protected:
        mov     ax, 0x10
        mov     ds, ax
        mov     ax, 0x18
        mov     es, ax
        xor     si, si
        xor     di, di
        rep movsw
        mov     eax, cr0
        dec     ax
        mov     cr0, eax
        jmp     0xF000:.real
.real:  pop     es
        pop     ds
        popad
        push    bp
        mov     bp, sp
        and     byte [bp + 6], 0xFE
        pop     bp
        iret

; A font of 256 characters with 16 lines, and text with attributes.
make_font:
        mov     ax, ${FONT}
        mov     es, ax
        xor     di, di
        mov     cx, 4096
        mov     eax, 0x12345678
.next:  imul    eax, eax, 1103515245
        add     eax, 12345
        mov     ebx, eax
        shr     ebx, 16
        mov     [es:di], bl
        inc     di
        loop    .next
        mov     di, ${TEXT}
        mov     cx, 40
        mov     ax, 0x1741
.text:  stosw
        inc     al
        inc     ah
        loop    .text
        ret
`;

/** Makes the calls one after the other; prints what each gave, in hexadecimal. */
const run = `
calls_start:
        mov     si, calls
.next:  cmp     si, calls_end
        jae     .end
        push    si
        mov     ax, [cs:si]
        mov     bx, [cs:si + 2]
        mov     cx, [cs:si + 4]
        mov     dx, [cs:si + 6]
        mov     di, [cs:si + 8]
        mov     bp, [cs:si + 10]
        mov     es, [cs:si + 12]
        mov     si, 0x5A5A
        int     0x10
        push    es
        push    bp
        push    di
        push    si
        push    dx
        push    cx
        push    bx
        push    ax
        mov     cx, 8
.registers:
        pop     bx
        call    print_word
        loop    .registers
        pop     si
        mov     bx, [cs:si + 14]
        call    tell
        add     si, 16
        mov     al, 10
        call    print
        jmp     .next
.end:   jmp     finish

; What the bits of BX ask for. Keeps SI.
tell:   push    si
        push    bx
        test    bx, 1
        jz      .memory
        call    tell_state
.memory:
        pop     bx
        push    bx
        test    bx, 2
        jz      .buffer
        call    tell_memory
.buffer:
        pop     bx
        pop     si
        push    si
        mov     cx, 64
        test    bx, 4
        jnz     .print
        mov     cx, 256
        test    bx, 8
        jz      .done
.print: mov     al, 'B'
        call    print
        mov     es, [cs:si + 12]
        mov     di, [cs:si + 8]
.byte:  mov     al, [es:di]
        call    print_byte
        inc     di
        loop    .byte
.done:  pop     si
        ret
`;

/** Printing, and the end. */
const output = `
; A full stop is the end.
finish: mov     al, '.'
        call    print
        mov     dx, ${EXIT_PORT}
        mov     al, 0
        out     dx, al
.stop:  hlt
        jmp     .stop

print:  push    dx
        mov     dx, ${CONSOLE_PORT}
        out     dx, al
        pop     dx
        ret

print_word:
        mov     al, ' '
        call    print
        mov     al, bh
        call    print_byte
        mov     al, bl

; AL in hexadecimal. Changes AX.
print_byte:
        push    ax
        shr     al, 4
        call    .digit
        pop     ax
        and     al, 0x0F
.digit: cmp     al, 10
        jb      .decimal
        add     al, 'a' - '0' - 10
.decimal:
        add     al, '0'
        jmp     print
`;

/** Registers and BIOS data after S, sums of video memory after M. */
const state = `
tell_state:
        mov     al, 'S'
        call    print
        mov     ax, 0x40
        mov     es, ax
        mov     di, 0x49
        mov     cx, 0x1E
        call    print_bytes
        mov     di, 0x84
        mov     cx, 7
        call    print_bytes
        mov     dx, 0x3CC
        in      al, dx
        mov     bl, al
        call    print_byte
        mov     dx, 0x3C4
        mov     cx, 5
        call    print_registers
        mov     dx, 0x3D4
        test    bl, 1
        jnz     .colour
        mov     dx, 0x3B4
.colour:
        mov     cx, 25
        call    print_registers
        mov     dx, 0x3CE
        mov     cx, 9
        call    print_registers
        call    print_attributes
        mov     dx, 0x3C6
        in      al, dx
        call    print_byte
        mov     al, 0
        inc     dx
        out     dx, al
        mov     dx, 0x3C9
        mov     cx, 768
        xor     ebx, ebx
.dac:   rol     ebx, 1
        in      al, dx
        xor     bl, al
        loop    .dac

; EBX in hexadecimal.
print_sum:
        push    bx
        shr     ebx, 16
        mov     al, bh
        call    print_byte
        mov     al, bl
        call    print_byte
        pop     bx
        mov     al, bh
        call    print_byte
        mov     al, bl
        jmp     print_byte

print_bytes:
        mov     al, [es:di]
        call    print_byte
        inc     di
        loop    print_bytes
        ret

print_registers:
        mov     ah, 0
.next:  mov     al, ah
        out     dx, al
        inc     dx
        in      al, dx
        dec     dx
        push    ax
        call    print_byte
        pop     ax
        inc     ah
        loop    .next
        ret

print_attributes:
        mov     ah, 0
.next:  mov     dx, 0x3BA
        in      al, dx
        mov     dl, 0xDA
        in      al, dx
        mov     dl, 0xC0
        mov     al, ah
        out     dx, al
        inc     dx
        in      al, dx
        push    ax
        call    print_byte
        pop     ax
        inc     ah
        cmp     ah, 21
        jb      .next
        mov     dx, 0x3DA
        in      al, dx
        mov     dl, 0xC0
        mov     al, 0x20
        out     dx, al
        ret

; Sums of 32 KB at B0000 or B8000, of 64 KB at A0000 for each plane, or of 64 KB there.
tell_memory:
        mov     al, 'M'
        call    print
        mov     dx, 0x3CE
        mov     al, 6
        out     dx, al
        inc     dx
        in      al, dx
        dec     dx
        mov     si, 0xA000
        mov     cx, 0x10000 / 4
        and     al, 0x0C
        cmp     al, 4
        jbe     .graphics
        mov     cx, 0x8000 / 4
        mov     si, 0xB000
        cmp     al, 8
        je      .linear
        mov     si, 0xB800
        jmp     .linear
.graphics:
        mov     al, 5
        out     dx, al
        inc     dx
        in      al, dx
        dec     dx
        test    al, 0x40
        jnz     .linear
        mov     ax, 0x0004
.plane: out     dx, ax
        call    sum_memory
        inc     ah
        cmp     ah, 4
        jb      .plane
        mov     ah, 0
        out     dx, ax
        ret
.linear:
        mov     ax, 0

; Prints the sum of CX double words at SI:0. Keeps AX, CX, DX, SI.
sum_memory:
        pushad
        push    ds
        mov     ds, si
        xor     si, si
        xor     ebx, ebx
.next:  lodsd
        rol     ebx, 1
        add     ebx, eax
        loop    .next
        pop     ds
        call    print_sum
        popad
        ret
`;

const SIZE = 0x20000;

/** A system BIOS of 128 KB that starts a video BIOS and goes on at the text's `calls_start`, which may print. */
export function buildImage(videoBios: Uint8Array, text: string): Uint8Array {
  const end = 'times 0xFFF0 - ($ - $$) db 0\n        jmp     0xF000:entry\ntimes 0x10000 - ($ - $$) db 0\n';
  const { bytes } = assemble([start, text, output, end].join('\n'), { bits: 16 });
  const image = new Uint8Array(SIZE);
  image.set(videoBios.subarray(0, 0x10000));
  image.set(bytes, 0x10000);
  return image;
}

/** One that makes calls of int 10h and prints what they give. */
export function buildHarness(videoBios: Uint8Array, calls: readonly Call[]): Uint8Array {
  return buildImage(videoBios, [run, state, `calls:\n${calls.map(callLine).join('\n')}\ncalls_end:\n`].join('\n'));
}
