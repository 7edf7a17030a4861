import { describe, expect, test } from 'vitest';
import type { DriveOptions } from '../../../src/index.ts';
import { bootSector, diskImage, virtio, writtenBy } from './guest.ts';

/**
 * Calls of boot sectors that have two virtio disks: `read` shows what AH=02h of drive DL answers, and what the second sector
 * begins with; `find` gets DI, the legacy ports of the first disk; `show` writes its status and the page of its queue; `take`
 * gives it a queue at 20000h, as a driver does.
 */
const driverCalls = `
read:   mov     ax, 0x0201
        mov     bx, 0x8000
        mov     word [bx], 0
        mov     cx, 0x0002
        mov     dh, 0
        int     0x13
        call    hex
        mov     ax, [0x8000]
        jmp     hex
find:   mov     ax, 0xB102
        mov     cx, 0x1001
        mov     dx, 0x1AF4
        xor     si, si
        int     0x1A
        mov     ax, 0xB109
        mov     di, 0x10
        int     0x1A
        and     cl, 0xFC
        mov     di, cx
        ret
show:   lea     dx, [di + 18]
        in      al, dx
        mov     ah, 0
        call    hex
        lea     dx, [di + 8]
        in      eax, dx
        jmp     hex
take:   mov     al, 0
        call    status
        mov     al, 3
        call    status
        lea     dx, [di + 14]
        xor     ax, ax
        out     dx, ax
        lea     dx, [di + 8]
        mov     eax, 0x20
        out     dx, eax
        mov     al, 7
status: lea     dx, [di + 18]
        out     dx, al
        ret
`;

describe('virtio disks that others than the BIOS drive', () => {
  const drives = (text: string): DriveOptions[] => {
    const second = diskImage(new Uint8Array(512));
    return [virtio(diskImage(bootSector(text))), virtio(second.fill(0x22, 512, 1024))];
  };
  const written = (calls: string): Promise<string> => {
    const text = `${calls}\njmp leave\n${driverCalls}`;
    return writtenBy(text, { drives: drives(text) });
  };

  test('are read again after a reset', async () => {
    const text = await written(`
        call    find
        mov     al, 0
        call    status
        mov     dl, 0x80
        call    read
        mov     dl, 0x80
        call    read
`);
    expect(text).toBe('0001 0101 0001 0101');
  });

  test('are left alone while they have a driver', async () => {
    const text = await written(`
        call    find
        call    take
        mov     dl, 0x80
        call    read
        call    show
        mov     al, 0
        call    status
        mov     dl, 0x80
        call    read
`);
    expect(text).toBe('2000 0000 0007 0020 0001 0101');
  });

  test('are left alone while another disk is read', async () => {
    const text = await written(`
        call    find
        call    take
        mov     dl, 0x81
        call    read
        call    show
        mov     dl, 0x80
        call    read
        mov     dl, 0x81
        call    read
`);
    expect(text).toBe('0001 2222 0007 0020 2000 0000 0001 2222');
  });

  test('are read again after somebody has said that they failed', async () => {
    const text = await written(`
        call    find
        mov     al, 0x83
        call    status
        mov     dl, 0x80
        call    read
        call    show
`);
    expect(text).toBe('0001 0101 0007 009D');
  });
});
