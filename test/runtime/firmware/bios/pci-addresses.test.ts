import { expect, test } from 'vitest';
import { assemble } from '../../../../runtime/firmware/assembler/index.ts';
import type { CardConfig } from '../../../../runtime/machine/cards.ts';
import type { DriveConfig } from '../../../../runtime/machine/drives.ts';
import { medium, wordFromBoot } from './boot.ts';

const drive: DriveConfig = { name: 'ide0-hd0', interface: 'ide', index: 0, media: 'disk', medium };
const card: CardConfig = { name: 'rtl8139.0', model: 'rtl8139', mac: [0x52, 0x54, 0, 0x12, 0x34, 0x56] };

/** The low word of a base address register that firmware has set, of function 2.0: a network card, as there is no display. */
function lowWord(register: number): number {
  const { bytes: sector } = assemble(`
        org     0x7C00
        bits    16
        mov     dx, 0xCF8
        mov     eax, 0x80000000 | 2 << 11 | ${register}
        out     dx, eax
        mov     dx, 0xCFC
        in      ax, dx
        out     0xF4, ax
        times   510 - ($ - $$) db 0
        dw      0xAA55
`);
  return wordFromBoot({ drives: [drive], cards: [card] }, () => sector);
}

test('registers in memory have pages of their own, as drivers map these: the 256 bytes of an RTL8139', () => {
  expect(lowWord(0x14) & 0xfff).toBe(0);
});
