import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import type { Boot } from '../../../src/index.ts';
import { kernel } from '../../support/guest-kernel.ts';
import { realMode } from '../../support/guest-real-mode.ts';

const MULTIBOOT_MAGIC = 0x1badb002;
/** The header has the addresses that it asks for (Multiboot 0.6.96, 3.1.1). */
const WITH_ADDRESSES = 0x10000;
const ROM_BYTES = 0x10000;

/** Shows that a guest still does what it is for: a counter of `metrics()` that grows, or that it halts for good, as it is to. */
export type Sign = `${'code' | 'dispatcher' | 'invalidation' | 'memory'}.${string}` | 'halt';

export interface WildGuest {
  readonly boot: Boot;
  readonly sign: Sign;
  /**
   * Random code may stop both timers, or load an interrupt table whose entries lead to code that goes on, and then loop: only the
   * reset button ends that. Not seen in 630,000 resets of one run, though.
   */
  readonly mayLoop?: boolean;
}

/** A guest in protected mode: the tests' small kernel around a text, as a Multiboot image. */
export function protectedMode(sign: Sign, main: string): WildGuest {
  const { source, origin } = kernel(`${main}\n        align 4`);
  const { bytes } = assemble(source, { origin, bits: 32 });
  const checksum = -(MULTIBOOT_MAGIC + WITH_ADDRESSES);
  const header = [MULTIBOOT_MAGIC, WITH_ADDRESSES, checksum, origin + bytes.length, origin, 0, 0, origin];
  const kernelImage = Buffer.concat([bytes, Buffer.from(Int32Array.from(header).buffer)]);
  return { boot: { kernel: kernelImage }, sign };
}

/** A guest in real mode: a ROM that copies a text's code to 0:7C00 and goes there. */
export function fromRom(sign: Sign, main: string): WildGuest {
  const { source, origin } = realMode(main);
  const { bytes } = assemble(source, { origin, bits: 16 });
  const image = Buffer.alloc(ROM_BYTES, 0xff);
  image.set(bytes);
  image.set(assemble(copier(origin, bytes.length), { origin: 0, bits: 16 }).bytes, ROM_BYTES - COPIER_BYTES);
  return { boot: { bios: image }, sign };
}

const COPIER_BYTES = 0x40;

/** Begins so far in front of the ROM's end that the CPU's first instruction, 16 bytes in front of it, jumps back here. */
function copier(destination: number, length: number): string {
  return `
        mov     ax, 0xF000
        mov     ds, ax
        xor     ax, ax
        mov     es, ax
        mov     ss, ax
        mov     sp, ${destination}
        xor     si, si
        mov     di, ${destination}
        mov     cx, ${length}
        rep movsb
        mov     ds, ax
        jmp     0:${destination}
        times   ${COPIER_BYTES - 16} - ($ - $$) db 0x90
        jmp     short $ - ${COPIER_BYTES - 16}
`;
}
