import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { bzImage, unversionedKernel } from '../../runtime/firmware/load/images.ts';

/** Where the header's jump goes to, within the real-mode part. */
const SETUP_CODE = 0x26c;

/** A bzImage whose setup code is this text; its labels count from the real-mode part, as DS does. */
export function linuxImage(text: string): Uint8Array {
  const image = bzImage({ preferredAddress: 0x100000, kernelAlignment: 0x1000 });
  image.set(assemble(text, { origin: SETUP_CODE, bits: 16 }).bytes, SETUP_CODE);
  return image;
}

/** A kernel from before there were setup headers, whose setup code is this text. */
export function oldLinuxImage(text: string): Uint8Array {
  const image = unversionedKernel();
  image.set(assemble(text, { origin: 0x200, bits: 16 }).bytes, 0x200);
  return image;
}

/** Writes the text at ES:SI by INT 10h, as a kernel's setup code would ask the BIOS. */
const write = `
.next:  mov     al, [es:si]
        test    al, al
        jz      .end
        mov     ah, 0x0E
        mov     bx, 7
        int     0x10
        inc     si
        jmp     .next
.end:   sti
.sleep: hlt
        jmp     .sleep
`;

/** Writes the command line. */
export const writeCommandLine = `
        mov     eax, [0x228]
        shr     eax, 4
        mov     es, ax
        xor     si, si
${write}`;

/**
 * Writes the command line of kernels before boot protocol 2.02: it is in the segment of the setup code, where the boot sector
 * says.
 */
export const writeOldCommandLine = `
        mov     si, [0x22]
${write}`;
