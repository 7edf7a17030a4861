/** The menu of devices to boot, after F12. DS: EBDA. */
export const bootMenu = `
bits 16
KEY_F12         equ 0x86        ; scan codes as INT 16h gives them
KEY_ESCAPE      equ 0x01
MENU_MILLISECONDS equ 2500      ; how long F12 is waited for, if the configuration doesn't say

; Where the configuration wants a menu, F12 is waited for; else it may have been pressed already. What is chosen becomes
; the first of the list.
boot_menu_offer:
        cmp     byte [EBDA_BOOT_MENU], 0
        je      .pressed
        mov     si, text_menu_offer
        call    put_text
        call    menu_wait_time
        call    deadline_start
.wait:  call    menu_key_pressed
        je      boot_menu
        sti
        hlt
        call    deadline_passed
        jnc     .wait
        ret
.pressed:
        call    menu_key_pressed
        je      boot_menu
        ret

; EAX: milliseconds to wait for F12: the file 'etc/boot-menu-wait' has them.
menu_wait_time:
        push    cs
        pop     gs
        mov     si, .name
        call    fw_cfg_file
        mov     eax, MENU_MILLISECONDS
        jc      .end
        xor     eax, eax
        in      al, dx
        mov     ah, al
        in      al, dx
        xchg    al, ah
.end:   ret
.name:  db 'etc/boot-menu-wait', 0

; ZF: F12 was pressed. Other keys are forgotten.
menu_key_pressed:
        mov     ah, 0x11
        int     0x16
        jz      .none
        mov     ah, 0x10
        int     0x16
        cmp     ah, KEY_F12
        jne     menu_key_pressed
        ret
.none:  test    sp, sp              ; not zero
        ret

; Shows all devices that there are; a digit chooses, from the tenth on a letter. Escape leaves the order as it is.
boot_menu:
        call    menu_drop_missing
        call    menu_add_all
        mov     si, text_menu
        call    put_text
        xor     bx, bx
.line:  mov     al, [cs:menu_keys + bx]
        call    put_character
        mov     si, text_menu_dot
        call    put_text
        mov     si, bx
        add     si, si
        mov     dx, [EBDA_BOOT_LIST + si]
        call    boot_put_device
        mov     al, 10
        call    put_character
        inc     bx
        cmp     bl, [EBDA_BOOT_COUNT]
        jb      .line
        mov     al, 10
        call    put_character
.key:   mov     ah, 0x10
        int     0x16
        cmp     ah, KEY_ESCAPE
        je      .end
        movzx   bx, byte [EBDA_BOOT_COUNT]
.which: dec     bx
        js      .key
        cmp     al, [cs:menu_keys + bx]
        jne     .which
        add     bx, bx
        mov     ax, [EBDA_BOOT_LIST + bx]
        xor     bx, bx
.next:  xchg    ax, [EBDA_BOOT_LIST + bx] ; to the front, the others move down
        add     bx, 2
        cmp     ax, [EBDA_BOOT_LIST]
        jne     .next
.end:   ret

; Devices that are not there are taken out of the list.
menu_drop_missing:
        xor     si, si
        xor     di, di
        movzx   cx, byte [EBDA_BOOT_COUNT]
        mov     [EBDA_BOOT_COUNT], ch
        jcxz    .end
.next:  mov     dx, [EBDA_BOOT_LIST + si]
        add     si, 2
        cmp     dh, BOOT_NO_NUMBER
        je      .drop
        cmp     dl, BOOT_FLOPPY
        jne     .keep
        push    dx
        mov     dl, dh
        call    floppy_type
        pop     dx
        test    al, al
        jz      .drop
.keep:  mov     [EBDA_BOOT_LIST + di], dx
        add     di, 2
        inc     byte [EBDA_BOOT_COUNT]
.drop:  loop    .next
.end:   ret

; The list gets what it does not have yet.
menu_add_all:
        xor     dx, dx
.floppy:
        push    dx
        mov     dl, dh
        call    floppy_type
        pop     dx
        test    al, al
        jz      .no_floppy
        mov     dl, BOOT_FLOPPY
        call    boot_add
.no_floppy:
        inc     dh
        cmp     dh, 2
        jb      .floppy
        mov     dh, 0
.drive: call    boot_add_drive
        inc     dh
        cmp     dh, DRIVE_PLACES
        jb      .drive
        mov     cx, ROM_FIRST
        jmp     boot_add_roms

menu_keys:      db '123456789abcdefg' ; of BOOT_MOST devices
text_menu_offer: db 'Press F12 to choose what to boot.', 10, 10, 0
text_menu:      db 'Boot from:', 10, 10, 0
text_menu_dot:  db '. ', 0
`;
