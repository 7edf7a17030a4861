import { expect, test } from 'vitest';
import { writtenBy } from './guest.ts';

test('a boot sector finds the x87 FPU as FNINIT leaves it, and computes with doubles', async () => {
  const text = `
        fnstcw  [0x600]
        mov     ax, [0x600]
        call    hex
        fld1
        mov     word [0x602], 3
        fidiv   word [0x602]
        fstp    qword [0x608]
        mov     ax, [0x608]         ; with single precision these would be 0
        call    hex
`;
  expect(await writtenBy(text)).toBe('037F 5555');
});

test('where the processor has no FPU, the boot sector is told so, and gets there', async () => {
  const text = `
        int     0x11
        and     ax, 0x0002
        call    hex
`;
  expect(await writtenBy(text, { cpu: 'max,-fpu' })).toBe('0000');
  expect(await writtenBy(text)).toBe('0002');
});
