import { assemble } from '../../runtime/firmware/assembler/index.ts';

const SIZE = 0x10000;

/** A ROM image of 64 KB whose 16-bit code the CPU comes to at F000:0000. */
export function rom(main: string): Uint8Array {
  const source = `
${main}
        times   0xFFF0 - ($ - $$) db 0xFF
        jmp     0xF000:0
        times   0x10000 - ($ - $$) db 0xFF
`;
  const { bytes } = assemble(source, { origin: 0, bits: 16 });
  if (bytes.length !== SIZE) throw new Error(`the ROM has ${bytes.length} bytes`);
  return bytes;
}

/** A triple fault at F000:0009: an invalid instruction, and no IDT. */
export const tripleFaultRom = rom(`
        mov     eax, 0x51
        jmp     .on
        nop
.on:    lidt    [cs:empty]
        ud2
empty:  dw      0
        dd      0
`);

/** A halt with interrupts off. */
export const haltRom = rom(`
        cli
        mov     eax, 0x52
        hlt
`);
