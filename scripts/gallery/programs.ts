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
        test    cx, cx
        jnz     .put
        mov     al, 128
.put:   stosb
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
        and     al, 31
        add     al, 32
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
        imul    ax, ax
        mov     bx, ax
        mov     ax, bp
        sub     ax, dx
        imul    ax, ax
        add     ax, bx
        shr     ax, 7
        ret
registers:
        dw      0x0D06, 0x3E07, 0x4109, 0xEA10, 0xAC11, 0xDF12, 0x0014, 0xE715, 0x0616
        dw      0xE317
`;

/** 1024 x 768 in 32 bits through the linear frame buffer: windows on a desktop. */
const desktop = `
        mov     ax, 0x4F01
        mov     cx, 0x144
        mov     di, 0x2000
        int     0x10
        mov     ax, 0x4F02
        mov     bx, 0x4144
        int     0x10
        mov     ax, 0x1130
        mov     bh, 6
        int     0x10
        mov     ax, es
        movzx   eax, ax
        shl     eax, 4
        movzx   ebp, bp
        add     eax, ebp
        mov     [font], eax
        xor     ax, ax
        mov     es, ax
        mov     ax, [0x2000 + 0x10]
        movzx   eax, ax
        mov     [pitch], eax
        mov     eax, [0x2000 + 0x28]
        mov     [frame], eax
; The sky: each line a little lighter.
        xor     edx, edx
.sky:   mov     eax, edx
        shr     eax, 2
        imul    ebx, eax, 0x000101
        mov     eax, edx
        shr     eax, 3
        shl     eax, 16
        add     ebx, eax
        add     ebx, 0x103848
        mov     [color], ebx
        mov     dword [left], 0
        mov     [top], edx
        mov     dword [wide], 1024
        mov     dword [high], 1
        call    fill
        inc     edx
        cmp     edx, 768
        jb      .sky
        mov     si, boxes
; Boxes: left, top, width, height, color; a width of 0 ends them.
.box:   call    take
        mov     [left], eax
        call    take
        mov     [top], eax
        call    take
        mov     [wide], eax
        call    take
        mov     [high], eax
        lodsd
        mov     [color], eax
        cmp     dword [wide], 0
        je      .words
        call    fill
        jmp     .box
; Texts: left, top, color, characters; a left of 0 ends them.
.words: mov     si, texts
.text:  call    take
        test    eax, eax
        jz      finished
        mov     [left], eax
        call    take
        mov     [top], eax
        lodsd
        mov     [color], eax
.character:
        lodsb
        test    al, al
        jz      .text
        call    glyph
        add     dword [left], 8
        jmp     .character
take:   xor     eax, eax
        lodsw
        ret
; Address of the dot left, top in EDI.
dot:    mov     edi, [top]
        imul    edi, [pitch]
        mov     eax, [left]
        shl     eax, 2
        add     edi, eax
        add     edi, [frame]
        ret
fill:   push    edx
        mov     ebx, [high]
        call    dot
.line:  push    edi
        mov     ecx, [wide]
        mov     eax, [color]
        a32 rep stosd
        pop     edi
        add     edi, [pitch]
        dec     ebx
        jnz     .line
        pop     edx
        ret
; Character AL with 16 lines.
glyph:  movzx   ebx, al
        shl     ebx, 4
        add     ebx, [font]
        call    dot
        mov     cx, 16
.line:  mov     dl, [ebx]
        push    edi
.bit:   shl     dl, 1
        jnc     .blank
        mov     eax, [color]
        mov     [edi], eax
.blank: add     edi, 4
        test    dl, dl
        jnz     .bit
        pop     edi
        add     edi, [pitch]
        inc     ebx
        loop    .line
        ret
font:   dd      0
pitch:  dd      0
frame:  dd      0
color:  dd      0
left:   dd      0
top:    dd      0
wide:   dd      0
high:   dd      0
`;

interface Window {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
  readonly title: string;
  readonly lines: readonly string[];
}

const windows: readonly Window[] = [
  {
    ...{ left: 80, top: 70, width: 420, height: 250, title: 'Devices' },
    lines: [
      '82441FX host bridge',
      '82371SB ISA bridge and IDE',
      'VGA with VBE, 16 MB',
      '82077AA floppy',
      '16550A, four ports',
    ],
  },
  {
    ...{ left: 300, top: 230, width: 520, height: 300, title: 'Frame buffer' },
    lines: [
      '1024 x 768, 32 bits a dot',
      '',
      'Stores of translated code go to it as to RAM.',
      'The screen is drawn elsewhere, from',
      'the pages that were written.',
    ],
  },
  { left: 620, top: 90, width: 300, height: 170, title: 'Clock', lines: ['8254', 'MC146818', 'local APIC'] },
];

const frame = ({ left, top, width, height }: Window): string => `
        dw      ${left + 8}, ${top + 8}, ${width}, ${height}
        dd      0x203040
        dw      ${left}, ${top}, ${width}, ${height}
        dd      0xC8CCD0
        dw      ${left + 3}, ${top + 3}, ${width - 6}, 24
        dd      0x2C5C8C
        dw      ${left + width - 24}, ${top + 6}, 18, 18
        dd      0xC05048
        dw      ${left + 3}, ${top + 30}, ${width - 6}, ${height - 33}
        dd      0xF8F8F4`;

/** Lower windows are covered: their titles and lines come before the boxes of those above, so only free places have text. */
const words = ({ left, top, title, lines }: Window): string => `
        dw      ${left + 12}, ${top + 7}
        dd      0xFFFFFF
        db      '${title}', 0
${lines
  .map(
    (line, n) => `
        dw      ${left + 16}, ${top + 44 + 22 * n}
        dd      0x202428
        db      '${line}', 0`,
  )
  .join('')}`;

const panel = `
        dw      0, 736, 1024, 32
        dd      0x30343C
        dw      8, 741, 90, 22
        dd      0x2C5C8C`;

const desktopData = `
boxes:  ${panel}
${windows.map(frame).join('')}
        dw      0, 0, 0, 0
        dd      0
texts:  dw      20, 744
        dd      0xFFFFFF
        db      'rawiron', 0
${windows.map(words).join('')}
        dw      0
`;

/** Programs that draw, by the name of their picture. */
export const programs: Readonly<Record<string, string>> = {
  text,
  'mode-13h': mandelbrot,
  'mode-x': rings,
  desktop: desktop + desktopData,
};
