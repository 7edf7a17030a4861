import { type Assembly, assemble } from '../../runtime/firmware/assembler/index.ts';

/** Where the ROM of 64 KB is seen. */
const ROM = 0xf0000;

/** Words in memory that the processors write, and a linear address that leads each to memory of its own. */
export const counts = { first: 0x5000, second: 0x5100 } as const;
export const OWN_LINEAR = 0x400000;
export const ownPhysical = { first: 0x800000, second: 0xc00000 } as const;

/** Turns paging on by a directory of 4 MB pages; all registers are known then. Says in memory of its own who it is. */
const prepared = (directory: number, physical: number, stack: number, own: number) => `
        mov     eax, 16
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     fs, ax
        mov     gs, ax
        mov     esp, ${stack}
        mov     dword [${directory}], 0x83
        mov     dword [${directory + 4}], ${physical + 0x83}
        mov     dword [${directory + 0x3fb * 4}], 0xFEC00083
        mov     eax, 0x10                       ; PSE
        mov     cr4, eax
        mov     eax, ${directory}
        mov     cr3, eax
        mov     eax, 0x80000011
        mov     cr0, eax
        fninit
        mov     dword [${OWN_LINEAR}], ${own}
        mov     ebx, ${own}
        xor     ecx, ecx
        xor     edx, edx
        xor     esi, esi
        xor     edi, edi
        xor     ebp, ebp
        xor     eax, eax
`;

/** A ROM that the first processor begins, which starts the second one: what each does then, in code of 32 bits. */
export function twoProcessorRom(first: string, second: string): Assembly {
  return assemble(
    `
        times   0x100 db 0
start:  cli
        lgdt    [cs:table]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     dword 8:${ROM} + flat
        align   8
gdt:    dd      0, 0
        dd      0x0000FFFF, 0x00CF9B00
        dd      0x0000FFFF, 0x00CF9300
table:  dw      0x17
        dd      ${ROM} + gdt
        bits    32
flat:
${prepared(0x10000, ownPhysical.first, 0x8000, 0x11111111)}
        mov     dword [0xFEE000F0], 0x1FF       ; the local APIC is on
        mov     dword [0xFEE00300], 0xC4500     ; INIT for all others
        mov     dword [0xFEE00300], 0xC46F1     ; they start at F1000h
${first}
        times   0x1000 - ($ - $$) db 0
        bits    16
        cli
        mov     ax, ${ROM >>> 4}
        mov     ds, ax
        lgdt    [table]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     dword 8:${ROM} + other
        bits    32
other:
${prepared(0x11000, ownPhysical.second, 0x9000, 0x22222222)}
${second}
        times   0xFFF0 - ($ - $$) db 0
        bits    16
        jmp     start
        times   0x10000 - ($ - $$) db 0
`,
    { origin: 0, bits: 16 },
  );
}

/** Linear address of a label. */
export const labelAt = ({ symbols }: Assembly, label: string): number => ROM + symbols.get(label)!;

/** The first one halts when the second one says that it is about to. */
export const haltsAfterSecond = `
wait:   cmp     dword [${counts.second}], 1
        jne     wait
        hlt
past:
`;

/** Both halt. */
export const haltingPair: Assembly = twoProcessorRom(
  haltsAfterSecond,
  `
        mov     dword [${counts.second}], 1
        hlt
beyond:
`,
);

/** Each counts in its word for ever. */
export const countingPair: Assembly = twoProcessorRom(
  `
count:  call    bump
        jmp     count
bump:   inc     dword [${counts.first}]
        ret
`,
  `
        inc     ecx
climb:  call    rise
        jmp     climb
rise:   inc     dword [${counts.second}]
        ret
`,
);
