/**
 * An option ROM that boots the kernel that fw_cfg has. It is a boot device (Plug and Play BIOS Specification 1.0A, 3.2): a
 * BIOS that finds it calls its boot entry vector. The items are those of QEMU (hw/nvram/fw_cfg_keys.h), so it is content
 * with any machine that has them.
 */
export const source = `
bits 16
rom:    dw      0xAA55
        db      ROM_BYTES / 512
        retf                        ; the initialization has nothing to do
        times   0x1A - ($ - rom) db 0
        dw      pnp - rom
pnp:    db      '$PnP', 1, 2
        dw      0                   ; no further header
        db      0
pnp_checksum: db 0
        dd      0                   ; device
        dw      0, product - rom    ; manufacturer, product
        db      0, 0, 0             ; type
        db      0x04                ; boots (initial program load)
        dw      0, 0, boot - rom    ; connection vector, disconnection vector, boot entry vector
        dw      0, 0
product: db     'kernel', 0

SELECTOR        equ 0x510           ; ports of fw_cfg
DMA_HIGH        equ 0x514
DMA_LOW         equ 0x518
DMA_READ        equ 0x02
DMA_SELECT      equ 0x08
KERNEL_ADDRESS  equ 0x07            ; items; that of the size follows
INITRD_ADDRESS  equ 0x0A
KERNEL_ENTRY    equ 0x10
KERNEL_DATA     equ 0x11
INITRD_DATA     equ 0x12
COMMAND_ADDRESS equ 0x13
COMMAND_DATA    equ 0x15
SETUP_ADDRESS   equ 0x16
SETUP_SIZE      equ 0x17
SETUP_DATA      equ 0x18

; Called by the BIOS. It does not come back.
boot:   cld
        mov     bx, KERNEL_ADDRESS | KERNEL_DATA << 8
        call    copy_item
        mov     bx, INITRD_ADDRESS | INITRD_DATA << 8
        call    copy_item
        mov     ax, SETUP_SIZE
        call    item
        test    eax, eax
        jz      multiboot

; Linux: its 16-bit setup code asks the BIOS itself for all it needs (Documentation/arch/x86/boot.rst, "Running the Kernel").
linux:  mov     bx, COMMAND_ADDRESS | COMMAND_DATA << 8
        call    copy_item
        mov     bx, SETUP_ADDRESS | SETUP_DATA << 8
        call    copy_item
        mov     ax, COMMAND_ADDRESS
        call    item
        mov     ecx, eax
        mov     ax, SETUP_ADDRESS
        call    item
        sub     ecx, eax            ; code, heap and stack end where the command line begins
        sub     ecx, 16
        shr     eax, 4
        cli
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
        mov     ss, ax
        mov     esp, ecx
        add     ax, 0x20            ; after the boot sector
        push    ax
        push    word 0
        xor     eax, eax
        xor     ebx, ebx
        xor     ecx, ecx
        xor     edx, edx
        xor     esi, esi
        xor     edi, edi
        xor     ebp, ebp
        retf

; A Multiboot kernel: flat protected mode, A20 open, as the BIOS has it; the initrd's place has the information (specification 0.6.96, 3.2).
multiboot:
        mov     ax, KERNEL_ENTRY
        call    item
        mov     edi, eax
        mov     ax, INITRD_ADDRESS
        call    item
        mov     ebx, eax
        cli
        xor     eax, eax
        mov     ax, cs
        shl     eax, 4
        lea     edx, [eax + gdt - rom]
        push    edx
        push    word gdt_end - gdt - 1
        mov     bp, sp
        o32 lgdt [bp]
        lea     edx, [eax + flat - rom]
        push    dword CODE
        push    edx
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        o32 retf
bits 32
flat:   mov     ax, FLAT_DATA
        mov     ds, ax
        mov     es, ax
        mov     fs, ax
        mov     gs, ax
        mov     ss, ax
        mov     eax, 0x2BADB002
        mov     ecx, edi
        xor     edx, edx
        xor     esi, esi
        xor     edi, edi            ; some kernels store where it points to
        xor     ebp, ebp
        jmp     ecx
bits 16

; EAX: the number that item AX has.
item:   push    cx
        push    dx
        mov     dx, SELECTOR
        out     dx, ax
        inc     dx
        mov     cx, 4
.next:  in      al, dx
        ror     eax, 8
        loop    .next
        pop     dx
        pop     cx
        ret

; BL: the item with an address; the next one has a size. BH: that with so many bytes, which go there by DMA
; (docs/specs/fw_cfg.rst, "Guest-side DMA Interface": all numbers have the high byte first).
copy_item:
        movzx   ax, bl
        call    item
        mov     edi, eax
        movzx   ax, bl
        inc     ax
        call    item
        test    eax, eax
        jz      .end
        mov     bp, sp
        bswap   edi
        push    edi
        push    dword 0             ; the address's upper half
        bswap   eax
        push    eax
        movzx   eax, bh
        shl     eax, 16
        or      al, DMA_READ | DMA_SELECT
        bswap   eax
        push    eax
        mov     dx, DMA_HIGH
        xor     eax, eax
        out     dx, eax
        mov     ax, ss
        shl     eax, 4
        movzx   ecx, sp
        add     eax, ecx
        bswap   eax
        mov     dx, DMA_LOW
        out     dx, eax
        mov     sp, bp
.end:   ret

        align   8
gdt:    dw      0, 0, 0, 0
CODE    equ     $ - gdt
        dw      0xFFFF, 0
        db      0, 0x9B, 0xCF, 0
FLAT_DATA equ   $ - gdt
        dw      0xFFFF, 0
        db      0, 0x93, 0xCF, 0
gdt_end:
        times   ROM_BYTES - ($ - rom) db 0
`;
