const code = `
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

/** Texts are drawn over all boxes: they must stand where no other window is. */
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

/** 1024 x 768 in 32 bits through the linear frame buffer: windows on a desktop. */
export const desktop = `${code}
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
