import { expect, test } from 'vitest';
import { writtenBy } from './guest.ts';

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
