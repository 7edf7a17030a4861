/** The MP table: it is made with the ROM for one processor, with room for more; POST enters those that there are. */
export const multiprocessor = `
bits 16
MP_POINTER_BYTES equ 16
MP_HEADER_BYTES equ 44
MP_ENTRY_BYTES  equ 20
MP_HEADER       equ mp_tables + MP_POINTER_BYTES + MP_SPARE_BYTES
MP_LAST         equ MP_HEADER + MP_HEADER_BYTES ; the entry of the last processor: other entries follow it
MP_ADDRESS      equ mp_tables + 4
MP_POINTER_SUM  equ mp_tables + 10
MP_LENGTH       equ 4           ; in the header
MP_SUM          equ 7
MP_COUNT        equ 34
MP_APIC         equ 1           ; in an entry
MP_FLAGS        equ 3
MP_SIGNATURE    equ 4
MP_FEATURES     equ 8
MP_BOOTSTRAP    equ 0x02

; EAX, EDX: what CPUID says of the processor. All processors are alike, and their APICs have the numbers from 0 on.
mp_tell_processors:
        push    ds
        push    es
        push    cs
        pop     ds
        push    cs
        pop     es
        mov     [MP_LAST + MP_SIGNATURE], eax
        mov     [MP_LAST + MP_FEATURES], edx
        mov     ah, CMOS_PROCESSORS
        call    cmos_read
        movzx   bx, al              ; how many others there are
        imul    ax, bx, MP_ENTRY_BYTES
        mov     si, MP_HEADER
        mov     di, si
        sub     di, ax
        mov     bp, di              ; the header
        mov     cx, MP_HEADER_BYTES
        cld
        rep movsb
        add     [ds:bp + MP_LENGTH], ax
        add     [ds:bp + MP_COUNT], bx
        sub     [MP_ADDRESS], ax
        call    mp_enter_processors
        mov     si, mp_tables
        mov     cx, MP_POINTER_BYTES
        mov     di, MP_POINTER_SUM
        call    mp_set_sum
        mov     si, bp
        mov     cx, [ds:bp + MP_LENGTH]
        lea     di, [bp + MP_SUM]
        call    mp_set_sum
        pop     es
        pop     ds
        ret

; DI: where the first entry goes, BX: how many come before the last one, which is there.
mp_enter_processors:
        mov     dl, 0
.next:  cmp     dl, bl
        je      .last
        mov     si, MP_LAST
        mov     cx, MP_ENTRY_BYTES
        rep movsb
        mov     [di - MP_ENTRY_BYTES + MP_APIC], dl
        inc     dl
        jmp     .next
.last:  mov     [di + MP_APIC], dl
        or      byte [ds:bp + MP_HEADER_BYTES + MP_FLAGS], MP_BOOTSTRAP
        ret

; SI, CX: bytes, whose sum is 0 with that at DI.
mp_set_sum:
        mov     byte [di], 0
        mov     al, 0
.next:  sub     al, [si]
        inc     si
        loop    .next
        mov     [di], al
        ret
`;
