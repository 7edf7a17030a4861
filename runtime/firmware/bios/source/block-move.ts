/** INT 15h 87h and 89h: copies in extended memory, and the way to protected mode (IBM PC/AT Technical Reference). */
export const blockMove = `
bits 16
; Descriptors of the caller's table at ES:SI.
MOVE_GDT        equ 0x08
MOVE_SOURCE     equ 0x10
MOVE_TARGET     equ 0x18
MOVE_CODE       equ 0x20
MOVE_STACK      equ 0x28
RIGHTS_CODE     equ 0x9B
RIGHTS_DATA     equ 0x93

; DI: descriptor in ES; EAX: base, CL: access rights; 64 KB.
put_descriptor:
        mov     word [es:di], 0xFFFF
        mov     [es:di + 2], eax
        mov     [es:di + 5], cl
        mov     byte [es:di + 6], 0
        rol     eax, 8
        mov     [es:di + 7], al
        ror     eax, 8
        ret

; EAX: the linear address of ES:SI.
linear_of_table:
        mov     ax, [bp + FRAME_ES]
        mov     es, ax
        movzx   eax, ax
        shl     eax, 4
        movzx   esi, word [bp + FRAME_SI]
        add     eax, esi
        ret

; CX words from the source's base to the target's.
block_move:
        mov     al, 1
        call    a20_set
        push    ax                  ; AH: A20 as it was
        call    linear_of_table
        lea     di, [si + MOVE_GDT]
        mov     cl, RIGHTS_DATA
        call    put_descriptor
        mov     word [es:di], MOVE_STACK + 7
        xor     eax, eax
        mov     ax, ss
        shl     eax, 4
        lea     di, [si + MOVE_STACK]
        call    put_descriptor
        mov     eax, BIOS_SEGMENT << 4
        lea     di, [si + MOVE_CODE]
        mov     cl, RIGHTS_CODE
        call    put_descriptor
        movzx   ecx, word [bp + FRAME_CX]
        call    .copy
        pop     ax
        mov     al, ah
        call    a20_set
        mov     byte [bp + FRAME_AH], 0
        jmp     system_done
; Interrupts are off in protected mode: there is no table for them.
.copy:  pushf
        cli
        mov     dx, ss
        lgdt    [es:si + MOVE_GDT]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     MOVE_CODE:.protected
.protected:
        mov     ax, MOVE_SOURCE
        mov     ds, ax
        mov     ax, MOVE_TARGET
        mov     es, ax
        mov     ax, MOVE_STACK
        mov     ss, ax
        xor     si, si
        xor     di, di
        rep movsw
        mov     ds, ax              ; limits of 64 KB again
        mov     es, ax
        mov     eax, cr0
        and     al, ~1 & 0xFF
        mov     cr0, eax
        jmp     BIOS_SEGMENT:.real
.real:  mov     ss, dx
        popf
        ret

; Descriptors of the caller's table for function 89h.
ENTER_IDT       equ 0x10
ENTER_DATA      equ 0x18
ENTER_EXTRA     equ 0x20
ENTER_STACK     equ 0x28
ENTER_CODE      equ 0x30
ENTER_BIOS      equ 0x38

; Returns to the caller in protected mode, with its own descriptors; BL, BH: vectors of IRQ 0 and 8.
enter_protected_mode:
        cli
        mov     al, 1
        call    a20_set
        mov     bx, [bp + FRAME_BX]
        call    .interrupts
        call    linear_of_table
        lea     di, [si + ENTER_BIOS]
        mov     eax, BIOS_SEGMENT << 4
        mov     cl, RIGHTS_CODE
        call    put_descriptor
        lgdt    [es:si + MOVE_GDT]
        lidt    [es:si + ENTER_IDT]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     ENTER_BIOS:.protected
.protected:
        mov     ax, ENTER_DATA
        mov     ds, ax
        mov     ax, ENTER_EXTRA
        mov     es, ax
        mov     ax, ENTER_STACK
        mov     ss, ax
        mov     byte [bp + FRAME_AH], 0
        mov     word [bp + FRAME_CS], ENTER_CODE
        popad
        add     sp, 4
        retf    2
.interrupts:
        mov     al, 0x11
        out     PIC1, al
        out     PIC2, al
        mov     al, bl
        out     PIC1 + 1, al
        mov     al, bh
        out     PIC2 + 1, al
        mov     al, 1 << 2
        out     PIC1 + 1, al
        mov     al, 2
        out     PIC2 + 1, al
        mov     al, 1
        out     PIC1 + 1, al
        out     PIC2 + 1, al
        mov     al, 0xFF
        out     PIC1 + 1, al
        out     PIC2 + 1, al
        ret
`;
