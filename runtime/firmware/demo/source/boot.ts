/** Multiboot header, entry in 32-bit protected mode, paging, and the jump to the higher half. */
export const boot = `
; The system is loaded at 1 MB and runs at BASE + 1 MB.
BASE equ 0xC0000000
org BASE + 0x100000
bits 32

HEADER_MAGIC equ 0x1BADB002
HEADER_FLAGS equ 0x00010003     ; modules aligned, memory information, address fields
LOADER_MAGIC equ 0x2BADB002

header: dd HEADER_MAGIC, HEADER_FLAGS, -(HEADER_MAGIC + HEADER_FLAGS)
        dd header - BASE, header - BASE, image_end - BASE, bss_end - BASE, start - BASE

; Entered with paging off: addresses are physical until the jump.
start:
        cmp     eax, LOADER_MAGIC
        je      .loaded
        cli
        hlt
.loaded:
        cld
        mov     [multiboot_info - BASE], ebx

; The first 4 MB, at 0 and at BASE; the pages after DEMAND come when they are touched.
PAGE_PRESENT  equ 1
PAGE_WRITABLE equ 2
PAGE_RW equ PAGE_PRESENT | PAGE_WRITABLE
DEMAND  equ 0xD0000000
        mov     edi, page_table - BASE
        mov     eax, PAGE_RW
.fill:  stosd
        add     eax, 0x1000
        cmp     eax, 0x400000
        jb      .fill
        mov     edi, page_directory - BASE
        mov     dword [edi], page_table - BASE + PAGE_RW
        mov     dword [edi + (BASE >> 22) * 4], page_table - BASE + PAGE_RW
        mov     dword [edi + (DEMAND >> 22) * 4], demand_table - BASE + PAGE_RW
        mov     cr3, edi
        mov     eax, cr0
        or      eax, 0x80010000     ; PG, and WP: read-only pages are so for us too
        mov     cr0, eax
        mov     eax, high
        jmp     eax

; From here on in the higher half.
CODE    equ 0x08
DATA    equ 0x10
high:
        lgdt    [gdt_register]
        jmp     CODE:.reload
.reload:
        mov     eax, DATA
        mov     ds, eax
        mov     es, eax
        mov     fs, eax
        mov     gs, eax
        mov     ss, eax
        mov     esp, stack_top
        call    interrupts_start
        call    serial_start
        sti
        mov     esi, text_banner
        call    put_text
        jmp     shell

        align 8
gdt:    dq 0, 0x00CF9A000000FFFF, 0x00CF92000000FFFF
gdt_register:
        dw gdt_register - gdt - 1
        dd gdt

; After the image: zeroed by the loader, not part of the file.
`;

/** Memory after the image. */
export const bss = `
image_end:
PAGE_SIZE      equ 0x1000
page_directory equ header + ((image_end - header + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1))
page_table     equ page_directory + PAGE_SIZE
demand_table   equ page_table + PAGE_SIZE
demand_frame   equ demand_table + PAGE_SIZE
stack_top      equ demand_frame + 2 * PAGE_SIZE
idt            equ stack_top
multiboot_info equ idt + 256 * 8
ticks          equ multiboot_info + 4
ring_head      equ ticks + 4
ring_tail      equ ring_head + 4
ring           equ ring_tail + 4
line           equ ring + RING_SIZE
line_end       equ line + LINE_SIZE
brand          equ line_end
sieve          equ header + ((brand - header + 64 + PAGE_SIZE - 1) & ~(PAGE_SIZE - 1))
bss_end        equ sieve + SIEVE_SIZE
`;
