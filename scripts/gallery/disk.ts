import { assemble } from '../../runtime/firmware/assembler/index.ts';

const SECTOR = 512;
const DISK_BYTES = 1 << 20;
const MOST_SECTORS = 64;

/**
 * A hard disk whose boot sector loads a program and starts it at 8000h, in real mode with data segments of 4 GB (so that it
 * reaches a linear frame buffer) and ES zero. The program ends with `jmp finished`, which tells so by the debug console.
 */
export function diskWith(program: string): Uint8Array {
  const { bytes } = assemble(`
        bits    16
        org     0x7C00
        xor     ax, ax
        mov     ds, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, 0x7C00
        mov     ah, 0x42
        mov     si, packet
        int     0x13
        lgdt    [gdtr]
        cli
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        mov     bx, 8
        mov     ds, bx
        mov     es, bx
        and     al, 0xFE
        mov     cr0, eax
        xor     bx, bx
        mov     ds, bx
        mov     es, bx
        sti
        cld
        jmp     0:0x8000
finished:
        mov     al, '!'
        out     0xE9, al
.end:   hlt
        jmp     .end
packet: db      16, 0
        dw      ${MOST_SECTORS}, 0x8000, 0
        dq      2
gdtr:   dw      15
        dd      gdt
gdt:    dq      0, 0x008F93000000FFFF | 0xF << 48
        times   510 - ($ - $$) db 0
        dw      0xAA55
        times   0x400 - ($ - $$) db 0
${program}
`);
  if (bytes.length > SECTOR * (1 + MOST_SECTORS)) throw new Error(`the program has ${bytes.length} bytes`);
  const disk = new Uint8Array(DISK_BYTES);
  disk.set(bytes);
  return disk;
}
