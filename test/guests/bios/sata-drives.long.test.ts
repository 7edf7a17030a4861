import { describe, expect, test } from 'vitest';
import { BootMedia, bootableCd } from '../../support/el-torito.ts';
import { bootSector, consoleOf, diskImage, type machineWith, sata } from './guest.ts';

/** The output after the last attempt to boot. */
async function afterBoot(options: Parameters<typeof machineWith>[0]): Promise<string> {
  const text = await consoleOf(options);
  return text.slice(text.lastIndexOf('...\n') + 4).trim();
}

const says = (text: string): Uint8Array => bootSector(`mov si, text\ncall put\njmp leave\ntext: db '${text}', 0`);
const cdThatSays = (text: string): Uint8Array => bootableCd({ media: BootMedia.none, image: says(text) });
const cd = (image: Uint8Array, index?: number) =>
  sata(image, { media: 'cdrom', ...(index !== undefined && { index }) });

describe('SATA CDs', () => {
  /** Reads 20 sectors from number 18 on to 2000:0001, and says what is there. */
  const reader = bootSector(`
        mov     ah, 0x42
        mov     si, packet
        int     0x13
        mov     al, 0
        adc     al, 0
        call    hex
        mov     ax, [packet + 2]
        call    hex
        push    word 0x2000
        pop     es
        mov     ax, [es:0]
        call    hex
        mov     ax, [es:20 * 2048 - 1]
        call    hex
        movzx   ax, byte [es:20 * 2048 + 1]
        call    hex
        jmp     leave
packet: dw 16, 20, 1, 0x2000
        dq 60
`);

  test('are read to wherever the caller wants it', async () => {
    const boot = bootableCd({ media: BootMedia.none, image: reader });
    const image = new Uint8Array(100 * 2048);
    image.set(boot);
    for (let n = 60; n < 80; n++) image.fill(n, n * 2048, (n + 1) * 2048);
    expect(await afterBoot({ drives: [cd(image)] })).toBe('0000 0014 3C00 4F4F 0000');
  });

  test('emulate floppies', async () => {
    const floppy = bootSector(`
        mov     ax, 0x0212
        mov     bx, 0x8000
        mov     cx, 0x0101
        mov     dh, 1
        int     0x13            ; the second side of the second cylinder
        mov     ax, [0x8000]
        call    hex
        mov     ax, [0x8000 + 17 * 512]
        call    hex
        jmp     leave
`);
    const image = bootableCd({ media: BootMedia.floppy144, image: diskImage(floppy, 2880) });
    expect(await afterBoot({ drives: [cd(image)] })).toBe('3636 4747');
  });

  test('without a medium are passed over', async () => {
    const drives = [{ interface: 'sata', media: 'cdrom' } as const, sata(diskImage(says('disk')))];
    const text = await consoleOf({ drives, bootOrder: { order: 'dc' } });
    expect(text).toMatch(/CD\.\.\.\nBoot failed: no disc\.\nBooting from hard disk \(8 MB\)\.\.\.\ndisk$/);
  });
});

test.each([
  ['c', 'disk 2'],
  ['d', 'CD 1'],
])('the first of a kind is at the first port: %s', async (order, first) => {
  const drives = [
    cd(cdThatSays('CD 4'), 4),
    cd(cdThatSays('CD 1'), 1),
    sata(diskImage(says('disk 5')), { index: 5 }),
    sata(diskImage(says('disk 2')), { index: 2 }),
  ];
  expect(await afterBoot({ drives, bootOrder: { order } })).toBe(first);
});

test.each([
  ['disk', 'SATA disk'],
  ['CD', 'SATA CD'],
])('a number in the order of booting is before all else: %s', async (kind, first) => {
  const drives = [
    { image: diskImage(says('IDE disk')), format: 'raw' as const },
    sata(diskImage(says('other')), { index: 1 }),
    sata(diskImage(says('SATA disk')), { index: 3, ...(kind === 'disk' && { bootIndex: 7 }) }),
    { ...cd(cdThatSays('SATA CD'), 5), ...(kind === 'CD' && { bootIndex: 7 }) },
  ];
  expect(await afterBoot({ drives })).toBe(first);
});
