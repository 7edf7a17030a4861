import { expect, test } from 'vitest';
import { writtenBy } from './guest.ts';

test('data segments reach 4 GB from a boot sector on, real and protected mode alike', async () => {
  const text = `
        cli
        in      al, 0x92
        or      al, 2
        out     0x92, al
        mov     dword [dword es:0x100000], 0x1234
        mov     eax, [dword fs:0x100000]
        call    hex
        lgdt    [table]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        jmp     8:.protected
.protected:
        mov     edi, 0x100004       ; ES as the BIOS left it
        mov     ax, 0x5678
        mov     ecx, 1
        a32 rep stosw
        mov     ax, [dword gs:0x100004]
        call    hex
        jmp     leave
descriptors:
        dw      0, 0, 0, 0
        dw      0xFFFF, 0, 0x9A00, 0
table:  dw      15
        dd      descriptors
`;
  expect(await writtenBy(text)).toBe('1234 5678');
});
