import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { type Bench, inFile } from './run.ts';

const DISK_BYTES = 1 << 20;
const firmware = '/usr/share/seabios/bios-256k.bin';

/** An adapter, and the video BIOS that sets it up: Debian's, or another. */
export interface VideoBios {
  readonly vga: 'std' | 'cirrus';
  readonly image: string | Uint8Array;
}

export const seabios: Readonly<Record<VideoBios['vga'], VideoBios>> = {
  std: { vga: 'std', image: '/usr/share/seabios/vgabios-stdvga.bin' },
  cirrus: { vga: 'cirrus', image: '/usr/share/seabios/vgabios-cirrus.bin' },
};
/** QEMU's names for the adapters. */
const devices = { std: 'VGA', cirrus: 'cirrus-vga' } as const;

/** Calls of int 10h that write text, set pixels and turn the cursor off, after others. */
function bootSector(calls: string): Uint8Array {
  const { bytes } = assemble(`
        bits    16
        org     0x7C00
        xor     cx, cx
        mov     ds, cx
        mov     ss, cx
        mov     sp, 0x7000
${calls}
        mov     si, .text
.next:  lodsb
        test    al, al
        jz      .pixels
        mov     ah, 0x0E
        mov     bx, 0x0003
        int     0x10
        jmp     .next
.pixels:
        mov     cx, 200
.pixel: mov     ax, cx
        and     al, 15
        mov     ah, 0x0C
        mov     bx, 0
        mov     dx, cx
        shr     dx, 1
        int     0x10
        loop    .pixel
        mov     ax, 0x0900 | 'Q'
        mov     bx, 0x004E
        mov     cx, 7
        int     0x10
        mov     ax, 0x0100
        mov     cx, 0x2000
        int     0x10
        mov     al, '!'
        out     0xE9, al
.end:   hlt
        jmp     .end
.text:  db      'Text by int 10h', 13, 10, 'and more', 7, 8, 'x', 0
        times   510 - ($ - $$) db 0
        dw      0xAA55
`);
  const disk = new Uint8Array(DISK_BYTES);
  disk.set(bytes);
  return disk;
}

const call = (ax: number, bx = 0): string => `
        mov     ax, ${ax}
        mov     bx, ${bx}
        int     0x10`;

const hex = (value: number): string => value.toString(16);
const modes = [0, 1, 2, 3, 4, 5, 6, 7, 0x0d, 0x0e, 0x0f, 0x10, 0x11, 0x12, 0x13];
/** Not 102h: QEMU's planes cannot be written in a VBE mode of four bits that is the first. */
const vbeModes = [0x100, 0x101, 0x103, 0x110, 0x111, 0x112, 0x114, 0x118, 0x10d, 0x140, 0x144];
const LINEAR = 0x4000;
/** Those that Debian's video BIOS for the CL-GD5446 has. */
const cirrusModes = [0x101, 0x103, 0x105, 0x107, 0x110, 0x111, 0x112, 0x113, 0x114, 0x115, 0x116, 0x117, 0x118, 0x11a];

/** Calls by what they set up. */
export const biosPictures: Readonly<Record<string, string>> = {
  ...Object.fromEntries(modes.map((mode) => [`mode ${hex(mode)}h`, call(mode)])),
  ...Object.fromEntries(vbeModes.map((mode) => [`VBE mode ${hex(mode)}h, by banks`, call(0x4f02, mode)])),
  ...Object.fromEntries(vbeModes.map((mode) => [`VBE mode ${hex(mode)}h, linear`, call(0x4f02, mode | LINEAR)])),
  'a font of 8 lines': call(3) + call(0x1112),
  'a font of 14 lines': call(3) + call(0x1111),
  'bright backgrounds': call(3) + call(0x1003),
  'text of 200 lines': call(0x1200, 0x30) + call(3),
  'text of 350 lines': call(0x1201, 0x30) + call(3),
  'another page': call(3) + call(0x0501),
};

/** Pictures of a CL-GD5446, which has other modes. */
export const cirrusPictures: Readonly<Record<string, string>> = {
  ...Object.fromEntries(modes.map((mode) => [`mode ${hex(mode)}h`, call(mode)])),
  ...Object.fromEntries(cirrusModes.map((mode) => [`VBE mode ${hex(mode)}h`, call(0x4f02, mode)])),
  'VBE mode 101h, linear': call(0x4f02, 0x101 | LINEAR),
  'VBE mode 114h, then text': call(0x4f02, 0x114) + call(3),
  'mode 5Fh': call(0x5f),
};

/** A boot sector with these calls on a disk, started by SeaBIOS. */
export function withVideoBios(calls: string, { vga, image: videoBios }: VideoBios = seabios.std): Bench {
  const image = bootSector(calls);
  const format = 'raw';
  return {
    options: {
      memory: 16,
      vga,
      videoBios,
      boot: { bios: firmware },
      drives: [{ image, format, snapshot: true }],
    },
    flags: (folder) => {
      const rom = typeof videoBios === 'string' ? videoBios : inFile(folder, 'rom', videoBios);
      const adapter = ['-vga', 'none', '-device', `${devices[vga]},romfile=${rom}`];
      return [...adapter, '-drive', `file=${inFile(folder, 'disk', image)},format=raw`];
    },
  };
}
