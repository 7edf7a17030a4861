import { expect, test } from 'vitest';
import { writtenBy } from './guest.ts';

/** Prints the first base address of the display adapter and of the network card. */
const addresses = `
        mov     ecx, 0x030000       ; VGA
        call    show
        mov     ecx, 0x020000       ; Ethernet
        call    show
        jmp     leave
show:   xor     si, si
        mov     ax, 0xB103
        int     0x1A
        mov     di, 0x10
        mov     ax, 0xB10A
        int     0x1A
        push    ecx
        pop     bx
        pop     ax
        push    bx
        call    hex
        pop     ax
        jmp     hex
`;

test('memory of PCI devices is taken from FEC00000h down: the frame buffer is where systems made for QEMU have it', async () => {
  const network = [{ card: 'e1000' as const }];
  expect(await writtenBy(addresses, { vga: 'std', network })).toBe('FD00 0008 FCFC 0000');
});
