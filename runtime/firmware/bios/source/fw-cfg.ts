/**
 * QEMU's firmware configuration device (QEMU, docs/specs/fw_cfg.rst): what the machine's owner tells the firmware. During
 * POST its file directory is in memory at FILES_SEGMENT.
 */
export const fwCfg = `
bits 16
FW_CFG_SIGNATURE equ 0x00
FW_CFG_BOOT_MENU equ 0x0E
FW_CFG_DIRECTORY equ 0x19
FILES_SEGMENT   equ 0x1000
FILE_ENTRY      equ 64          ; bytes: size, key (both with the high byte first), name
FILE_KEY        equ 4
FILE_NAME       equ 8
FILE_NAME_BYTES equ 56
MOST_FILES      equ 128

; Reads the directory, if the device is there. DS: EBDA.
fw_cfg_setup:
        mov     ax, FW_CFG_SIGNATURE
        call    fw_cfg_select
        call    fw_cfg_dword
        cmp     eax, 'QEMU'
        jne     .end
        or      byte [EBDA_FLAGS], FLAG_FW_CFG
        mov     ax, FW_CFG_BOOT_MENU
        call    fw_cfg_select
        in      al, dx
        mov     [EBDA_BOOT_MENU], al
        mov     ax, FW_CFG_DIRECTORY
        call    fw_cfg_select
        call    fw_cfg_dword
        bswap   eax
        cmp     eax, MOST_FILES
        jbe     .fits
        mov     ax, MOST_FILES
.fits:  push    word FILES_SEGMENT
        pop     es
        xor     di, di
        stosw                       ; how many, then the entries
        mov     cx, ax
        shl     cx, 6
        rep insb
.end:   ret

; AX: key of an item, which is read from its beginning. DX: the port to read.
fw_cfg_select:
        mov     dx, FW_CFG
        out     dx, ax
        inc     dx
        ret

; EAX: 4 bytes of the item, as they come. DX: the port.
fw_cfg_dword:
        push    cx
        mov     cx, 4
.next:  in      al, dx
        ror     eax, 8
        loop    .next
        pop     cx
        ret

; GS:SI: a file's name, ended by 0. Selects the file. AX: its key, ECX: its size, DX: the port to read. CF: there is none.
fw_cfg_file:
        push    es
        push    di
        push    bx
        test    byte [EBDA_FLAGS], FLAG_FW_CFG
        jz      .none
        push    word FILES_SEGMENT
        pop     es
        mov     bx, [es:0]
        mov     di, 2
.next:  test    bx, bx
        jz      .none
        call    .same_name
        je      .found
        add     di, FILE_ENTRY
        dec     bx
        jmp     .next
.none:  stc
        jmp     .end
.found: mov     ecx, [es:di]
        bswap   ecx
        mov     ax, [es:di + FILE_KEY]
        xchg    al, ah
        call    fw_cfg_select
        clc
.end:   pop     bx
        pop     di
        pop     es
        ret
.same_name:
        push    si
        push    di
        add     di, FILE_NAME
.compare:
        mov     al, [gs:si]
        cmp     al, [es:di]
        jne     .differs
        inc     si
        inc     di
        test    al, al
        jnz     .compare
.differs:
        pop     di
        pop     si
        ret
`;
