/** int 10h, AH=1B: what the BIOS can do and what its state is, in 64 bytes. */
export const state = `
; BX = 0; ES:DI: 64 bytes.
state_information:
        cmp     bx, 0
        jne     .done
        mov     di, [bp + CALLER_DI]
        mov     byte [bp + CALLER_AL], 0x1B
        mov     ax, static_information
        stosw
        mov     ax, cs
        stosw
        mov     si, BDA_MODE        ; 30 bytes as they are in BIOS data
        mov     cx, 0x1E
        rep movsb
        mov     al, [BDA_LAST_ROW]
        inc     al
        stosb
        mov     ax, [BDA_HEIGHT]
        stosw
        movzx   si, byte [BDA_DISPLAY]
        shl     si, 1
        mov     ax, [cs:display_codes + 4 + si]
        xchg    al, ah
        stosw
        call    colours_and_pages
        call    scan_lines
        call    font_blocks
        call    state_flags
        mov     cx, 3
        mov     al, 0
        rep stosb
        mov     ax, 3               ; 256 KB; no saved tables are in use
        stosw
        mov     cx, 0x40 - 0x33
        mov     al, 0
        rep stosb
.done:  ret

; The mode's colours, a word, and its pages, a byte.
colours_and_pages:
        mov     al, [BDA_MODE]
        call    find_mode
        mov     cl, [cs:si + MODE_BITS]
        jnc     .known
        mov     al, EXTENSION_BPP
        call    read_extension
        mov     cl, al
.known: mov     ax, 1
        shl     eax, cl
        stosw
        mov     al, 1
        cmp     byte [BDA_MODE], VBE_MODE
        je      .store
        cmp     byte [cs:si + MODE_KIND], KIND_CGA
        je      .store
        mov     ax, 0x8000          ; bytes of text, or half of a plane's
        mov     bx, [BDA_PAGE_BYTES]
        cmp     byte [cs:si + MODE_KIND], KIND_TEXT
        je      .divide
        shr     bx, 1
.divide:
        xor     dx, dx
        cmp     bx, 1               ; a program may have written 0 there
        adc     bx, 0
        div     bx
        cmp     ax, 8
        jbe     .store
        mov     al, 8
.store: stosb
        ret

; A number for the lines: 0 to 3 for 200, 350, 400, 480.
scan_lines:
        call    displayed_lines
        mov     al, 0
        cmp     cx, 350
        jb      .store
        inc     ax
        cmp     cx, 400
        jb      .store              ; rows of a height that does not divide 400 leave some lines free
        inc     ax
        cmp     cx, 480
        jb      .store
        inc     ax
.store: stosb
        ret

; Blocks of characters without and with attribute bit 3.
font_blocks:
        mov     dx, SEQUENCER
        mov     al, 3
        out     dx, al
        inc     dx
        in      al, dx
        call    .block
        shr     al, 1
        mov     cl, al
        shr     cl, 1
        and     cl, 3
        and     al, 0x10
        shr     al, 2
        or      al, cl
        stosb
        ret
.block: mov     ah, al
        mov     cl, al
        and     cl, 3
        and     al, 0x10
        shr     al, 2
        or      al, cl
        stosb
        mov     al, ah
        ret

; Bit 0: all modes on all displays, 1: gray, 3: no default palette, 4: cursor emulation, 5: blinking.
state_flags:
        mov     bl, 0x10
        call    read_attribute
        and     al, 8
        shl     al, 2
        mov     ah, [BDA_FLAGS]
        and     ah, FLAG_GRAY | FLAG_NO_PALETTE
        or      al, ah
        or      al, 1
        test    byte [BDA_CONTROL], CONTROL_NO_CURSOR_EMULATION
        jnz     .store
        or      al, 0x10
.store: stosb
        ret

static_information:
        db      0xFF, 0xE0, 0x0F, 0 ; modes 0 to 7, 0Dh to 13h
        db      0, 0, 0
        db      7                   ; text with 200, 350 and 400 lines
        db      2, 8                ; of 8 blocks of characters 2 are used
        db      0xFF, 0x0E          ; all functions but light pen
        db      0, 0
        db      0x20                ; the table of displays
        db      0
`;
