import type { GuestProgram } from './guest.ts';
import { kernel } from './guest-kernel.ts';

const paeTools = `
POINTERS equ SPARE_TABLES
DIRECTORY equ SPARE_TABLES + 0x1000
TABLE equ SPARE_TABLES + 0x2000
TABLE_P equ SPARE_TABLES + 0x4000
P equ 0x400000
PDE equ DIRECTORY + 16
PTE equ TABLE_P
pae_start:
        mov     edi, TABLE
        mov     eax, PAGE_RWU
.fill:  mov     [edi], eax
        mov     dword [edi + 4], 0
        add     edi, 8
        add     eax, 0x1000
        cmp     eax, 0x400000
        jb      .fill
        mov     dword [DIRECTORY], TABLE + PAGE_RWU
        mov     dword [DIRECTORY + 8], TABLE + 0x1000 + PAGE_RWU
        mov     dword [PDE], TABLE_P + PAGE_RWU
        mov     dword [PTE], FREE + PAGE_RWU
        mov     dword [POINTERS], DIRECTORY + 1
        mov     eax, POINTERS
        mov     cr3, eax
        mov     eax, cr4
        or      eax, 0x20
        mov     cr4, eax
        mov     eax, 1
        call    set_nxe
        mov     eax, cr0
        or      eax, 0x80010000
        mov     cr0, eax
        ret
; EAX: 1 or 0
set_nxe:
        shl     eax, 11
        mov     ecx, 0xC0000080
        xor     edx, edx
        wrmsr
        ret
flush:  mov     eax, cr3
        mov     cr3, eax
        ret
`;
/**
 * `pae_start` maps the first 4 MB with small pages by PAE paging, for user mode too, with CR0.WP and EFER.NXE.
 * P is a linear address in the next 2 MB; entry 2 of the directory and entry 0 of TABLE_P map it.
 */
export function paeKernel(main: string): GuestProgram {
  return kernel(main + paeTools);
}
