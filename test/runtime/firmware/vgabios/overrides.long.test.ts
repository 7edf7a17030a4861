import { expect, test } from 'vitest';
import { buildVideoBios } from '../../../../runtime/firmware/vgabios/index.ts';
import { printedByMachine } from '../../../support/video-bios/answers.ts';
import { buildImage } from '../../../support/video-bios/harness.ts';

/** Puts a save pointer table at 5000:0 with fonts of 20 lines for mode 3 and of 10 for mode 13h. */
const program = `
calls_start:
        mov     ax, 0x5000
        mov     es, ax
        mov     si, pointers
        xor     di, di
        mov     cx, pointers_end - pointers
.copy:  cs lodsb
        stosb
        loop    .copy
        xor     ax, ax
        mov     ds, ax
        mov     word [0x4A8], 0
        mov     word [0x4AA], 0x5000
        mov     ax, 0x0003
        call    show
        mov     ax, 0x0001
        call    show
        mov     ax, 0x0013
        call    show
        mov     ax, 0x0012
        call    show
        jmp     finish

; Sets mode AX; prints lines of characters, last row, and the vector of the graphics font.
show:   int     0x10
        mov     bx, [0x485]
        call    print_word
        movzx   bx, byte [0x484]
        call    print_word
        mov     bx, [0x43 * 4 + 2]
        cmp     bx, 0xC000          ; of the ROM
        je      .done
        call    print_word
        mov     bx, [0x43 * 4]
        call    print_word
.done:  mov     al, 10
        jmp     print

pointers:
        dd      0, 0
        dw      text_font - pointers, 0x5000
        dw      graphics_font - pointers, 0x5000
        dd      0, 0, 0
text_font:
        db      20, 0
        dw      256, 0, 0, 0x3000
        db      18, 3, 0xFF
graphics_font:
        db      20
        dw      10, 0x100, 0x3000
        db      0x13, 0xFF
pointers_end:
`;

test('fonts that a program has in the save pointer table are there after a mode was set', async () => {
  const printed = await printedByMachine(buildImage(buildVideoBios(), program), 'translator');
  expect(printed.split('\n')).toEqual([
    ' 0014 0011', // 20 lines, 18 rows
    ' 0010 0018', // mode 1 has no font of its own
    ' 000a 0013 3000 0100',
    ' 0010 001d',
    '.',
  ]);
});
