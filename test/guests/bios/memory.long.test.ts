import { expect, test } from 'vitest';
import { bootSector, consoleOf, diskImage, writtenBy } from './guest.ts';

test('memory that POST has used is empty when a system starts, as after SeaBIOS', async () => {
  const text = await writtenBy(`
        mov     ax, 0x0800
.next:  mov     es, ax
        push    ax
        xor     di, di
        mov     cx, 0x800           ; 4 KB
        xor     ax, ax
        repe scasw
        pop     ax
        je      .empty
        call    hex
        mov     ax, es
.empty: add     ax, 0x100
        cmp     ax, 0x9F00
        jb      .next
        mov     ax, 0xE0D
        call    hex
`);
  expect(text).toBe('0E0D');
});

test('the last 32 KB below the BIOS are RAM where no ROM is, as after SeaBIOS; what is before them is read-only', async () => {
  const text = await writtenBy(`
        mov     si, segments
.next:  lodsw
        mov     es, ax
        mov     word [es:0], 0x1234
        mov     ax, [es:0]
        call    hex
        cmp     si, segments.end
        jb      .next
        jmp     leave
segments: dw    0xE000, 0xE7FF, 0xE800, 0xEC00, 0xEFFF
.end:
`);
  expect(text).toBe('0000 0000 1234 1234 1234');
});

/** KB below 640 KB and above 1 MB (INT 12h, INT 15h AH=88h), then the ends of areas of RAM in KB (INT 15h E820h). */
const memoryReader = bootSector(`
        int     0x12
        call    hex
        mov     ah, 0x88
        int     0x15
        call    hex
        xor     ebx, ebx
.next:  mov     eax, 0xE820
        mov     edx, 0x534D4150
        mov     ecx, 20
        mov     di, 0x8000
        int     0x15
        jc      leave
        cmp     dword [di + 16], 1
        jne     .other
        mov     eax, [di]
        add     eax, [di + 8]
        shr     eax, 10
        call    hex
.other: test    ebx, ebx
        jnz     .next
        jmp     leave
`);

/** The line after the BIOS's own text. */
const read = async (memory: number) => {
  const drives = [{ image: diskImage(memoryReader), format: 'raw' as const }];
  return (await consoleOf({ memory, drives })).split('\n').at(-1);
};

// QEMU 7.2 with SeaBIOS says the same of 1 MB; of 3 MB SeaBIOS keeps some for itself.
test('a machine may have 1 MB: nothing is above it, and no empty area is told of', async () => {
  expect(await read(1)).toBe('027F 0000 027F ');
  expect(await read(3)).toMatch(/^027F 0[0-9A-F]{3} 027F 0[BC][0-9A-F]{2} $/);
});
