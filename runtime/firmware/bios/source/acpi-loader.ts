/**
 * ACPI tables come in files of the configuration device, with a list of commands that says how they are placed and linked
 * (QEMU, hw/acpi/bios-linker-loader.c).
 */
export const acpiLoader = `
bits 16
LOADER_SEGMENT  equ 0x2000      ; the commands
LOADER_COMMAND  equ 128         ; bytes of one
LOADER_MOST     equ 0xFF80      ; bytes of all
LOADER_MEMORY   equ 2 << 20     ; RAM that there must be
LOADER_FILE     equ 4
LOADER_ALLOCATE equ 1
LOADER_ADD_POINTER equ 2
LOADER_ADD_CHECKSUM equ 3
; Operands after the file names.
ALLOCATE_ALIGN  equ 60
ALLOCATE_ZONE   equ 64
ALLOCATE_LOW    equ 2           ; the zone below 1 MB, where systems look for signatures
POINTER_FILE    equ 60
POINTER_OFFSET  equ 116
POINTER_SIZE    equ 120
CHECKSUM_OFFSET equ 60
CHECKSUM_START  equ 64
CHECKSUM_LENGTH equ 68
; Files that were placed: key, address. In the scratch segment.
PLACED_BYTES    equ 6
PLACED_MOST     equ 32

acpi_setup:
        push    cs
        pop     gs
        mov     si, .name
        call    fw_cfg_file
        jc      .none
        cmp     ecx, LOADER_MOST
        ja      .none
        cmp     dword [EBDA_MEMORY_TOP], LOADER_MEMORY
        jb      .none               ; no room above 1 MB
        push    word LOADER_SEGMENT
        pop     es
        xor     di, di
        push    cx
        rep insb
        pop     cx
        shr     cx, 7
        push    word SCRATCH_SEGMENT
        pop     es
        mov     word [es:0], 0
        call    flat_begin
        push    word LOADER_SEGMENT
        pop     gs
        xor     di, di
.next:  jcxz    .end
        push    cx
        call    acpi_command
        pop     cx
        add     di, LOADER_COMMAND
        dec     cx
        jmp     .next
.end:   call    flat_end
        and     dword [EBDA_RAM_END], ~0xFFF
.none:  ret
.name:  db 'etc/table-loader', 0

; GS:DI: a command. Those that are not known are skipped, as are those about files that are not there.
acpi_command:
        mov     eax, [gs:di]
        cmp     eax, LOADER_ALLOCATE
        je      acpi_allocate
        cmp     eax, LOADER_ADD_POINTER
        je      acpi_add_pointer
        cmp     eax, LOADER_ADD_CHECKSUM
        je      acpi_add_checksum
        ret

; Finds room for a file and puts it there.
acpi_allocate:
        lea     si, [di + LOADER_FILE]
        call    fw_cfg_file
        jc      .end
        mov     ebx, [gs:di + ALLOCATE_ALIGN]
        cmp     byte [gs:di + ALLOCATE_ZONE], ALLOCATE_LOW
        je      .low
        mov     esi, [EBDA_RAM_END]
        sub     esi, ecx
        neg     ebx
        and     esi, ebx
        mov     [EBDA_RAM_END], esi
        jmp     .place
.low:   mov     esi, [cs:low_tables_next]
        lea     esi, [esi + ebx - 1]
        neg     ebx
        and     esi, ebx
        lea     ebx, [esi + ecx]
        cmp     ebx, BIOS_SEGMENT * 16 + low_tables_end
        ja      .end
        mov     [cs:low_tables_next], ebx
.place: call    acpi_remember
        push    es
        push    edi
        push    word 0              ; its limit stays 4 GB
        pop     es
        mov     edi, esi
        a32 rep insb
        pop     edi
        pop     es
.end:   ret

; File AX is at address ESI.
acpi_remember:
        push    es
        push    bx
        push    word SCRATCH_SEGMENT
        pop     es
        mov     bx, [es:0]
        cmp     bx, PLACED_MOST * PLACED_BYTES
        jae     .full
        mov     [es:bx + 2], ax
        mov     [es:bx + 4], esi
        add     word [es:0], PLACED_BYTES
.full:  pop     bx
        pop     es
        ret

; GS:SI: name of a file. EAX: where it was placed; CF: nowhere.
acpi_address:
        push    es
        push    ecx
        push    bx
        push    dx
        call    fw_cfg_file
        jc      .end
        push    word SCRATCH_SEGMENT
        pop     es
        xor     bx, bx
.next:  cmp     bx, [es:0]
        cmc
        jc      .end
        cmp     ax, [es:bx + 2]
        je      .found
        add     bx, PLACED_BYTES
        jmp     .next
.found: mov     eax, [es:bx + 4]
        clc
.end:   pop     dx
        pop     bx
        pop     ecx
        pop     es
        ret

; A pointer of 1, 2, 4 or 8 bytes holds an offset in another file; that file's address is added.
acpi_add_pointer:
        lea     si, [di + POINTER_FILE]
        call    acpi_address
        jc      .end
        mov     ebx, eax
        lea     si, [di + LOADER_FILE]
        call    acpi_address
        jc      .end
        add     eax, [gs:di + POINTER_OFFSET]
        mov     cl, [gs:di + POINTER_SIZE]
        cmp     cl, 2
        jb      .byte
        je      .word
        add     [fs:eax], ebx
        cmp     cl, 8
        jne     .end
        adc     dword [fs:eax + 4], 0
.end:   ret
.byte:  add     [fs:eax], bl
        ret
.word:  add     [fs:eax], bx
        ret

; A byte becomes what makes the sum of a range 0.
acpi_add_checksum:
        lea     si, [di + LOADER_FILE]
        call    acpi_address
        jc      .end
        mov     esi, [gs:di + CHECKSUM_START]
        mov     ecx, [gs:di + CHECKSUM_LENGTH]
        mov     ebx, [gs:di + CHECKSUM_OFFSET]
        add     ebx, eax
        add     esi, eax
        xor     al, al
        jecxz   .set
.sum:   add     al, [fs:esi]
        inc     esi
        dec     ecx
        jnz     .sum
.set:   sub     [fs:ebx], al
.end:   ret

low_tables_next: dd BIOS_SEGMENT * 16 + low_tables
        align 16
low_tables:     resb 512
low_tables_end:
`;
