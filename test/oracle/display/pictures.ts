import { type ModeTable, mode0d, mode4, mode12, mode13, modeX, tableOf, text40, text80, withCrtc } from './modes.ts';
import { FRAME_BUFFER } from './rom.ts';

/** Code that sets a mode by its registers, and the palette; then `draw`. */
export function inMode(mode: ModeTable, draw: string): string {
  return `
        mov     esi, .table
        call    set_mode
        call    set_palette
        mov     ebp, 1234567
${draw}
        jmp     .done
.table: ${tableOf(mode)}
.done:`;
}

/** Register `index` of the port pair becomes AL or a constant. */
export const set = (port: number, index: number, value: number | string): string => `
        mov     dx, ${port}
        mov     al, ${index}
        out     dx, al
        inc     edx
        mov     al, ${value}
        out     dx, al`;
const sequencer = (index: number, value: number | string): string => set(0x3c4, index, value);
const graphics = (index: number, value: number | string): string => set(0x3ce, index, value);

/** Eight fonts of 8 KB in plane 2, of dots by chance. */
const fonts = `
        mov     edi, ${FRAME_BUFFER + 2}
        mov     ecx, 0x10000
.font:  call    random
        mov     [edi], al
        add     edi, 4
        loop    .font`;

/** Cells of chance, none of which QEMU and hardware show differently. */
const cells = (count: number): string => `
        mov     edi, 0xB8000
        mov     ecx, ${count}
.cell:  call    random
        mov     [edi], ax
        add     edi, 2
        loop    .cell`;

const cursor = (at: number): string =>
  [0x0e, 0x0f].map((index) => set(0x3d4, index, index === 0x0e ? at >> 8 : at & 255)).join('');

/** Bytes of chance at an address. */
export const noise = (address: number, words: number): string => `
        mov     edi, ${address}
        mov     ecx, ${words}
.n${address.toString(16)}: call    random
        mov     [edi], eax
        add     edi, 4
        loop    .n${address.toString(16)}`;

/** A VBE mode, filled with noise through the linear frame buffer. */
function vbe(width: number, height: number, depth: number, more = ''): string {
  const values = [
    [4, 0],
    [1, width],
    [2, height],
    [3, depth],
    [4, 0x41],
  ];
  const writes = values.map(
    ([index, value]) => `
        mov     bx, ${index}
        mov     ax, ${value}
        call    set_vbe`,
  );
  return inMode(
    mode13,
    `${writes.join('')}
${noise(FRAME_BUFFER, Math.floor((width * height * Math.max(depth, 8)) / 24))}
${more}`,
  );
}

const vbeRegister = (index: number, value: number): string => `
        mov     bx, ${index}
        mov     ax, ${value}
        call    set_vbe`;

/** Programs that draw, by what they show. */
export const pictures: Readonly<Record<string, string>> = {
  'text of 80 columns, nine dots wide': inMode(text80, fonts + cells(80 * 25) + cursor(85)),
  'text of 80 columns, eight dots wide, with two fonts': inMode(
    { ...text80, sequencer: [3, 1, 3, 0b100110, 2] },
    fonts + cells(80 * 25) + cursor(1999),
  ),
  'text of 40 columns, with a cursor of two lines': inMode(
    withCrtc(text40, { 10: 3, 11: 4 }),
    fonts + cells(40 * 25) + cursor(41),
  ),
  'text of 50 lines that begins elsewhere, without a cursor': inMode(
    withCrtc(text80, { 9: 0x47, 10: 0x27, 11: 7, 12: 1, 13: 0x23 }),
    fonts + cells(0x4000),
  ),
  'text of wide lines': inMode(withCrtc(text80, { 19: 0x32 }), fonts + cells(0x4000)),
  'mode 13h': inMode(mode13, noise(0xa0000, 16000)),
  'mode 13h with another start and width of lines': inMode(
    withCrtc(mode13, { 12: 0x12, 13: 0x34, 19: 0x32 }),
    noise(0xa0000, 16384),
  ),
  'mode X': inMode(
    modeX,
    `
        mov     ecx, 4
        mov     esi, 1
.plane: ${sequencer(2, 'byte [esi - 1 + .masks]')}
        push    ecx
        mov     edi, 0xA0000
        mov     ecx, 320 * 240 / 4
.pixel: call    random
        mov     [edi], al
        inc     edi
        loop    .pixel
        pop     ecx
        inc     esi
        loop    .plane
        jmp     .drawn
.masks: db      1, 2, 4, 8
.drawn:`,
  ),
  'mode X split, its second page above': inMode(
    withCrtc(modeX, { 12: 0x4b, 24: 0x8f, 7: 0x2e, 9: 0x41 }),
    noise(FRAME_BUFFER, 0x10000),
  ),
  'a copy by latches': inMode(
    modeX,
    `${noise(FRAME_BUFFER, 0x4000)}
${graphics(5, 0x41)}
        mov     esi, 0xA0000
        mov     edi, 0xA0000 + 19200 - 4000
        mov     ecx, 4000
        rep     movsb`,
  ),
  'planes of 640 x 480': inMode(mode12, noise(FRAME_BUFFER, 38400)),
  'planes, all write modes and operations': inMode(
    mode12,
    `
        mov     ebx, 20000
.next:  call    random
        mov     edi, eax
        and     edi, 0xFFFF
        cmp     edi, 38400
        jae     .next
        call    random
        mov     esi, eax
        push    eax
        call    random
        mov     cl, al
        pop     eax
${sequencer(2, 'cl')}
        mov     ecx, esi
${graphics(0, 'cl')}
        shr     ecx, 4
${graphics(1, 'cl')}
        shr     ecx, 4
${graphics(3, 'cl')}
        shr     ecx, 5
        mov     al, cl
        and     al, 3
        mov     ch, al
${graphics(5, 'ch')}
        shr     ecx, 2
${graphics(8, 'cl')}
        call    random
        mov     cl, [edi + 0xA0000]
        mov     [edi + 0xA0000], al
        dec     ebx
        jnz     .next`,
  ),
  'planes, some of them not shown, panned by palette': inMode(
    { ...mode12, attribute: [...mode12.attribute.slice(0, 16), 0x81, 0, 0x0b, 0, 0x06] },
    noise(FRAME_BUFFER, 38400),
  ),
  'planes of 320 x 200': inMode(mode0d, noise(FRAME_BUFFER, 8000)),
  'planes of 320 x 200, split at an even line': inMode(
    withCrtc(mode0d, { 12: 0x10, 24: 0x63, 7: 0x0f, 9: 0x80 }),
    noise(FRAME_BUFFER, 16384),
  ),
  "CGA's four colors": inMode(mode4, noise(0xb8000, 4096)),
  'VBE, 4 bits': vbe(640, 480, 4),
  'VBE, 8 bits': vbe(648, 333, 8),
  'VBE, 8 bits with 8-bit colors': vbe(
    640,
    400,
    8,
    `${vbeRegister(4, 0x61)}
        call    set_palette`,
  ),
  'VBE, 15 bits': vbe(640, 480, 15),
  'VBE, 16 bits': vbe(800, 600, 16),
  'VBE, 24 bits': vbe(640, 480, 24),
  'VBE, 32 bits': vbe(1024, 768, 32),
  'VBE, a part of a larger picture': vbe(640, 480, 16, vbeRegister(6, 1000) + vbeRegister(8, 18) + vbeRegister(9, 33)),
  'VBE, drawn by banks': vbe(
    640,
    480,
    8,
    `
        mov     ecx, 4
.bank:  mov     bx, 5
        mov     eax, ecx
        call    set_vbe
        push    ecx
        mov     edi, 0xA0000
        mov     ecx, 0x2000
        mov     eax, 0x01020304
.fill:  mov     [edi], eax
        imul    eax, eax, 3
        add     edi, 8
        loop    .fill
        pop     ecx
        loop    .bank`,
  ),
};
