/** Interrupt controllers, timer, DMA, clock: as POST leaves them. */
export const chips = `
bits 16
; IRQ 0-7 at 08h, IRQ 8-15 at 70h; IRQ 0, 1, 2, 6 and 8, 12, 13, 14 are let through. PCI's IRQ 10 and 11: by level.
pic_setup:
        mov     al, 0x11            ; ICW1: edge, cascade, ICW4 follows
        out     PIC1, al
        out     PIC2, al
        mov     al, 0x08
        out     PIC1 + 1, al
        mov     al, 0x70
        out     PIC2 + 1, al
        mov     al, 1 << 2          ; ICW3: the second 8259 is at IRQ 2
        out     PIC1 + 1, al
        mov     al, 2
        out     PIC2 + 1, al
        mov     al, 1               ; ICW4: 8086 mode
        out     PIC1 + 1, al
        out     PIC2 + 1, al
        mov     al, 0xB8
        out     PIC1 + 1, al
        mov     al, 0x8E
        out     PIC2 + 1, al
        mov     dx, ELCR
        mov     al, 0
        out     dx, al
        inc     dx
        mov     al, (1 << 10 | 1 << 11) >> 8
        out     dx, al
        ret

LOCAL_APIC      equ 0xFEE00000
LOCAL_APIC_SPURIOUS equ 0xF0
LOCAL_APIC_LINT0 equ 0x350
LOCAL_APIC_LINT1 equ 0x360
EXTERNAL_INTERRUPTS equ 0x8700  ; the 8259s' request, by level
NON_MASKABLE    equ 0x8400
CPUID_APIC      equ 1 << 9
EFLAGS_ID       equ 1 << 21
; Virtual wire mode (MultiProcessor Specification 1.4, 3.6.2.2): the local APIC, if there is one, passes on what the 8259s
; request.
apic_setup:
        pushfd
        pop     eax
        mov     ecx, eax
        xor     eax, EFLAGS_ID
        push    eax
        popfd
        pushfd
        pop     eax
        push    ecx
        popfd
        xor     eax, ecx
        test    eax, EFLAGS_ID      ; a processor without CPUID has none
        jz      .end
        mov     eax, 1
        cpuid
        call    mp_tell_processors
        test    edx, CPUID_APIC
        jz      .end
        call    flat_begin
        mov     dword [dword fs:LOCAL_APIC + LOCAL_APIC_SPURIOUS], 0x1FF
        mov     dword [dword fs:LOCAL_APIC + LOCAL_APIC_LINT0], EXTERNAL_INTERRUPTS
        mov     dword [dword fs:LOCAL_APIC + LOCAL_APIC_LINT1], NON_MASKABLE
        call    flat_end
.end:   ret

; Channel 0: 18.2 Hz; channel 1: refresh, as the toggling bit of port 61h has it; channel 2: silent.
pit_setup:
        mov     al, 0x34
        out     PIT + 3, al
        mov     al, 0
        out     PIT, al
        out     PIT, al
        mov     al, 0x54
        out     PIT + 3, al
        mov     al, 18
        out     PIT + 1, al
        ret

; Channel 4 passes the requests of the first controller on.
dma_setup:
        mov     al, 0
        out     0x0D, al
        out     0xDA, al
        mov     al, 0xC0            ; cascade
        out     0xD6, al
        mov     al, 0
        out     0xD4, al
        ret

; AH: CMOS register; gives AL. NMI stays on.
cmos_read:
        mov     al, ah
        out     CMOS, al
        in      al, CMOS + 1
        ret

; AH: CMOS register, AL: what to write.
cmos_write:
        xchg    al, ah
        out     CMOS, al
        xchg    al, ah
        out     CMOS + 1, al
        ret

; AH: CMOS register; gives AX: the word from there on.
cmos_read_word:
        push    bx
        mov     bh, ah
        call    cmos_read
        mov     bl, al
        mov     ah, bh
        inc     ah
        call    cmos_read
        mov     ah, al
        mov     al, bl
        pop     bx
        ret

; 24 hours, BCD, 1024 Hz for the periodic interrupt, no interrupt on; pending ones are dropped. Then the ticks since
; midnight. DS: BIOS data area.
clock_setup:
        mov     ax, CMOS_STATUS_A << 8 | 0x26
        call    cmos_write
        mov     ax, CMOS_STATUS_B << 8 | 0x02
        call    cmos_write
        mov     ah, CMOS_STATUS_C
        call    cmos_read
        mov     ah, CMOS_STATUS_D
        call    cmos_read
        mov     ah, CMOS_HOUR
        call    clock_read_binary
        imul    ebx, eax, 60
        mov     ah, CMOS_MINUTE
        call    clock_read_binary
        add     ebx, eax
        imul    ebx, ebx, 60
        mov     ah, CMOS_SECOND
        call    clock_read_binary
        add     ebx, eax
        ; 1573040 ticks in the 86400 seconds of a day
        mov     eax, TICKS_OF_DAY
        mul     ebx
        mov     ecx, 86400
        div     ecx
        mov     [BDA_TICKS], eax
        mov     byte [BDA_MIDNIGHT], 0
        ret

; AH: CMOS register that holds BCD; gives EAX in binary.
clock_read_binary:
        call    cmos_read
        mov     ah, al
        shr     ah, 4
        and     al, 0x0F
        aad
        movzx   eax, ax
        ret
`;
