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

/** What a WAV file says of itself, and its samples. */
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
