import { describe, expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import type { MachineOptions } from '../../../src/index.ts';
import { BootMedia, bootableCd } from '../../support/el-torito.ts';
import { bootSector, consoleOf, diskImage, machineWith, writtenBy } from './guest.ts';

const FLOPPY_SECTORS = 2880;

describe('hard disks', () => {
  test.each(['interpreter', 'translator'] as const)('boot by their first sector: %s', async (engine) => {
    const image = diskImage(bootSector("mov si, text\ncall put\njmp leave\ntext: db 'here I am', 0"));
    const text = await consoleOf({ engine, drives: [{ image, format: 'raw' }] });
    expect(text).toContain('rawiron BIOS\n');
    expect(text).toMatch(/Booting from hard disk \(8 MB\)\.\.\.\nhere I am$/);
  });

  test('are read by cylinder, head and sector, and by number', async () => {
    const text = await writtenBy(`
        mov     ax, 0x0201
        mov     bx, 0x8000
        mov     cx, 0x0003
        mov     dx, 0x0180
        int     0x13            ; head 1, sector 3: number 65
        mov     ax, [0x8000]
        call    hex
        mov     ah, 0x42
        mov     dl, 0x80
        mov     si, packet
        int     0x13
        mov     ax, [0x83FE]
        call    hex
        jmp     leave
packet: dw 16, 2, 0x8000, 0
        dq 98
`);
    expect(text).toBe('4141 6363');
  });
});

test('disks are read with a stack at 9000:FFFE, whose end lies in the extended BIOS data area', async () => {
  const text = await writtenBy(`
        mov     ax, 0x9000
        mov     ss, ax
        mov     sp, 0xFFFE
        xor     di, di
.next:  mov     ax, 0x0201      ; deeper and deeper in the stack
        mov     bx, 0x8000
        mov     cx, 0x0003
        mov     dx, 0x0080
        int     0x13
        jc      .done
        push    di
        inc     di
        cmp     di, 128
        jb      .next
.done:  mov     ax, di
        call    hex
.back:  cmp     sp, 0xFFFE
        jae     .whole
        pop     ax
        dec     di
        cmp     ax, di
        je      .back
.whole: mov     ax, di
        call    hex
        mov     ax, [0x81FE]
        call    hex
        jmp     leave
`);
  expect(text).toBe('0080 0000 0202');
});

test('what is read beyond the end of a disk fails, with what is before it read', async () => {
  const image = diskImage(
    bootSector(`
        mov     ax, 0x022C      ; 44 sectors, of which there are 3
        mov     bx, 0x8000
        mov     cx, 0x0002
        mov     dx, 0x0080
        int     0x13
        call    hex
        mov     ax, [0x85FE]
        call    hex
        jmp     leave
`),
    4,
  );
  expect(await consoleOf({ drives: [{ image, format: 'raw' }] })).toMatch(/\n0403 0303 $/);
});

test('a disk interrupts programs that use it by its ports, after INT 13h as well', async () => {
  const text = await writtenBy(`
        mov     ax, 0x0201
        mov     bx, 0x8000
        mov     cx, 0x0002
        mov     dx, 0x0080
        int     0x13
        mov     byte [0x48E], 0
        mov     dx, 0x1F6
        mov     al, 0xA0
        out     dx, al
        inc     dx
        mov     al, 0xEC
        out     dx, al
        mov     bx, [0x46C]
.wait:  sti
        hlt
        mov     ax, [0x46C]
        sub     ax, bx
        cmp     ax, 4
        jb      .wait
        mov     al, [0x48E]             ; INT 76h has set it
        mov     ah, 0
        call    hex
        jmp     leave
`);
  expect(text).toBe('00FF');
});

describe('the order of devices', () => {
  const says = (text: string): Uint8Array => bootSector(`mov si, text\ncall put\njmp leave\ntext: db '${text}', 0`);
  const drives = [
    { image: diskImage(says('disk')), format: 'raw' as const },
    { image: diskImage(says('floppy'), FLOPPY_SECTORS), format: 'raw' as const, interface: 'floppy' as const },
    {
      image: bootableCd({ media: BootMedia.none, image: says('CD') }),
      format: 'raw' as const,
      media: 'cdrom' as const,
    },
  ];

  test.each([
    ['acd', 'floppy'],
    ['cad', 'disk'],
    ['dca', 'CD'],
  ])('%s boots the %s', async (order, first) => {
    expect(await consoleOf({ drives, bootOrder: { order } })).toMatch(new RegExp(`\\.\\.\\.\\n${first}$`));
  });

  test('goes on to the next one where a device does not boot', async () => {
    const empty = new Uint8Array(16_384 * 512);
    const text = await consoleOf({ drives: [{ image: empty, format: 'raw' }, ...drives.slice(1)] });
    expect(text).toMatch(/\(8 MB\)\.\.\.\nBoot failed: not bootable\.\nBooting from floppy A\.\.\.\nfloppy$/);
  });

  test.each([
    [
      'a',
      [0, 2],
      /floppy A\.\.\.\nBoot failed: there is no such drive\.\nBooting from hard disk \(8 MB\)\.\.\.\ndisk$/,
    ],
    ['d', [0], /CD\.\.\.\nBoot failed: there is no such drive\.\nBooting from hard disk \(8 MB\)\.\.\.\ndisk$/],
    ['c', [1, 2], /hard disk\.\.\.\nBoot failed: there is no such drive\.\nBooting from floppy A\.\.\.\nfloppy$/],
    ['n', [2], /Booting from CD\.\.\.\nCD$/],
  ])('goes on from %s to what it does not name', async (order, which, text) => {
    const there = which.map((n) => drives[n]!);
    expect(await consoleOf({ drives: there, bootOrder: { order } })).toMatch(text);
  });

  test('an empty place in CMOS is passed over', async () => {
    const changer = bootSector(`
        mov     al, 0x3D
        out     0x70, al
        in      al, 0x71
        cmp     al, 0x30            ; no first one, then CDs
        mov     si, text
        je      .again
        mov     al, 0x30
        out     0x71, al
        mov     al, 0xFE            ; reset
        out     0x64, al
.wait:  hlt
        jmp     .wait
.again: call    put
        jmp     leave
text:   db 'disk', 0
`);
    const there = [{ image: diskImage(changer), format: 'raw' as const }, drives[2]!];
    expect(await consoleOf({ drives: there })).toMatch(/Booting from CD\.\.\.\nCD$/);
  });

  test('is told where nothing boots', async () => {
    const { machine, text } = await machineWith({});
    await machine.start();
    await machine.screen.expect(/No bootable device/);
    expect(text()).toMatch(/hard disk\.\.\.\nBoot failed: there is no such drive\.\nBooting from floppy A\.\.\./);
    await machine.stop();
  });
});

describe('floppies', () => {
  test('are formatted, verified, and say that they are protected', async () => {
    const floppy = diskImage(new Uint8Array(512), FLOPPY_SECTORS);
    const drives = [
      { image: diskImage(formatter), format: 'raw' as const },
      { image: floppy, format: 'raw' as const, interface: 'floppy' as const },
    ];
    expect(await afterBoot({ drives })).toBe('0000 F6F6 0000 0505');
    const locked = [drives[0]!, { ...drives[1]!, readOnly: true }];
    expect(await afterBoot({ drives: locked })).toBe('0300 C9C9 0000 0505');
  });
});

/** Formats cylinder 5, side 1: status; reads its fourth sector; verifies the one before; reads sector 6 of the disk. */
const formatter = bootSector(`
        mov     di, 0x9000
        mov     cl, 1
.field: mov     ax, 0x0105
        stosw
        mov     al, cl
        mov     ah, 2
        stosw
        inc     cl
        cmp     cl, 18
        jbe     .field
        mov     ax, 0x0512
        mov     bx, 0x9000
        mov     cx, 0x0501
        mov     dx, 0x0100
        int     0x13
        mov     al, 0
        call    hex
        mov     ax, 0x0201
        mov     bx, 0x8000
        mov     cx, 0x0504
        mov     dx, 0x0100
        int     0x13
        mov     ax, [0x8000]
        call    hex
        mov     ax, 0x0412
        mov     cx, 0x0401
        mov     dx, 0x0100
        int     0x13
        mov     al, 0
        call    hex
        mov     ax, 0x0201
        mov     bx, 0x8000
        mov     cx, 0x0006
        mov     dx, 0
        int     0x13
        mov     ax, [0x8000]
        call    hex
        jmp     leave
`);

/** The output of a boot sector. */
async function afterBoot(options: Partial<MachineOptions>): Promise<string> {
  const text = await consoleOf(options);
  return text.slice(text.lastIndexOf('...\n') + 4).trim();
}

describe('CDs', () => {
  /** Writes DL, then what drive DL has in sector 5. */
  const reader = bootSector(`
        mov     [drive], dl
        movzx   ax, dl
        call    hex
        mov     ax, 0x0201
        mov     bx, 0x8000
        mov     cx, 0x0006
        mov     dh, 0
        mov     dl, [drive]
        int     0x13
        mov     ax, [0x8000]
        call    hex
        mov     ah, 0x08
        mov     dl, [drive]
        int     0x13
        mov     ax, cx
        call    hex
        jmp     leave
drive:  db 0
`);
  const bootedFrom = (image: Uint8Array): Promise<string> =>
    afterBoot({ drives: [{ image, format: 'raw', media: 'cdrom' }] });

  test.each([
    ['1.2 MB', BootMedia.floppy12, 2400, '4f0f'],
    ['1.44 MB', BootMedia.floppy144, 2880, '4f12'],
    ['2.88 MB', BootMedia.floppy288, 5760, '4f24'],
  ])('emulate floppies of %s', async (_, media, sectors, geometry) => {
    const cd = bootableCd({ media, image: diskImage(reader, sectors) });
    expect(await bootedFrom(cd)).toBe(`0000 0505 ${geometry}`.toUpperCase());
  });

  test('emulate hard disks, with the geometry of their partition', async () => {
    const image = diskImage(reader, 4 * 16 * 63);
    image.set([0x80, 1, 1, 0, 6, 15, 63, 3, 63, 0, 0, 0, 0xc1, 0x0f, 0, 0], 0x1be);
    expect(await bootedFrom(bootableCd({ media: BootMedia.hardDisk, image }))).toBe('0080 0505 023F');
  });

  test('load several sectors to a segment of their choice', async () => {
    const image = new Uint8Array(8 * 512);
    const code = assemble(`
        bits 16
        mov     ax, cs
        shr     ax, 12
        add     al, '0'
        mov     dx, 0x402
        out     dx, al
        mov     al, [cs:7 * 512]
        out     dx, al
        mov     al, 0
        out     0xF4, al
`);
    image.set(code.bytes);
    image[7 * 512] = 'z'.charCodeAt(0);
    expect(await bootedFrom(bootableCd({ media: BootMedia.none, image, count: 8, segment: 0x2000 }))).toBe('2z');
  });

  test.each([
    ['with a catalogue that is not valid', 1, (cd: Uint8Array) => cd.fill(0, 19 * 2048 + 28, 19 * 2048 + 29)],
    ['with more sectors than memory has room for', 0xffff, (cd: Uint8Array) => cd],
  ])('%s do not boot', async (_, count, change) => {
    const image = change(bootableCd({ media: BootMedia.none, image: reader, count }));
    const { machine } = await machineWith({ drives: [{ image, format: 'raw', media: 'cdrom' }] });
    await machine.start();
    await machine.screen.expect(/CD\.\.\.\s+Boot failed: the boot catalogue is not valid\./);
    await machine.stop();
  });
});

/** Reads the last of two sectors by AH=02h. */
const small = `
        mov     ax, 0x0201
        mov     bx, 0x8000
        mov     cx, 0x0002
        mov     dx, 0x0080
        int     0x13
        call    hex
        mov     ax, [0x8000]
        call    hex
        jmp     leave
`;

test.each([
  [2, 'virtio'],
  [1007, 'virtio'],
  [1007, 'ide'],
] as const)('a disk of %i sectors, less than a cylinder, boots: %s', async (sectors, bus) => {
  const { machine, text } = await machineWith({
    drives: [{ image: diskImage(bootSector(small), sectors), format: 'raw', interface: bus }],
  });
  await machine.start();
  await Promise.race([machine.exited, machine.screen.expect(/Boot failed/)]);
  await machine.stop();
  expect(text()).toMatch(/\.\.\.\n0001 0101 $/);
});
