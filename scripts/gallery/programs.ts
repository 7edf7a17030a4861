import { desktop } from './desktop.ts';

/** Text: all characters of the BIOS's font, and all pairs of colors. */
const text = `
        mov     ax, 3
        int     0x10
        mov     ax, 0x1003
        xor     bx, bx
        int     0x10
        mov     ax, 0xB800
        mov     es, ax
        mov     si, title
        mov     di, 2 * (80 + 19)
.title: lodsb
        test    al, al
        jz      .chart
        mov     ah, 0x1F
        stosw
        jmp     .title
.chart: xor     cx, cx
; Character CL: 32 in a line, blanks between.
.next:  mov     al, cl
        and     ax, 31
        shl     ax, 2
        mov     di, ax
        mov     al, cl
        shr     al, 5
        mov     bl, 160
        mul     bl
        add     di, ax
        add     di, 3 * 160 + 16
        mov     al, cl
        mov     ah, 0x07
        mov     [es:di], ax
        inc     cl
        jnz     .next
; Attribute CL: 16 in a line, three cells each.
.color: mov     al, cl
        and     ax, 15
        imul    di, ax, 8
        mov     al, cl
        shr     al, 4
        mov     bl, 160
        mul     bl
        add     di, ax
        cmp     cl, 0xC0
        jae     .done
        add     di, 12 * 160 + 16
        mov     ah, cl
        mov     al, ' '
        stosw
        mov     al, 'A'
        stosw
        mov     al, 0xB1
        stosw
        mov     al, ' '
        stosw
        inc     cl
        jmp     .color
.done:  mov     ah, 1
        mov     cx, 0x2000
        int     0x10
        jmp     finished
title:  db      ' Characters and colors of a text screen ', 0
`;

/** Mode 13h: the Mandelbrot set, in fixed point with 12 bits behind the point. */
const mandelbrot = `
        mov     ax, 0x13
        int     0x10
        mov     dx, 0x3C8
        mov     al, 0
        out     dx, al
        inc     dx
        xor     cx, cx
; Color CL: from blue over white to brown, twice.
.color: mov     al, cl
        shl     al, 1
        jnc     .up
        not     al
.up:    shr     al, 2
        out     dx, al
        mov     ah, al
        shr     ah, 1
        mov     al, cl
        shr     al, 2
        add     al, ah
        and     al, 63
        out     dx, al
        mov     al, cl
        not     al
        shr     al, 2
        out     dx, al
        inc     cl
        jnz     .color
; What never goes away is black.
        dec     dx
        mov     al, 0
        out     dx, al
        inc     dx
        out     dx, al
        out     dx, al
        out     dx, al
        mov     ax, 0xA000
        mov     es, ax
        xor     di, di
        mov     dword [imaginary], -4915
.line:  mov     dword [real], -9011
.pixel: xor     esi, esi
        xor     ebp, ebp
        mov     cx, 120
; z = z² + c until it is far away: ESI and EBP are its parts.
.step:  mov     eax, esi
        imul    eax, eax
        mov     ebx, ebp
        imul    ebx, ebx
        mov     edx, eax
        add     edx, ebx
        cmp     edx, 4 << 24
        ja      .away
        sub     eax, ebx
        sar     eax, 12
        add     eax, [real]
        imul    ebp, esi
        sar     ebp, 11
        add     ebp, [imaginary]
        mov     esi, eax
        dec     cx
        jnz     .step
.away:  mov     al, cl
        imul    ax, ax, 5
        stosb
        add     dword [real], 41
        cmp     dword [real], -9011 + 41 * 320
        jne     .pixel
        add     dword [imaginary], 49
        cmp     di, 64000
        jb      .line
        jmp     finished
real:   dd      0
imaginary: dd   0
`;

/** Mode X, 320 x 240 with four planes: rings around three points, one in each of them a plane of colors. */
const rings = `
        mov     ax, 0x13
        int     0x10
        mov     si, registers
        mov     cx, 9
        mov     dx, 0x3C4
        mov     ax, 0x0604
        out     dx, ax
        mov     dx, 0x3C2
        mov     al, 0xE3
        out     dx, al
        mov     dx, 0x3D4
        mov     ax, 0x2C11
        out     dx, ax
.next:  lodsw
        out     dx, ax
        loop    .next
        mov     ax, 0xA000
        mov     es, ax
        xor     bp, bp
.line:  xor     cx, cx
.pixel: mov     dx, 0x3C4
        mov     ax, 0x0102
        push    cx
        and     cl, 3
        shl     ah, cl
        pop     cx
        out     dx, ax
        imul    di, bp, 80
        mov     ax, cx
        shr     ax, 2
        add     di, ax
        mov     bx, 90
        mov     dx, 80
        call    ring
        mov     si, ax
        mov     bx, 230
        mov     dx, 110
        call    ring
        xor     si, ax
        mov     bx, 150
        mov     dx, 190
        call    ring
        xor     ax, si
        and     al, 15
        add     al, 16
        stosb
        inc     cx
        cmp     cx, 320
        jb      .pixel
        inc     bp
        cmp     bp, 240
        jb      .line
        jmp     finished
; AX: the number of the ring around BX, DX that the pixel CX, BP is in.
ring:   mov     ax, cx
        sub     ax, bx
        movsx   ebx, ax
        imul    ebx, ebx
        mov     ax, bp
        sub     ax, dx
        cwde
        imul    eax, eax
        add     eax, ebx
        shr     eax, 9
        ret
registers:
        dw      0x0D06, 0x3E07, 0x4109, 0xEA10, 0xAC11, 0xDF12, 0x0014, 0xE715, 0x0616
        dw      0xE317
`;

/** Programs that draw, by the name of their picture. */
export const programs: Readonly<Record<string, string>> = {
  text,
  'mode-13h': mandelbrot,
  'mode-x': rings,
  desktop,
};
