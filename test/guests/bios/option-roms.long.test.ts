import { expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { consoleOf } from './guest.ts';

const BLOCK = 512;

/**
 * An option ROM of a PCI card (PCI Local Bus Specification 2.1, 6.3), whose init prints its name, its PCI function and
 * where it is, and whose boot entry prints and does what the text says. Before it stands an image for other firmware.
 */
function optionRom({ name, boot, blocks = 1 }: { name: string; boot: string; blocks?: number }): Uint8Array {
  const other = assemble(`
        bits 16
        dw      0xAA55
        resb    0x16
        dw      0x1C
        dw      0
        db      'PCIR'
        dw      0x1234, 0x1111, 0, 24
        db      0, 0, 0, 2
        dw      1, 0
        db      3, 0, 0, 0          ; for EFI; there is another image
        times   ${BLOCK} - ($ - $$) db 0xCC
`).bytes;
  const own = assemble(`
        bits 16
        dw      0xAA55
        db      ${blocks}
        jmp     init
        times   0x18 - ($ - $$) db 0
        dw      pci_data, pnp
pci_data:
        db      'PCIR'
        dw      0x1234, 0x1111, 0, 24
        db      0, 0, 0, 2
        dw      ${blocks}, 0
        db      0, 0x80, 0, 0
pnp:    db      '$PnP', 1, 2
        dw      0
        db      0, 0
        dd      0
        dw      0, 0
        db      2, 0, 0, 0
        dw      0, 0, entry, 0, 0
init:   mov     si, name
        call    put
        call    hex
        mov     ax, cs
        call    hex
        mov     ax, ss
        retf
entry:  mov     si, name
        call    put
        ${boot}
leave:  out     0xF4, al
put:    push    ax
        mov     dx, 0x402
.next:  mov     al, [cs:si]
        inc     si
        test    al, al
        jz      .end
        out     dx, al
        jmp     .next
.end:   pop     ax
        ret
hex:    mov     cx, 4
.next:  rol     ax, 4
        push    ax
        and     al, 15
        cmp     al, 10
        sbb     al, 0x69
        das
        out     dx, al
        pop     ax
        loop    .next
        mov     al, ' '
        out     dx, al
        ret
name:   db      '${name} ', 0
        times   ${BLOCK} - ($ - $$) db 0
`).bytes;
  own[BLOCK - 1] = -own.reduce((sum, byte) => sum + byte, 0);
  const rom = new Uint8Array((1 + blocks) * BLOCK);
  rom.set(other);
  rom.set(own, BLOCK);
  return rom;
}

const card = (rom: Uint8Array) => ({ card: 'rtl8139', rom }) as const;
const leaves = 'jmp leave';

test('a card boots by the image of its ROM that is for this processor', async () => {
  const text = await consoleOf({
    network: [card(optionRom({ name: 'first', boot: leaves }))],
    bootOrder: { order: 'n' },
  });
  expect(text).toMatch(/^rawiron BIOS\n\nfirst 0018 C800 /m);
  expect(text).toMatch(/Booting from ROM\.\.\.\nfirst $/);
});

test('a card that has a number boots before what has none', async () => {
  const network = [{ ...card(optionRom({ name: 'first', boot: leaves })), bootIndex: 3 }];
  expect(await consoleOf({ network, bootOrder: { order: 'cd' } })).toMatch(/\nBooting from ROM\.\.\.\nfirst $/);
});

test('where nothing else boots the ROMs are tried, one after the other', async () => {
  const roms = [optionRom({ name: 'first', boot: 'retf' }), optionRom({ name: 'second', boot: leaves })];
  const text = await consoleOf({ network: roms.map(card) });
  expect(text).toMatch(/^first 0018 C800 second 0020 C880 /m);
  expect(text).toMatch(
    /Booting from CD\.\.\.\nBoot failed: .*\nBooting from ROM\.\.\.\nfirst Boot failed: the ROM gave up\.\nBooting from ROM\.\.\.\nsecond $/,
  );
});

test('a ROM that has no room is not called', async () => {
  const large = (name: string, boot: string) => optionRom({ name, boot, blocks: 255 });
  const network = [
    card(large('first', 'retf')),
    card(large('second', leaves)),
    card(optionRom({ name: 'third', boot: leaves })),
  ];
  const text = await consoleOf({ network, bootOrder: { order: 'n' } });
  expect(text).toMatch(/^first 0018 C800 third 0028 E800 /m);
  expect(text).not.toContain('second');
});

test('a ROM that its owner gives boots, too', async () => {
  const rom = optionRom({ name: 'own', boot: leaves }).subarray(BLOCK);
  const text = await consoleOf({ firmwareFiles: { 'genroms/own.rom': rom }, bootOrder: { order: 'n' } });
  expect(text).toMatch(/^own [0-9A-F]{4} C800 /m);
  expect(text).toMatch(/Booting from ROM\.\.\.\nown $/);
});
