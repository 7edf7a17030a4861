import { Machine } from 'rawiron';
import { rom } from '../../../test/support/death-roms.ts';
import { putImage } from '../../src/images.ts';
import type { ObjectStore } from '../../src/store.ts';

/** Sends back what comes on COM1, slowly. */
const echoRom = rom(`.next:  mov     dx, 0x3FD
        in      al, dx
        test    al, 1
        jz      .next
        mov     dx, 0x3F8
        in      al, dx
        out     dx, al
        mov     ecx, 5000
.wait:  dec     ecx
        jnz     .wait
        jmp     .next`);

/** Stores an image of a guest that sends back what is typed. */
export async function putEcho(store: ObjectStore): Promise<void> {
  await using machine = await Machine.create({ memory: 2, vga: 'none', boot: { bios: echoRom } });
  await putImage(store, 'echo', await machine.snapshot());
}
