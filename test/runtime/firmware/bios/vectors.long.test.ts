import { expect, test } from 'vitest';
import { assemble } from '../../../../runtime/firmware/assembler/index.ts';
import type { DriveConfig } from '../../../../runtime/machine/drives.ts';
import { medium, wordFromBoot } from './boot.ts';

const drive: DriveConfig = { name: 'ide0-hd0', interface: 'ide', index: 0, media: 'disk', medium };

/** The word at an address below 64 KB as a boot sector finds it. */
function wordAt(address: number): number {
  const { bytes: sector } = assemble(`
        org     0x7C00
        bits    16
        xor     ax, ax
        mov     ds, ax
        mov     ax, [${address}]
        mov     dx, 0xF4
        out     dx, ax
        times   510 - ($ - $$) db 0
        dw      0xAA55
`);
  return wordFromBoot({ drives: [drive] }, () => sector);
}

test.each([
  ['a division by zero, which only returns', 0x00, 0xff53],
  ['an NMI', 0x02, 0xe2c3],
  ['the key Ctrl-Break', 0x1b, 0xff53],
  ['the screen', 0x05, 0xff54],
  ['the user, which only returns', 0x80, 0xff53],
])('the vector of %s is that of the IBM PC/AT', (_, vector, offset) => {
  expect(wordAt(4 * vector)).toBe(offset);
  expect(wordAt(4 * vector + 2)).toBe(0xf000);
});
