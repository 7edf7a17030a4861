import { expect, test } from 'vitest';
import { writtenBy } from './guest.ts';

/** Text of a program that prints AX and the carry flag after an interrupt. */
const tell = `
        pushf
        call    hex
        pop     ax
        and     ax, 1
        call    hex
        jmp     leave
`;

test('sectors beyond the last number that there is are not there', async () => {
  const text = await writtenBy(`
        mov     ah, 0x42
        mov     dl, 0x80
        mov     si, packet
        int     0x13
        mov     al, 0
        ${tell}
packet: dw 16, 1, 0x8000, 0
        dd 0xFFFFFFFF, 0xFFFFFFFF
`);
  expect(text).toBe('0100 0001');
});

test('a wait of more than 2,147 seconds is not over at once', async () => {
  const text = await writtenBy(`
        mov     byte [0x8000], 0
        mov     ax, 0x8300
        mov     cx, 0x8000
        xor     dx, dx
        mov     bx, 0x8000
        int     0x15
        mov     cx, 4
.tick:  sti
        hlt
        loop    .tick
        mov     al, [0x8000]
        mov     ah, 0
        clc
        ${tell}
`);
  expect(text).toBe('0000 0000');
});

test('the memory map of a machine without tables in RAM has no range FFFFh', async () => {
  const program = `
        mov     eax, 0xE820
        mov     ebx, 0xFFFF
        mov     ecx, 20
        mov     edx, 0x534D4150
        mov     di, 0x8000
        int     0x15
        mov     al, 0
        ${tell}
`;
  const text = await writtenBy(program, { memory: 1 });
  expect(text).toBe('8600 0001');
});
