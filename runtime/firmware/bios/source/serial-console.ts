import { codePage437 } from '../../code-page-437.ts';
import { enter } from './layout.ts';

const codes = codePage437.map((sign) => sign.codePointAt(0)!);
const rows = Array.from({ length: 32 }, (_, n) => `        dw ${codes.slice(8 * n, 8 * n + 8).join(', ')}\n`);

/**
 * A terminal at COM1 in the place of a screen, where the machine has none for its user (QEMU's item FW_CFG_NOGRAPHIC): what INT 10h shows in text modes goes there
 * as UTF-8 with the sequences of ECMA-48, and what is typed comes as keys of INT 16h. The display adapter does the same in its memory, if there is one.
 */
export const serialConsole = `
bits 16
CONSOLE_PORT    equ 0x3F8
FW_CFG_NO_GRAPHIC equ 0x04
ESCAPE          equ 27
BDA_VIDEO_MODE  equ 0x49
BDA_VIDEO_COLUMNS equ 0x4A
BDA_CURSOR      equ 0x50        ; words of pages: column, row
BDA_PAGE        equ 0x62
COLUMNS         equ 80
ROWS            equ 25
NORMAL          equ 0x07        ; attribute
NOWHERE         equ 0xFFFF      ; it isn't known where the terminal's cursor is
FRAME_NEXT      equ 36          ; far pointer to the service of the adapter, below the frame of INT 10h

; EBDA_CONSOLE_ESCAPE: what came of a key's sequence
SEQUENCE_NONE   equ 0
SEQUENCE_ESCAPE equ 1
SEQUENCE_CONTROL equ 2          ; ESC [
SEQUENCE_SHIFT  equ 3           ; ESC O

; DS: EBDA.
serial_console_setup:
        test    byte [EBDA_FLAGS], FLAG_FW_CFG
        jz      .end
        mov     ax, FW_CFG_NO_GRAPHIC
        call    fw_cfg_select
        in      al, dx
        test    al, al
        jz      .end
        mov     dx, CONSOLE_PORT + 5
        in      al, dx
        cmp     al, 0xFF            ; no port
        je      .end
        mov     si, .registers
.next:  mov     dx, [cs:si]
        mov     al, [cs:si + 2]
        out     dx, al
        add     si, 3
        cmp     si, .registers_end
        jb      .next
        mov     byte [EBDA_CONSOLE], 1
        xor     ax, ax
        mov     es, ax
        mov     eax, [es:0x10 * 4]
        mov     [EBDA_CONSOLE_NEXT], eax
        mov     dword [es:0x10 * 4], BIOS_SEGMENT << 16 | int10_serial
.end:   ret
; 115,200 bits a second, 8 of them data; no interrupts; DTR and RTS.
.registers:
        dw CONSOLE_PORT + 3
        db 0x83
        dw CONSOLE_PORT
        db 1
        dw CONSOLE_PORT + 1
        db 0
        dw CONSOLE_PORT + 3
        db 0x03
        dw CONSOLE_PORT + 2
        db 0x07
        dw CONSOLE_PORT + 4
        db 0x03
.registers_end:

; INT 10h: to the terminal, then to whoever had the interrupt before.
int10_serial:
        push    dword 0
${enter}
        call    ebda_select
        push    word BDA_SEGMENT
        pop     es
        mov     eax, [EBDA_CONSOLE_NEXT]
        mov     [bp + FRAME_NEXT], eax
        movzx   bx, byte [bp + FRAME_AH]
        test    bx, bx
        jz      .known
        cmp     bx, 0x13
        ja      .end
        mov     al, [es:BDA_VIDEO_MODE]
        cmp     al, 7               ; text of MDA
        je      .known
        cmp     al, 3
        ja      .end
.known: add     bx, bx
        call    [cs:.functions + bx]
        cmp     dword [EBDA_CONSOLE_NEXT], BIOS_SEGMENT << 16 | ENTRY_INT10
        jne     .end
        call    console_alone
.end:   popad
        pop     es
        pop     ds
        retf
.functions:
        dw console_mode, console_nothing, console_nothing, console_nothing
        dw console_nothing, console_nothing, console_scroll, console_scroll
        dw console_nothing, console_repeat, console_repeat, console_nothing
        dw console_nothing, console_nothing, console_teletype, console_nothing
        dw console_nothing, console_nothing, console_nothing, console_string

; Without an adapter nobody else keeps the mode and the cursor: functions 0, 2, 3, 0Eh, 0Fh.
console_alone:
        mov     ah, [bp + FRAME_AH]
        cmp     ah, 0x00
        je      .mode
        cmp     ah, 0x02
        je      .set
        cmp     ah, 0x03
        je      .get
        cmp     ah, 0x0E
        je      .moved
        cmp     ah, 0x0F
        jne     console_nothing
        mov     word [bp + FRAME_AX], COLUMNS << 8 | 3
        mov     byte [bp + FRAME_BH], 0
        ret
.mode:  mov     byte [es:BDA_VIDEO_MODE], 3
        mov     word [es:BDA_VIDEO_COLUMNS], COLUMNS
        mov     word [es:BDA_CURSOR], 0
        ret
.set:   mov     ax, [bp + FRAME_DX]
        mov     [es:BDA_CURSOR], ax
        ret
.get:   mov     ax, [es:BDA_CURSOR]
        mov     [bp + FRAME_DX], ax
        mov     word [bp + FRAME_CX], 0x0607
        ret
.moved: mov     ax, [EBDA_CONSOLE_PLACE]
        mov     [es:BDA_CURSOR], ax
console_nothing:
        ret

; A mode is set: the screen is empty, unless it is to stay.
console_mode:
        test    byte [bp + FRAME_AL], 0x80
        jnz     .end
        mov     si, .text
        call    console_text
        mov     word [EBDA_CONSOLE_PLACE], 0
        mov     byte [EBDA_CONSOLE_ATTRIBUTE], NORMAL
.end:   ret
.text:  db ESCAPE, '[0m', ESCAPE, '[2J', ESCAPE, '[H', 0

; A window is emptied, or the whole screen scrolls up. Other windows stay as they are.
console_scroll:
        mov     cx, [bp + FRAME_CX]
        mov     dx, [bp + FRAME_DX]
        cmp     byte [bp + FRAME_AL], 0
        je      .empty
        cmp     byte [bp + FRAME_AH], 0x06
        jne     .end
        test    cx, cx
        jnz     .end
        cmp     dl, COLUMNS - 1
        jb      .end
        cmp     dh, ROWS - 1
        jb      .end
        mov     dx, (ROWS - 1) << 8
        call    console_goto
        movzx   cx, byte [bp + FRAME_AL]
        mov     al, 10
.line:  call    console_send
        loop    .line
        jmp     .moved
.empty: mov     al, [bp + FRAME_BH]
        call    console_attribute
        cmp     dh, ROWS - 1
        jbe     .rows
        mov     dh, ROWS - 1
.rows:  mov     bl, dl
        sub     bl, cl
        inc     bl                  ; columns
.row:   cmp     ch, dh
        ja      .moved
        push    dx
        mov     dx, cx
        call    console_goto
        pop     dx
        mov     al, bl
        mov     ah, 'X'
        call    console_control     ; erases characters
        inc     ch
        jmp     .row
.moved: mov     word [EBDA_CONSOLE_PLACE], NOWHERE
.end:   ret

; A character several times, from the cursor on, which stays.
console_repeat:
        call    console_follow
        mov     al, NORMAL
        cmp     byte [bp + FRAME_AH], 0x0A
        je      .colour
        mov     al, [bp + FRAME_BL]
.colour:
        call    console_attribute
        mov     cx, [bp + FRAME_CX]
        cmp     cx, COLUMNS
        jbe     .next
        mov     al, 0
        mov     ah, 'J'             ; erases the rest of the screen
        jmp     console_control
.next:  jcxz    .end
        cmp     byte [EBDA_CONSOLE_PLACE], COLUMNS
        jae     .edge
        mov     al, [bp + FRAME_AL]
        call    console_sign
        dec     cx
        jmp     .next
.end:   cmp     byte [EBDA_CONSOLE_PLACE], COLUMNS
        jb      .inside
.edge:  mov     word [EBDA_CONSOLE_PLACE], NOWHERE
.inside:
        ret

console_teletype:
        call    console_follow
        mov     al, NORMAL
        call    console_attribute
        mov     al, [bp + FRAME_AL]
        jmp     console_character

; CX characters at ES:BP of the caller, with attributes or not, from DX on.
console_string:
        mov     dx, [bp + FRAME_DX]
        call    console_goto
        mov     si, [bp + FRAME_BP]
        mov     cx, [bp + FRAME_CX]
        mov     ah, [bp + FRAME_BL]
        mov     es, [bp + FRAME_ES]
.next:  jcxz    .end
        mov     al, [es:si]
        inc     si
        test    byte [bp + FRAME_AL], 0x02
        jz      .colour
        mov     ah, [es:si]
        inc     si
.colour:
        xchg    al, ah
        call    console_attribute
        xchg    al, ah
        call    console_character
        dec     cx
        jmp     .next
.end:   push    word BDA_SEGMENT
        pop     es
        ret

; AL: a character as a teletype takes it.
console_character:
        push    ax
        mov     dx, [EBDA_CONSOLE_PLACE]
        cmp     al, 7
        je      .send
        cmp     al, 8
        je      .back
        cmp     al, 10
        je      .down
        cmp     al, 13
        je      .left
        call    console_sign
        cmp     byte [EBDA_CONSOLE_PLACE], COLUMNS
        jb      .end
        mov     al, 13              ; a new line begins, whatever the terminal does at its edge
        call    console_send
        mov     al, 10
        jmp     .wrap
.back:  test    dl, dl
        jz      .end
        dec     dl
        jmp     .moved
.wrap:  mov     dl, 0
.down:  cmp     dh, ROWS - 1
        jae     .moved
        inc     dh
        jmp     .moved
.left:  mov     dl, 0
.moved: mov     [EBDA_CONSOLE_PLACE], dx
.send:  call    console_send
.end:   pop     ax
        ret

; Sends the terminal's cursor to where the adapter's is.
console_follow:
        movzx   bx, byte [es:BDA_PAGE]
        add     bx, bx
        mov     dx, [es:BDA_CURSOR + bx]
        cmp     dx, [EBDA_CONSOLE_PLACE]
        jne     console_goto
        ret

; DH, DL: row and column.
console_goto:
        push    ax
        mov     [EBDA_CONSOLE_PLACE], dx
        call    console_introduce
        mov     al, dh
        inc     al
        call    console_number
        mov     al, ';'
        call    console_send
        mov     al, dl
        inc     al
        call    console_number
        mov     al, 'H'
        call    console_send
        pop     ax
        ret

; AL: an attribute of the adapter.
console_attribute:
        push    ax
        push    bx
        cmp     al, [EBDA_CONSOLE_ATTRIBUTE]
        je      .end
        mov     [EBDA_CONSOLE_ATTRIBUTE], al
        mov     ah, al
        call    console_introduce
        mov     al, '0'
        call    console_send
        test    ah, 0x08
        jz      .dark
        mov     al, ';'
        call    console_send
        mov     al, '1'
        call    console_send
.dark:  mov     al, ah
        and     al, 0x77
        cmp     al, NORMAL
        je      .last
        mov     al, '3'
        call    .colour
        shr     ah, 4
        mov     al, '4'
        call    .colour
.last:  mov     al, 'm'
        call    console_send
.end:   pop     bx
        pop     ax
        ret
; The parameter of tens AL for the colour of AH, whose bits are in the other order at terminals.
.colour:
        push    ax
        mov     al, ';'
        call    console_send
        pop     ax
        call    console_send
        mov     bl, ah
        and     bx, 7
        mov     al, [cs:.colours + bx]
        jmp     console_send
.colours: db '04261537'

; AL: sign of code page 437, at the cursor, in UTF-8.
console_sign:
        push    ax
        push    bx
        movzx   bx, al
        add     bx, bx
        mov     bx, [cs:console_signs + bx]
        mov     al, bl
        cmp     bx, 0x80
        jb      .last
        cmp     bx, 0x800
        jae     .three
        mov     ax, bx
        shr     ax, 6
        or      al, 0xC0
        jmp     .two
.three: mov     al, bh
        shr     al, 4
        or      al, 0xE0
        call    console_send
        mov     ax, bx
        shr     ax, 6
        and     al, 0x3F
        or      al, 0x80
.two:   call    console_send
        mov     al, bl
        and     al, 0x3F
        or      al, 0x80
.last:  call    console_send
        inc     byte [EBDA_CONSOLE_PLACE]
        pop     bx
        pop     ax
        ret

; A control sequence with parameter AL, ended by AH.
console_control:
        call    console_introduce
        call    console_number
        mov     al, ah
        jmp     console_send
console_introduce:
        push    ax
        mov     al, ESCAPE
        call    console_send
        mov     al, '['
        call    console_send
        pop     ax
        ret
; AL in decimal.
console_number:
        push    ax
        aam                         ; AH: tens, AL: ones
        add     al, '0'
        push    ax
        mov     al, ah
        test    al, al
        jz      .ones
        call    console_number
.ones:  pop     ax
        call    console_send
        pop     ax
        ret

; CS:SI: text, ended by 0.
console_text:
        mov     al, [cs:si]
        inc     si
        test    al, al
        jz      console_nothing
        call    console_send
        jmp     console_text

; AL: a byte to the terminal, when the port has room, or after some time.
console_send:
        push    dx
        push    cx
        push    ax
        mov     dx, CONSOLE_PORT + 5
        xor     cx, cx
.wait:  in      al, dx
        test    al, 0x20
        jnz     .ready
        loop    .wait
.ready: mov     dx, CONSOLE_PORT
        pop     ax
        out     dx, al
        pop     cx
        pop     dx
        ret

; At each tick of the timer: what was typed at the terminal becomes keys.
console_poll:
        push    ds
        call    ebda_select
        cmp     byte [EBDA_CONSOLE], 0
        je      .end
        pushad
        mov     bl, [EBDA_CONSOLE_ESCAPE]
.next:  mov     dx, CONSOLE_PORT + 5
        in      al, dx
        test    al, 0x01
        jz      .empty
        mov     dx, CONSOLE_PORT
        in      al, dx
        mov     bl, SEQUENCE_NONE
        call    console_typed
        jmp     .next
; An escape that nothing has followed for a tick is the key.
.empty: cmp     bl, SEQUENCE_ESCAPE
        jne     .done
        mov     byte [EBDA_CONSOLE_ESCAPE], SEQUENCE_NONE
        mov     cx, 0x011B
        call    console_key
.done:  popad
.end:   pop     ds
        ret

; CX: scan code and character.
console_key:
        push    ds
        push    word BDA_SEGMENT
        pop     ds
        call    key_put
        pop     ds
        ret

; AL: a byte of the terminal. DS: EBDA.
console_typed:
        mov     ah, [EBDA_CONSOLE_ESCAPE]
        cmp     ah, SEQUENCE_CONTROL
        jae     .sequence
        cmp     ah, SEQUENCE_ESCAPE
        je      .escaped
        cmp     al, ESCAPE
        jne     console_plain
        mov     ah, SEQUENCE_ESCAPE
        jmp     .state
.escaped:
        mov     word [EBDA_CONSOLE_NUMBER], 0
        mov     ah, SEQUENCE_CONTROL
        cmp     al, '['
        je      .state
        mov     ah, SEQUENCE_SHIFT
        cmp     al, 'O'
        je      .state
        push    ax
        mov     byte [EBDA_CONSOLE_ESCAPE], SEQUENCE_NONE
        mov     cx, 0x011B
        call    console_key
        pop     ax
        jmp     console_typed
.state: mov     [EBDA_CONSOLE_ESCAPE], ah
        ret
.sequence:
        cmp     al, '0'
        jb      .final
        cmp     al, ';'             ; modifiers follow, which are left out
        je      .modified
        cmp     al, '9'
        ja      .final
        and     ax, 0x0F
        imul    cx, [EBDA_CONSOLE_NUMBER], 10
        add     ax, cx
        mov     [EBDA_CONSOLE_NUMBER], ax
        ret
.modified:
        ret
.final: mov     byte [EBDA_CONSOLE_ESCAPE], SEQUENCE_NONE
        cmp     al, '~'
        jne     .named
        mov     ax, [EBDA_CONSOLE_NUMBER]
.named: mov     si, .keys
.look:  cmp     al, [cs:si]
        je      .found
        add     si, 3
        cmp     si, .keys_end
        jb      .look
        ret
.found: mov     cx, [cs:si + 1]
        jmp     console_key
; What ends a sequence, or its number before a tilde; the key's scan code and character.
.keys:
${sequenceKeys()}
.keys_end:

; AL: a character. Its key is that which gives it, alone, with Shift or with Ctrl.
console_plain:
        cmp     al, 10
        jne     .line
        mov     al, 13
.line:  cmp     al, 127
        jne     .look
        mov     al, 8
.look:  mov     si, key_table
        movzx   cx, al
.key:   mov     di, 3
.column:
        cmp     [cs:si], al
        je      .found
.other: add     si, 2
        dec     di
        jnz     .column
        add     si, 2               ; with Alt
        cmp     si, key_table + 8 * KEY_COUNT
        jb      .key
        jmp     console_key
.found: test    al, al
        jz      .other
        mov     cx, [cs:si]
        jmp     console_key

; Code page 437 in Unicode.
console_signs:
${rows.join('')}
`;

/** Rows of what keys of terminals send (xterm's, as most others do): cursor keys have the character E0h, as those of keyboards with 101 keys. */
function sequenceKeys(): string {
  const cursor = (scan: number) => (scan << 8) | 0xe0;
  const keys: [end: number | string, key: number][] = [
    ['A', cursor(0x48)],
    ['B', cursor(0x50)],
    ['C', cursor(0x4d)],
    ['D', cursor(0x4b)],
    ['H', cursor(0x47)],
    ['F', cursor(0x4f)],
    ...[0x47, 0x52, 0x53, 0x4f, 0x49, 0x51, 0x47, 0x4f].map((scan, n): [number, number] => [n + 1, cursor(scan)]),
    ...['P', 'Q', 'R', 'S'].map((end, n): [string, number] => [end, (0x3b + n) << 8]),
    ...[11, 12, 13, 14, 15, 17, 18, 19, 20, 21].map((end, n): [number, number] => [end, (0x3b + n) << 8]),
    [23, 0x8500],
    [24, 0x8600],
  ];
  return keys
    .map(([end, key]) => `        db ${typeof end === 'string' ? `'${end}'` : end}\n        dw ${key}\n`)
    .join('');
}
