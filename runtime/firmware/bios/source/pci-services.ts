/**
 * The PCI BIOS (PCI BIOS Specification 2.1), INT 1Ah B1h and the same in 32 bits. Both texts are made from one: they see
 * the caller's registers as they are, and call each other near.
 */
function services(bits: 16 | 32): string {
  const wide = bits === 32;
  const [si, di, cx] = wide ? ['esi', 'edi', 'ecx'] : ['si', 'di', 'cx'];
  return `
bits ${bits}
; AL: function. Gives AH: status, CF: it is not 0, and what the function gives.
pci_bios_call_${bits}:
        cmp     al, 0x01
        je      .present
        cmp     al, 0x02
        je      .find_device
        cmp     al, 0x03
        je      .find_class
        cmp     al, 0x08
        jb      .unsupported
        cmp     al, 0x0D
        jbe     .access
        cmp     al, 0x0E
        je      .routing
.unsupported:
        mov     ah, PCI_UNSUPPORTED
        stc
        ret
.routing:
        jmp     pci_routing_${bits}

.present:
        mov     ax, 0x0001          ; mechanism 1
        mov     bx, 0x0210
        mov     cl, 0               ; last bus
        mov     edx, PCI_SIGNATURE
        clc
        ret

; DX: vendor, CX: device, SI: which one; gives BX.
.find_device:
        cmp     dx, 0xFFFF
        je      .bad_vendor
        push    ${si}
        push    edx
        push    ecx
        shl     ecx, 16
        mov     cx, dx
        mov     edx, ecx
        xor     bx, bx
.next_device:
        push    ${di}
        xor     ${di}, ${di}
        call    pci_bios_read_${bits}
        pop     ${di}
        cmp     eax, edx
        jne     .other_device
        sub     si, 1
        jc      .found
.other_device:
        inc     bl
        jnz     .next_device
        jmp     .not_found
; ECX: class code, SI: which one; gives BX.
.find_class:
        push    ${si}
        push    edx
        push    ecx
        mov     edx, ecx
        and     edx, 0xFFFFFF
        xor     bx, bx
.next_class:
        push    ${di}
        mov     ${di}, 8
        call    pci_bios_read_${bits}
        pop     ${di}
        cmp     eax, 0xFFFFFFFF
        je      .other_class
        shr     eax, 8
        cmp     eax, edx
        jne     .other_class
        sub     si, 1
        jc      .found
.other_class:
        inc     bl
        jnz     .next_class
.not_found:
        pop     ecx
        pop     edx
        pop     ${si}
        mov     ah, PCI_NOT_FOUND
        stc
        ret
.found: pop     ecx
        pop     edx
        pop     ${si}
        mov     ah, 0
        clc
        ret
.bad_vendor:
        mov     ah, PCI_BAD_VENDOR
        stc
        ret

; 08h-0Ah read, 0Bh-0Dh write a byte, word, doubleword of register DI of BX in CL, CX, ECX.
.access:
        test    di, 0xFF00
        jnz     .bad_register
        push    edx
        call    pci_bios_select_${bits}
        cmp     al, 0x09
        jb      .read_byte
        je      .read_word
        cmp     al, 0x0B
        jb      .read_dword
        je      .write_byte
        cmp     al, 0x0C
        je      .write_word
        test    di, 3
        jnz     .misaligned
        mov     eax, ecx
        out     dx, eax
        jmp     .accessed
.read_byte:
        in      al, dx
        mov     cl, al
        jmp     .accessed
.read_word:
        test    di, 1
        jnz     .misaligned
        in      ax, dx
        mov     cx, ax
        jmp     .accessed
.read_dword:
        test    di, 3
        jnz     .misaligned
        in      eax, dx
        mov     ecx, eax
        jmp     .accessed
.write_byte:
        mov     al, cl
        out     dx, al
        jmp     .accessed
.write_word:
        test    di, 1
        jnz     .misaligned
        mov     ax, cx
        out     dx, ax
.accessed:
        pop     edx
        mov     ah, 0
        clc
        ret
.misaligned:
        pop     edx
.bad_register:
        mov     ah, PCI_BAD_REGISTER
        stc
        ret

; DX: the port of register DI of BX.
pci_bios_select_${bits}:
        push    eax
        movzx   eax, bx
        shl     eax, 8
        mov     dx, di
        and     dl, 0xFC
        mov     al, dl
        or      eax, 0x80000000
        mov     dx, PCI_ADDRESS
        out     dx, eax
        mov     dx, di
        and     dx, 3
        add     dx, PCI_DATA
        pop     eax
        ret

; EAX: doubleword DI of BX.
pci_bios_read_${bits}:
        push    edx
        call    pci_bios_select_${bits}
        in      eax, dx
        pop     edx
        ret

; The table of interrupt routes goes to the caller's buffer: ES:${di}: its size, then a pointer. BX: IRQs that are PCI's.
pci_routing_${bits}:
        push    ds
        push    es
        push    ${si}
        push    ${di}
        push    ${cx}
        mov     ax, [es:${di}]
        mov     word [es:${di}], PIR_BYTES
        cmp     ax, PIR_BYTES
        jb      .small
        ${wide ? 'les     edi, [es:edi + 2]' : 'les     di, [es:di + 2]'}
        mov     ${si}, pir_slots
        mov     ${cx}, PIR_BYTES
.copy:  mov     al, [cs:${si}]
        mov     [es:${di}], al
        inc     ${si}
        inc     ${di}
        loop    .copy
        mov     ah, 0
        jmp     .end
.small: mov     ah, PCI_SMALL
.end:   pop     ${cx}
        pop     ${di}
        pop     ${si}
        pop     es
        pop     ds
        mov     bx, PCI_IRQS
        cmp     ah, 1
        cmc
        ret
`;
}

/** PCI BIOS in both widths, BIOS32 service directory (Standard BIOS 32-bit Service Directory Proposal 0.4). */
export const pciServices = `
PCI_SIGNATURE   equ 0x20494350  ; 'PCI '
PCI_UNSUPPORTED equ 0x81
PCI_BAD_VENDOR  equ 0x83
PCI_NOT_FOUND   equ 0x86
PCI_BAD_REGISTER equ 0x87
PCI_SMALL       equ 0x89
PCI_IRQS        equ 1 << 10 | 1 << 11
PCI_SERVICE     equ 0x49435024  ; '$PCI'
${services(16)}
${services(32)}
bits 16
; INT 1Ah B1h: the functions take and give the caller's registers.
pci_bios_16:
        mov     es, [bp + FRAME_ES]
        mov     eax, [bp + FRAME_AX]
        mov     ebx, [bp + FRAME_BX]
        mov     ecx, [bp + FRAME_CX]
        mov     edx, [bp + FRAME_DX]
        mov     esi, [bp + FRAME_SI]
        mov     edi, [bp + FRAME_DI]
        and     al, 0x7F            ; B18xh are the entries of 32 bits
        call    pci_bios_call_16
        pushf
        mov     [bp + FRAME_AH], ah
        mov     [bp + FRAME_BX], bx
        mov     [bp + FRAME_CX], ecx
        mov     [bp + FRAME_DX], edx
        popf
        setc    al
        and     byte [bp + FRAME_FLAGS], ~CARRY & 0xFF
        or      [bp + FRAME_FLAGS], al
        cmp     byte [bp + FRAME_AL], 0x01
        jne     .end
        mov     dword [bp + FRAME_DI], BIOS_SEGMENT * 16 + pci_bios_entry
.end:   ret

bits 32
; Far call of programs in protected mode with flat segments: EAX: service, BL: 0. Gives EBX: base, ECX: length, EDX: entry.
bios32_entry:
        pushfd
        test    bl, bl
        jnz     .no_function
        cmp     eax, PCI_SERVICE
        jne     .no_service
        mov     ebx, BIOS_SEGMENT << 4
        mov     ecx, 0x10000
        mov     edx, pci_bios_entry
        mov     al, 0
.end:   popfd
        retf
.no_service:
        mov     al, 0x80
        jmp     .end
.no_function:
        mov     al, 0x81
        jmp     .end

; The service itself, at its offset within the code segment that the program makes.
pci_bios_entry:
        pushfd
        cli
        push    eax
        and     al, 0x7F
        call    pci_bios_call_32
        mov     [esp + 1], ah       ; AL stays
        pop     eax
        jc      .failed
        popfd
        clc
        retf
.failed:
        popfd
        stc
        retf
`;
