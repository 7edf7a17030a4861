import { rom } from './death-roms.ts';

/** A tone of 1000.15 Hz (count 1193) by the PC's speaker, for ever. */
export const speakerRom = rom(`
        cli
        mov     al, 0xB6
        out     0x43, al
        mov     al, 1193 & 0xFF
        out     0x42, al
        mov     al, 1193 >> 8
        out     0x42, al
        mov     al, 3
        out     0x61, al
.wait:  jmp     .wait
`);

/** The samples of one side of frames. */
export function sideOf(samples: Iterable<number>, side: 'left' | 'right'): number[] {
  const odd = side === 'left' ? 0 : 1;
  return [...samples].filter((_, n) => n % 2 === odd);
}

/** The header and the samples of a WAV file. */
export function readWav(file: Uint8Array) {
  const view = new DataView(file.buffer, file.byteOffset, file.length);
  const name = (at: number) => new TextDecoder().decode(file.subarray(at, at + 4));
  return {
    names: [name(0), name(8), name(12), name(36)],
    riffBytes: view.getUint32(4, true),
    format: [20, 22, 32, 34].map((at) => view.getUint16(at, true)),
    rate: view.getUint32(24, true),
    bytesPerSecond: view.getUint32(28, true),
    dataBytes: view.getUint32(40, true),
    samples: new Int16Array(new Uint8Array(file.subarray(44)).buffer),
  };
}

/** A square wave of 1000 Hz by a Sound Blaster 16: an automatic transfer of 8-bit samples by DMA channel 1 at 16,000 Hz. */
export const soundBlasterRom = rom(`
        cli
        xor     ax, ax
        mov     es, ax
        mov     di, 0x8000
        mov     cx, 4096
.fill:  mov     al, 0xC0
        test    di, 8
        jz      .put
        mov     al, 0x40
.put:   stosb
        loop    .fill
        mov     si, .dma
        mov     cx, 10
.setup: xor     dx, dx
        mov     dl, [cs:si]
        inc     si
        mov     al, [cs:si]
        inc     si
        out     dx, al
        loop    .setup
        mov     cx, 7
        mov     dx, 0x22C
.say:   in      al, dx
        test    al, 0x80
        jnz     .say
        mov     al, [cs:si]
        inc     si
        out     dx, al
        loop    .say
.wait:  jmp     .wait
; Ports and values: mask, flip-flop, mode, address, page, count, unmask.
.dma:   db      0x0A, 0x05, 0x0C, 0x00, 0x0B, 0x59, 0x02, 0x00, 0x02, 0x80, 0x83, 0x00
        db      0x03, 0xFF, 0x03, 0x0F, 0x0A, 0x01, 0x80, 0x00
; Rate, and an automatic transfer of blocks of 4096 bytes.
        db      0x41, 0x3E, 0x80, 0xC6, 0x00, 0xFF, 0x0F
`);
