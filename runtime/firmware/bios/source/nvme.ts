/**
 * NVMe disks: commands by a queue of two entries (NVM Express 1.4, 4). One area of memory serves all drives, as there is one request at a
 * time: it goes from drive to drive. Registers are beyond 1 MB: not to be reached in virtual-8086 mode. DS: EBDA, BX: the drive's descriptor.
 */
export const nvme = `
bits 16
; The area, from EBDA_NVME:0 on: two pages, each with a queue at its start. The administrator's queues are done with when queue 1 begins
; in their place.
AREA_COUNT      equ 0x80        ; word: commands of the queue so far
AREA_DOORBELLS  equ 0x82        ; word: register
AREA_LIST       equ 0x100       ; addresses of pages
AREA_ANSWERS    equ 0x1000
AREA_DATA       equ 0x1200      ; room for sectors
AREA_DATA_SECTORS equ 7
ANSWER_STATUS   equ 14          ; bit 0: the phase
NVME_WRITE      equ 0x01
NVME_READ       equ 0x02
NVME_MOST_SECTORS equ 128
NVME_MILLISECONDS equ 20000

; Does the request of OPERATION_ REQUEST_COMMAND. AH: status of INT 13h, REQUEST_DONE: sectors.
nvme_transfer:
        mov     word [REQUEST_DONE], 0
        mov     ah, DISK_CONTROLLER
        smsw    cx
        test    cl, PROTECTED
        jnz     .end
        mov     al, 1
        call    a20_set
        push    ax                  ; AH: A20 as it was
        call    nvme_take
        jc      .done
        mov     ax, [EBDA_NVME]
        add     ax, AREA_DATA / 16
        mov     [REQUEST_ROOM], ax
        mov     word [REQUEST_ROOM_SECTORS], AREA_DATA_SECTORS
        mov     si, nvme_move
        movzx   ax, byte [bx + DRIVE_SELECT]
        call    bus_master_transfer
.done:  pop     cx
        push    ax
        mov     al, ch
        call    a20_set
        pop     ax
.end:   ret

; The controller BX has queue 1 in the area. CF, and status in AH: it doesn't begin, or has another driver, whose queues must stay.
nvme_take:
        call    nvme_is_ours
        jz      .owner
        jc      .busy
.move:  push    bx
        mov     bx, [EBDA_NVME_DRIVE]
        test    bx, bx
        jz      .free
        call    nvme_is_ours        ; that one must forget it first
        jnz     .free
        xor     eax, eax
        call    nvme_configure
.free:  pop     bx
        call    nvme_start
        jc      .busy
        mov     al, NVME_CREATE_COMPLETION
        mov     edx, 1              ; contiguous
        mov     ecx, AREA_ANSWERS
        call    nvme_create
        jc      .busy
        mov     al, NVME_CREATE_SUBMISSION
        mov     edx, 1 << 16 | 1
        xor     ecx, ecx
        call    nvme_create
        jc      .busy
        mov     di, AREA_ANSWERS
        xor     eax, eax
        mov     cx, 2 * 16 / 4
        rep stosd
        mov     word [es:AREA_COUNT], 0
        mov     word [es:AREA_DOORBELLS], NVME_DOORBELLS
        clc
        ret
.owner: cmp     [EBDA_NVME_DRIVE], bx
        jne     .move
        ret
.busy:  mov     ah, DISK_CONTROLLER
        stc
        ret

; ZF: the controller's queues are in the area. CF: they are elsewhere; neither: it is off.
nvme_is_ours:
        mov     si, NVME_CONFIGURATION
        call    nvme_read
        and     al, NVME_READY
        xor     al, NVME_READY      ; ZF, and no CF: it is on
        jnz     .end
        mov     si, NVME_SUBMISSION
        call    nvme_read
        call    nvme_area
        cmp     edx, eax
        je      .end
        or      al, 1               ; no ZF
        stc
.end:   ret

; EDX: address of the area.
nvme_area:
        movzx   edx, word [EBDA_NVME]
        shl     edx, 4
        ret

; Begins anew with empty queues of the administrator. CF: it doesn't.
nvme_start:
        mov     [EBDA_NVME_DRIVE], bx
        xor     eax, eax
        call    nvme_configure
        jc      .end
        mov     es, [EBDA_NVME]
        xor     di, di
        mov     cx, NVME_KILOBYTES << 8
        rep stosd
        mov     word [es:AREA_DOORBELLS], NVME_ADMIN_DOORBELLS
        mov     eax, 1 << 16 | 1    ; entries, less 1
        mov     si, NVME_ADMIN_QUEUES
        call    nvme_write
        call    nvme_area
        mov     eax, edx
        mov     si, NVME_SUBMISSION
        call    .address
        lea     eax, [edx + AREA_ANSWERS]
        mov     si, NVME_COMPLETION
        call    .address
        mov     eax, NVME_ENABLE
        jmp     nvme_configure
.address:
        call    nvme_write
        add     si, 4
        xor     eax, eax
        jmp     nvme_write
.end:   ret

; EAX: the configuration; 0: off. CF: the controller doesn't follow. EAX becomes 0.
nvme_configure:
        push    cx
        mov     cl, al
        mov     si, NVME_CONFIGURATION
        call    nvme_write
        mov     eax, NVME_MILLISECONDS
        call    deadline_start
.wait:  mov     si, NVME_STATUS
        call    nvme_read
        xor     al, cl
        test    al, NVME_READY      ; no CF
        jz      .end
        and     al, NVME_FATAL
        neg     al                  ; CF unless it is 0
        jc      .end
        call    deadline_passed
        jnc     .wait
.end:   mov     eax, 0
        pop     cx
        ret

; A queue of two entries at ECX in the area, by command AL; EDX: dword 11. CF: it fails.
nvme_create:
        push    ax
        push    edx
        call    nvme_area
        add     ecx, edx
        call    nvme_command
        pop     edx
        pop     ax
        mov     [es:di], al
        mov     [es:di + COMMAND_POINTER], ecx
        mov     dword [es:di + COMMAND_DWORD10], 1 << 16 | 1
        mov     [es:di + COMMAND_DWORD11], edx
        call    nvme_run
        neg     ah                  ; CF unless it is 0
        ret

; ES:DI: the next command, all zeros. EAX becomes 0.
nvme_command:
        push    cx
        mov     es, [EBDA_NVME]
        mov     di, [es:AREA_COUNT]
        and     di, 1
        shl     di, 6
        xor     eax, eax
        mov     cx, 64 / 4
        rep stosd
        sub     di, 64
        pop     cx
        ret

; CX sectors at address EAX, a multiple of 4. AH: status of INT 13h. Keeps CX.
nvme_move:
        push    cx
        mov     edx, eax
        call    nvme_command
        mov     byte [es:di], NVME_READ
        cmp     byte [REQUEST_COMMAND], OPERATION_WRITE
        jne     .named
        mov     byte [es:di], NVME_WRITE
.named: mov     byte [es:di + COMMAND_NAMESPACE], 1
        mov     eax, [REQUEST_LBA]
        mov     [es:di + COMMAND_DWORD10], eax
        mov     eax, [REQUEST_LBA + 4]
        mov     [es:di + COMMAND_DWORD11], eax
        movzx   ecx, cx
        dec     cx
        mov     [es:di + COMMAND_DWORD12], cx
        inc     cx
        shl     ecx, 9
        add     ecx, edx            ; where it ends
        mov     [es:di + COMMAND_POINTER], edx
        and     dx, 0xF000
        add     edx, 0x1000
        mov     [es:di + COMMAND_POINTER2], edx
        lea     eax, [edx + 0x1000]
        cmp     eax, ecx
        jae     .run                ; no more than two pages
        push    edx
        call    nvme_area
        add     edx, AREA_LIST
        mov     [es:di + COMMAND_POINTER2], edx
        pop     edx
        mov     di, AREA_LIST
.page:  mov     [es:di], edx
        add     di, 8
        add     edx, 0x1000
        cmp     edx, ecx
        jb      .page
.run:   call    nvme_run
        pop     cx
        ret

; Gives the command to the controller and waits for it. ES: the area. AH: status of INT 13h.
nvme_run:
        movzx   eax, word [es:AREA_COUNT]
        mov     di, ax
        and     ax, 1
        mov     si, [es:AREA_DOORBELLS]
        add     si, 4
        call    nvme_write          ; all that was answered is seen
        sub     si, 4
        xor     al, 1
        call    nvme_write
        mov     eax, NVME_MILLISECONDS
        call    deadline_start
        mov     dx, di
        shr     dl, 1               ; bit 0: not the phase
        and     di, 1
        shl     di, 4
.wait:  mov     ax, [es:di + AREA_ANSWERS + ANSWER_STATUS]
        xor     al, dl
        test    al, 1
        jnz     .answered
        call    deadline_passed
        jnc     .wait
        xor     eax, eax
        call    nvme_configure      ; it must not answer later, to memory that is others' then
        mov     ah, DISK_TIMEOUT
        ret
.answered:
        inc     word [es:AREA_COUNT]
        test    word [es:di + AREA_ANSWERS + ANSWER_STATUS], 0xFFFE
        mov     ah, DISK_OK
        jz      .end
        mov     ah, DISK_BAD_TRACK
.end:   ret

; EAX: register SI of the controller. Changes nothing else but flags.
nvme_read:
        push    fs
        push    gs
        push    esi
        pushf
        cli
        call    nvme_reach
        mov     eax, [fs:esi]
        jmp     nvme_leave
nvme_write:
        push    fs
        push    gs
        push    esi
        pushf
        cli
        call    nvme_reach
        mov     [fs:esi], eax
nvme_leave:
        popf
        pop     esi
        pop     gs
        pop     fs
        ret

; FS:ESI: register SI. Programs may have segments with limits of 4 GB and a descriptor table of their own: both are so afterwards.
nvme_reach:
        push    bp
        sub     sp, 8
        mov     bp, sp
        o32 sgdt [bp]
        call    flat_begin
        o32 lgdt [bp]
        add     sp, 8
        pop     bp
        movzx   esi, si
        add     esi, [bx + DRIVE_PORT]
        ret
`;
