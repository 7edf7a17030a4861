import { enter, leave } from './layout.ts';

/** INT 13h for hard disks, CDs and what CDs emulate. Floppies are in floppy-services.ts. */
export const diskServices = `
bits 16
; Kinds of numbers: below 80h floppies, from E0h on CDs.
FIRST_DISK      equ 0x80
FIRST_CD        equ 0xE0

; A function is called with DS: EBDA, BX: descriptor, BP: frame, and gives AH: status; or it ends at disk_return itself.
int13:  sti
${enter}
        call    ebda_select
        mov     dl, [bp + FRAME_DL]
        cmp     byte [bp + FRAME_AH], 0x4B
        je      .emulation
        call    drive_find
        jc      .none
        test    bx, bx
        jz      floppy_service
        mov     si, disk_functions
        movzx   ax, byte [bp + FRAME_AH]
        cmp     al, DISK_FUNCTIONS
        jb      .call
        mov     si, extended_functions
        sub     al, EXTENDED_FIRST
        cmp     al, EXTENDED_FUNCTIONS
        jb      .call
        mov     ah, DISK_BAD_REQUEST
        jmp     disk_status
.call:  add     ax, ax
        add     si, ax
        call    [cs:si]
        jmp     disk_status
.emulation:
        call    emulation_service
        jmp     disk_status
.none:  mov     ah, DISK_BAD_REQUEST
        ; fall through to disk_status

; AH: the status goes to the caller and to the BIOS data area.
disk_status:
        mov     [bp + FRAME_AH], ah
        push    word BDA_SEGMENT
        pop     es
        mov     si, BDA_DISK_STATUS
        test    byte [bp + FRAME_DL], 0x80
        jnz     .disk
        mov     si, BDA_FLOPPY_STATUS
.disk:  mov     [es:si], ah
        and     byte [bp + FRAME_FLAGS], ~CARRY & 0xFF
        test    ah, ah
        jz      disk_leave
        or      byte [bp + FRAME_FLAGS], CARRY
disk_leave:
${leave}
; From within a function: success, registers are as the function has set them.
disk_return:
        and     byte [bp + FRAME_FLAGS], ~CARRY & 0xFF
        jmp     disk_leave

; DL: a number of INT 13h. Gives BX: descriptor, 0 for a floppy drive DL; CF: none. An emulated drive takes the first
; number of its kind, the others move up.
drive_find:
        cmp     byte [EMULATION_ACTIVE], 0
        je      .real
        cmp     dl, FIRST_CD
        jae     .real
        mov     bx, EBDA_EMULATED
        cmp     dl, [EMULATION_DRIVE]
        je      .found
        mov     al, dl
        xor     al, [EMULATION_DRIVE]
        test    al, 0x80
        jnz     .real
        dec     dl
.real:  xor     bx, bx
        test    dl, 0x80
        jz      .floppy
        mov     si, EBDA_CD_MAP
        mov     al, dl
        sub     al, FIRST_CD
        mov     ah, IDE_PLACES
        jae     .index
        mov     si, EBDA_DISK_MAP
        mov     al, dl
        sub     al, FIRST_DISK
        mov     ah, DRIVE_PLACES
.index: cmp     al, ah
        cmc
        jc      .end
        movzx   bx, al
        add     bx, bx
        mov     bx, [si + bx]
        cmp     bx, 1               ; CF if it is 0
        ret
.floppy:
        call    floppy_type
        cmp     al, 1
        ret
.found: clc
.end:   ret

disk_functions:
        dw disk_reset, disk_last_status, disk_read, disk_write
        dw disk_verify, disk_invalid, disk_invalid, disk_invalid
        dw disk_parameters, disk_fine, disk_invalid, disk_invalid
        dw disk_fine, disk_reset, disk_invalid, disk_invalid
        dw disk_fine, disk_fine, disk_invalid, disk_invalid
        dw disk_fine, disk_type, disk_change, disk_invalid
DISK_FUNCTIONS  equ ($ - disk_functions) / 2

disk_invalid:
        mov     ah, DISK_BAD_REQUEST
        ret

disk_reset:
disk_fine:
        mov     ah, DISK_OK
        ret

; AH: the status of the call before.
disk_last_status:
        push    word BDA_SEGMENT
        pop     es
        mov     ah, [es:BDA_DISK_STATUS]
        test    byte [bp + FRAME_DL], 0x80
        jnz     .end
        mov     ah, [es:BDA_FLOPPY_STATUS]
.end:   mov     [bp + FRAME_AL], ah
        ret

disk_read:
        mov     al, OPERATION_READ
        jmp     disk_by_geometry
disk_write:
        mov     al, OPERATION_WRITE
        jmp     disk_by_geometry
disk_verify:
        mov     al, OPERATION_VERIFY
        ; fall through to disk_by_geometry

; AL: operation. The sector of CX and DH, as many as the caller's AL says, ES:BX. AL: sectors that were done.
disk_by_geometry:
        mov     [REQUEST_COMMAND], al
        mov     ah, DISK_BAD_REQUEST
        cmp     word [bx + DRIVE_SECTOR_BYTES], 512
        jne     .end
        movzx   cx, byte [bp + FRAME_AL]
        jcxz    .end
        cmp     cl, 128
        ja      .end
        mov     [REQUEST_COUNT], cx
        call    address_of_geometry
        mov     ah, DISK_BAD_REQUEST
        jc      .end
        mov     ax, [bp + FRAME_BX]
        mov     [REQUEST_BUFFER], ax
        mov     ax, [bp + FRAME_ES]
        mov     [REQUEST_BUFFER + 2], ax
        call    disk_transfer
        mov     al, [REQUEST_DONE]
        mov     [bp + FRAME_AL], al
.end:   ret

; REQUEST_LBA from the caller's CX and DH. CF: there is no such sector.
address_of_geometry:
        movzx   ecx, byte [bp + FRAME_CL]
        mov     ch, cl
        shr     ch, 6
        mov     al, [bp + FRAME_CH]
        mov     ah, ch
        movzx   eax, ax             ; cylinder
        cmp     ax, [bx + DRIVE_CYLINDERS]
        cmc
        jc      .end
        movzx   edx, word [bx + DRIVE_HEADS]
        imul    eax, edx
        movzx   edx, byte [bp + FRAME_DH]
        cmp     dx, [bx + DRIVE_HEADS]
        cmc
        jc      .end
        add     eax, edx
        movzx   edx, word [bx + DRIVE_SECTORS]
        imul    eax, edx
        and     ecx, 0x3F
        sub     ecx, 1
        jc      .end
        cmp     cx, dx
        cmc
        jc      .end
        add     eax, ecx
        mov     [REQUEST_LBA], eax
        mov     dword [REQUEST_LBA + 4], 0
.end:   ret

; Does the request on whatever kind of drive BX is. AH: status.
disk_transfer:
        movzx   si, byte [bx + DRIVE_KIND]
        add     si, si
        jmp     [cs:.kinds + si]
.kinds: dw disk_invalid, ata_transfer, atapi_transfer, emulated_transfer, virtio_transfer, usb_transfer, nvme_transfer

; AX sectors of the request are done.
request_advance:
        movzx   eax, ax
        add     [REQUEST_DONE], ax
        sub     [REQUEST_COUNT], ax
        add     [REQUEST_LBA], eax
        adc     dword [REQUEST_LBA + 4], 0
        ret

; CX: last cylinder and sector, DH: last head, DL: drives. One cylinder of a disk is kept for diagnostics. Emulated floppies: BL: type, ES:DI: parameter table.
disk_parameters:
        mov     ah, DISK_BAD_REQUEST
        cmp     word [bx + DRIVE_SECTOR_BYTES], 512
        jne     .end
        mov     ax, [bx + DRIVE_CYLINDERS]
        dec     ax
        test    byte [bp + FRAME_DL], 0x80
        jz      .last
        dec     ax
.last:  mov     [bp + FRAME_CH], al
        shl     ah, 6
        or      ah, [bx + DRIVE_SECTORS]
        mov     [bp + FRAME_CL], ah
        mov     al, [bx + DRIVE_HEADS]
        dec     al
        mov     [bp + FRAME_DH], al
        mov     byte [bp + FRAME_AL], 0
        push    word BDA_SEGMENT
        pop     es
        test    byte [bp + FRAME_DL], 0x80
        jz      .floppy
        mov     al, [es:BDA_DISKS]
        mov     [bp + FRAME_DL], al
        jmp     .good
.floppy:
        call    emulated_floppy_parameters
.good:  mov     ah, DISK_OK
.end:   ret

; AH 3: a hard disk of CX:DX sectors; 1: a floppy, or a CD.
disk_type:
        test    byte [bp + FRAME_DL], 0x80
        jz      .floppy
        cmp     byte [bx + DRIVE_KIND], KIND_ATAPI
        je      .floppy
        mov     ax, [bx + DRIVE_CYLINDERS]
        dec     ax
        mul     word [bx + DRIVE_HEADS]
        shl     edx, 16
        mov     dx, ax
        mov     eax, edx
        movzx   edx, word [bx + DRIVE_SECTORS]
        mul     edx
        mov     [bp + FRAME_DX], ax
        shr     eax, 16
        mov     [bp + FRAME_CX], ax
        mov     byte [bp + FRAME_AH], 3
        jmp     .end
.floppy:
        mov     byte [bp + FRAME_AH], 1
.end:   pop     ax                  ; the return address
        jmp     disk_return

; Whether the medium was changed: what these drives have cannot be.
disk_change:
        mov     ah, DISK_BAD_REQUEST
        test    byte [bp + FRAME_DL], 0x80
        jnz     .end
        mov     ah, DISK_OK
.end:   ret
`;
