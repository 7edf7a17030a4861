import { Machine } from 'rawiron';
import { say, sayNumber } from '../../../test/support/counting-rom.ts';
import { rom } from '../../../test/support/death-roms.ts';
import { beginCommand, withStack } from '../../../test/support/sector-roms.ts';
import { putImage } from '../../src/images.ts';
import type { ObjectStore } from '../../src/store.ts';

/**
 * Counts in memory and on its disk: reads the number that it wrote last, compares, writes the next one, flushes, and says it on COM1, as eight digits
 * in base 16 and a line feed. `!`: the disk had another one.
 */
const counterRom = rom(`${withStack}        mov     dword [0x0800], 0
.next:  mov     bx, 0x2000
        call    .begin
        mov     di, 0x1000
        mov     cx, 256
        mov     dx, 0x1F0
        rep insw
        mov     eax, [0x0800]
        cmp     [0x1000], eax
        jne     .bad
        cmp     [0x11FC], eax
        jne     .bad
        inc     eax
        mov     [0x0800], eax
        mov     di, 0x1000
        mov     cx, 128
        rep stosd
        mov     bx, 0x3000
        call    .begin
        mov     si, 0x1000
        mov     cx, 256
        mov     dx, 0x1F0
        rep outsw
        call    .ready
        mov     al, 0xE7
        out     dx, al
        call    .ready
        mov     eax, [0x0800]
${sayNumber}        mov     ecx, 2000000
.wait:  dec     ecx
        jnz     .wait
        jmp     .next
.bad:   mov     al, '!'
        call    .say
        jmp     .next
${say}${beginCommand}`);

/** Stores an image of a guest that counts, from 1 on. */
export async function putCounter(store: ObjectStore): Promise<void> {
  await using machine = await Machine.create({
    ...{ memory: 2, vga: 'none', boot: { bios: counterRom } },
    drives: [{ image: new Uint8Array(64 << 10) }],
  });
  await putImage(store, 'counter', await machine.snapshot());
}
