import { expect, test } from 'vitest';
import { writtenBy } from './guest.ts';

test("the BIOS places the SMBus, on which a boot sector reads what the memory's first EEPROM tells", async () => {
  const text = `
        mov     dx, 0x704           ; SMBHSTADD: read 50h
        mov     al, 0xA1
        out     dx, al
        dec     dx                  ; SMBHSTCMD: rows and columns
        mov     al, 3
        out     dx, al
        dec     dx                  ; SMBHSTCNT: start word data
        mov     al, 0x4C
        out     dx, al
        mov     dx, 0x700           ; SMBHSTSTS
.busy:  in      al, dx
        test    al, 1
        jnz     .busy
        mov     ah, 0
        call    hex
        mov     dx, 0x705           ; SMBHSTDAT0 and 1
        in      ax, dx
        call    hex
`;
  expect(await writtenBy(text, { memory: 64 })).toBe('0002 090C');
});
