/** Names of places in BIOS data (segment 40h) and of ports (FreeVGA; RBIL, memory list). */
export const names = `
org     0
bits    16

BDA             equ 0x40
BDA_EQUIPMENT   equ 0x10
BDA_MODE        equ 0x49
BDA_COLUMNS     equ 0x4A        ; word
BDA_PAGE_BYTES  equ 0x4C        ; word
BDA_PAGE_START  equ 0x4E        ; word: of the active page
BDA_CURSORS     equ 0x50        ; column and row, for 8 pages
BDA_CURSOR      equ 0x60        ; word: last and first line of the cursor
BDA_PAGE        equ 0x62        ; the active page
BDA_CRTC        equ 0x63        ; word: the CRTC's index port
BDA_CGA_CONTROL equ 0x65        ; what port 3D8h of a CGA would have
BDA_CGA_COLOUR  equ 0x66        ; and 3D9h
BDA_LAST_ROW    equ 0x84
BDA_HEIGHT      equ 0x85        ; word: lines of a character
BDA_CONTROL     equ 0x87        ; bit 7: memory is kept, 0: no cursor emulation
BDA_SWITCHES    equ 0x88
BDA_FLAGS       equ 0x89        ; bits 7 and 4: lines; 6: displays can be switched; 3: no default palette; 1: gray; 0: VGA
BDA_DISPLAY     equ 0x8A        ; index of the table of displays
BDA_SAVE        equ 0xA8        ; far pointer to the save pointer table

CONTROL_KEPT       equ 0x80
CONTROL_256KB      equ 0x60
CONTROL_NO_CURSOR_EMULATION equ 0x01
FLAG_200_LINES     equ 0x80
FLAG_400_LINES     equ 0x10
FLAG_NO_PALETTE    equ 0x08
FLAG_GRAY          equ 0x02
FLAG_SWITCHING     equ 0x40
FLAG_VGA           equ 0x01

ATTRIBUTE_PORT  equ 0x3C0
ATTRIBUTE_READ  equ 0x3C1
ATTRIBUTE_SHOW  equ 0x20        ; with the index: the palette belongs to the picture
MISC_WRITE      equ 0x3C2
SEQUENCER       equ 0x3C4
DAC_MASK        equ 0x3C6
DAC_READ        equ 0x3C7
DAC_WRITE       equ 0x3C8
DAC_DATA        equ 0x3C9
MISC_READ       equ 0x3CC
GRAPHICS        equ 0x3CE
CRTC_MONO       equ 0x3B4
CRTC_COLOUR     equ 0x3D4

GRAPHICS_SEGMENT equ 0xA000
BLANK           equ 0x0720      ; a light gray space

; The caller's registers, from BP: in the order of PUSHAD.
CALLER_DI       equ 0
CALLER_SI       equ 4
CALLER_BP       equ 8
CALLER_BX       equ 16
CALLER_BL       equ 16
CALLER_BH       equ 17
CALLER_DX       equ 20
CALLER_DL       equ 20
CALLER_DH       equ 21
CALLER_CX       equ 24
CALLER_CL       equ 24
CALLER_CH       equ 25
CALLER_AX       equ 28
CALLER_AL       equ 28
CALLER_AH       equ 29
CALLER_ES       equ 32
`;

/** The option ROM's header (PCI Firmware Specification 3.0, section 5.1), its start, and the way into int 10h. */
export const entry = `
rom_start:
        dw      0xAA55
        db      ROM_BYTES / 512
        jmp     initialise
        times   0x18 - ($ - $$) db 0
        dw      pci_data
        dw      0                   ; no Plug and Play header
        times   0x1E - ($ - $$) db 0
        db      'IBM', 0            ; programs look here to tell that there is an EGA or VGA
        db      'rawiron video BIOS, VBE 3.0', 0
        align   4
pci_data:
        db      'PCIR'
        dd      PCI_ID              ; vendor and device
        dw      0
        dw      24                  ; bytes of this structure
        db      0
        db      0, 0, 3             ; class: VGA controller
        dw      ROM_BYTES / 512
        dw      1
        db      0                   ; code for a PC
        db      0x80                ; the last image
        dw      0

; The system BIOS calls this once, far.
initialise:
        pushad
        push    ds
        push    es
        cld
        call    set_vectors
        call    set_bios_data
        call    start_display
        mov     ax, 0x0003
        int     0x10
        pop     es
        pop     ds
        popad
        retf

set_vectors:
        xor     ax, ax
        mov     es, ax
        mov     si, .vectors
.next:  cs lodsw
        cmp     ax, 0
        je      .done
        mov     di, ax
        cs lodsw
        stosw
        mov     ax, cs
        stosw
        jmp     .next
.done:  ret
.vectors:
        dw      0x10 * 4, int10
        dw      0x6D * 4, int10
        dw      0x1D * 4, cga_parameters
        dw      0x1F * 4, font8 + 128 * 8
        dw      0x43 * 4, font16
        dw      0

set_bios_data:
        push    BDA
        pop     ds
        and     byte [BDA_EQUIPMENT], 0xCF
        or      byte [BDA_EQUIPMENT], 0x20  ; 80 columns, colour
        mov     byte [BDA_CONTROL], CONTROL_256KB
        mov     byte [BDA_SWITCHES], 0xF9   ; a colour display of high resolution
        mov     byte [BDA_FLAGS], FLAG_400_LINES | FLAG_SWITCHING | FLAG_VGA
        mov     byte [BDA_DISPLAY], VGA_COLOUR_DISPLAY
        mov     word [BDA_SAVE], save_pointers
        mov     [BDA_SAVE + 2], cs
        ret

; A function finds AX, BX, CX, DX and ES as the caller gave them, DS = BIOS data, and all of the caller's at BP. It
; may change every register but BP, DS and SP; what it writes at BP is what the caller gets.
int10:
        push    ds
        push    es
        pushad
        cld
        mov     bp, sp
        push    BDA
        pop     ds
        movzx   di, ah
        cmp     ah, 0x4F
        je      .vbe
        cmp     ah, FUNCTIONS
        jae     .done
        shl     di, 1
        call    word [cs:functions + di]
.done:  popad
        pop     es
        pop     ds
        iret
.vbe:   call    vbe
        jmp     .done

functions:
        dw      set_mode_function, set_cursor_shape, set_cursor_position, get_cursor
        dw      get_light_pen, set_page, scroll_up, scroll_down
        dw      read_character, write_character_attribute, write_character, set_cga_palette
        dw      write_pixel, read_pixel, teletype, get_mode
        dw      palette_function, font_function, alternate_select, write_string
        dw      nothing, nothing, nothing, nothing, nothing, nothing
        dw      display_combination, state_information, save_restore
FUNCTIONS equ ($ - functions) / 2

nothing:
        ret
`;

/** The tables that the save pointer table leads to (IBM VGA technical reference, "Video BIOS: save area"). */
export const tables = `
save_pointers:
        dw      video_parameters, ROM_SEGMENT
        times   3 dd 0              ; no dynamic save area, no fonts of the user
        dw      secondary_pointers, ROM_SEGMENT
        times   2 dd 0
secondary_pointers:
        dw      26
        dw      display_codes, ROM_SEGMENT
        times   5 dd 0

; Pairs of displays that BIOS data 8Ah is an index of.
display_codes:
        db      16, 1, 8, 0         ; entries, version, highest code
        db      0, 0,  0, 1,  0, 2,  2, 1,  0, 4,  4, 1,  0, 5,  2, 5
        db      0, 6,  1, 6,  5, 6,  0, 8,  1, 8,  0, 7,  2, 7,  6, 7
VGA_COLOUR_DISPLAY equ 11

; What int 1Dh points to: registers of the CGA's and MDA's 6845.
cga_parameters:
        db      0x38, 0x28, 0x2D, 0x0A, 0x1F, 0x06, 0x19, 0x1C, 0x02, 0x07, 0x06, 0x07, 0, 0, 0, 0
        db      0x71, 0x50, 0x5A, 0x0A, 0x1F, 0x06, 0x19, 0x1C, 0x02, 0x07, 0x06, 0x07, 0, 0, 0, 0
        db      0x38, 0x28, 0x2D, 0x0A, 0x7F, 0x06, 0x64, 0x70, 0x02, 0x01, 0x06, 0x07, 0, 0, 0, 0
        db      0x61, 0x50, 0x52, 0x0F, 0x19, 0x06, 0x19, 0x19, 0x02, 0x0D, 0x0B, 0x0C, 0, 0, 0, 0
        dw      2048, 4096, 16384, 16384
        db      40, 40, 80, 80, 40, 40, 80, 80
        db      0x2C, 0x28, 0x2D, 0x29, 0x2A, 0x2E, 0x1E, 0x29
`;
