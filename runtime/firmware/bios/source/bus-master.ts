/**
 * Requests to disks that move sectors by themselves, to and from memory. DS: EBDA, BX: the drive's descriptor. The driver says how many
 * sectors it moves at a time, and where memory of the BIOS is that they can go by.
 */
export const busMaster = `
bits 16
PROTECTED       equ 1           ; in the machine status word: virtual-8086 mode

; Does the request of OPERATION_ REQUEST_COMMAND. SI: moves CX sectors at address EAX, and gives AH: status of INT 13h; keeps CX.
; AX: most sectors at a time. AH: status, REQUEST_DONE: sectors.
bus_master_transfer:
        mov     [REQUEST_MOST], ax
        mov     word [REQUEST_DONE], 0
.part:  mov     cx, [REQUEST_COUNT]
        jcxz    .done
        call    bus_master_data
        push    si
        call    si
        pop     si
        test    ah, ah
        jnz     .end
        call    bus_master_fetch
        mov     ax, cx
        shl     ax, 5
        add     [REQUEST_BUFFER + 2], ax
        mov     ax, cx
        call    request_advance
        jmp     .part
.done:  mov     ah, DISK_OK
.end:   ret

; Where the next sectors of the request are while the device moves them: CX sectors at address EAX. The device sees the caller's
; buffer where the caller does if there is no paging, memory is all that is there, and its address a multiple of 4: else they go by the BIOS's own room, as those
; do that are only verified. What is written is there then.
bus_master_data:
        cmp     cx, [REQUEST_MOST]
        jbe     .fits
        mov     cx, [REQUEST_MOST]
.fits:  cmp     byte [REQUEST_COMMAND], OPERATION_VERIFY
        je      .own
        smsw    ax
        test    al, PROTECTED
        jnz     .own
        movzx   eax, word [REQUEST_BUFFER + 2]
        shl     eax, 4
        movzx   edx, word [REQUEST_BUFFER]
        add     eax, edx
        test    al, 1               ; some devices move words
        jnz     .own
        movzx   edx, cx
        shl     edx, 9
        add     edx, eax
        test    al, 3               ; devices needn't do that
        jnz     .own
        cmp     edx, LOW_MEMORY_KILOBYTES << 10
        jbe     .end
.own:   cmp     cx, [REQUEST_ROOM_SECTORS]
        jbe     .enough
        mov     cx, [REQUEST_ROOM_SECTORS]
.enough:
        cmp     byte [REQUEST_COMMAND], OPERATION_WRITE
        jne     .address
        push    ds
        push    si
        push    word [REQUEST_ROOM]
        call    buffer_pointer
        mov     si, di
        push    es
        pop     ds
        pop     es
        xor     di, di
        call    copy_sectors
        pop     si
        pop     ds
.address:
        movzx   eax, word [REQUEST_ROOM]
        shl     eax, 4
.end:   mov     [REQUEST_ADDRESS], eax
        ret

; What the device has read to the BIOS's own room goes to the caller. CX: sectors. Keeps it.
bus_master_fetch:
        cmp     byte [REQUEST_COMMAND], OPERATION_READ
        jne     .end
        movzx   eax, word [REQUEST_ROOM]
        shl     eax, 4
        cmp     eax, [REQUEST_ADDRESS]
        jne     .end
        call    buffer_pointer
        push    ds
        push    si
        mov     ds, [REQUEST_ROOM]
        xor     si, si
        call    copy_sectors
        pop     si
        pop     ds
.end:   ret

; ES:DI: the caller's buffer.
buffer_pointer:
        les     di, [REQUEST_BUFFER]
        jmp     pointer_normalize

; CX sectors from DS:SI to ES:DI. Keeps CX.
copy_sectors:
        push    cx
        shl     cx, 7
        rep movsd
        pop     cx
        ret
`;
