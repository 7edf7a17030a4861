import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { DriveOptions } from '../../../src/index.ts';
import { bootSector, consoleOf, diskImage, machineWith, nvme, sata, usb, virtio, writtenBy } from './guest.ts';

type MakeDisk = typeof virtio;
const kinds = [
  ['virtio', virtio],
  ['USB', usb],
  ['SATA', sata],
  ['NVMe', nvme],
] as const;

describe.each(kinds)('%s disks boot by their first sector', (kind, disk) => {
  const name = kind === 'SATA' ? 'hard' : kind;
  test.each(['interpreter', 'translator'] as const)('%s', async (engine) => {
    const image = diskImage(bootSector("mov si, text\ncall put\njmp leave\ntext: db 'here I am', 0"));
    const text = await consoleOf({ engine, drives: [disk(image)] });
    expect(text).toContain(`Booting from ${name} disk (8 MB)...\nhere I am`);
  });
});

/** The output of a boot sector with this text, from a disk of this kind. */
async function writtenFrom(disk: MakeDisk, text: string): Promise<string> {
  return writtenBy(text, { drives: [disk(diskImage(bootSector(text)))] });
}

const readsAndVerifies = `
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
        mov     ax, 0x0428
        mov     cx, 0x0001
        mov     dx, 0x0080
        int     0x13
        call    hex
        jmp     leave
packet: dw 16, 2, 0x8000, 0
        dq 98
`;

test.each(kinds)('%s disks are read by cylinder, head and sector, by number, and verified', async (_, disk) => {
  expect(await writtenFrom(disk, readsAndVerifies)).toBe('4141 6363 0028');
});

/** Reads 200 sectors from number 20 on to 1000:FFF1h, which is beyond one request and one segment; and 9 to display memory. */
const readsMuch = `
        mov     ah, 0x42
        mov     dl, 0x80
        mov     si, large
        int     0x13
        mov     al, 0
        adc     al, 0
        call    hex
        mov     ax, [large + 2]
        call    hex
        push    word 0x1FFF
        pop     es
        mov     ax, [es:0]      ; before the first
        call    hex
        mov     ax, [es:1]
        call    hex
        mov     ax, 0x1FFF + 199 * 32
        mov     es, ax
        mov     ax, [es:0x1FF]
        call    hex
        movzx   ax, byte [es:0x201] ; after the last
        call    hex
        mov     ah, 0x42
        mov     dl, 0x80
        mov     si, display
        int     0x13
        push    word 0xB900
        pop     es
        mov     ax, [es:0]
        call    hex
        jmp     leave
large:  dw 16, 200, 0xFFF1, 0x1000
        dq 20
display: dw 16, 9, 0, 0xB800
        dq 300
`;

test.each(kinds)('%s disks are read to wherever the caller wants it', async (_, disk) => {
  expect(await writtenFrom(disk, readsMuch)).toBe('0000 00C8 1400 1414 DBDB 0000 3434');
});

/** Reads 127 sectors from number 20 on to 1000:0010h: 17 pages, none of them whole at either end. */
const readsPages = `
        mov     ah, 0x42
        mov     dl, 0x80
        mov     si, packet
        int     0x13
        mov     al, ah
        mov     ah, [packet + 2]
        call    hex
        push    word 0x1001
        pop     es
        xor     bx, bx
        mov     dl, 20
        mov     dh, 127
.next:  mov     al, dl
        mov     ah, dl
        mov     si, 256
.word:  cmp     [es:bx], ax
        jne     .end
        add     bx, 2
        dec     si
        jnz     .word
        inc     dl
        dec     dh
        jnz     .next
.end:   mov     al, dh          ; sectors that are not right
        mov     ah, [es:bx]     ; after the last
        call    hex
        jmp     leave
packet: dw 16, 127, 0x0010, 0x1000
        dq 20
`;

test.each(kinds)('%s disks are read to many pages', async (_, disk) => {
  expect(await writtenFrom(disk, readsPages)).toBe('7F00 0000');
});

/** Fills a sector with 5Ah and writes it to head 2, sector 1 (number 126), then to 200 and 201. */
const writer = `
        mov     di, 0x8000
        mov     cx, 1024
        mov     al, 0x5A
        rep stosb
        mov     ax, 0x0301
        mov     bx, 0x8000
        mov     cx, 0x0001
        mov     dx, 0x0280
        int     0x13
        call    hex
        mov     ax, 0x4300
        mov     dl, 0x80
        mov     si, packet
        int     0x13
        mov     al, [packet + 2]
        call    hex
        jmp     leave
packet: dw 16, 2, 0x8000, 0
        dq 200
`;

/** The contents of a disk that begins with the writer, and the writer's output. */
async function afterWriting(
  disk: MakeDisk,
  drive: Partial<DriveOptions>,
): Promise<{ text: string; before: Uint8Array; after: Uint8Array }> {
  const folder = await mkdtemp(join(tmpdir(), 'bios-disks-'));
  try {
    const file = join(folder, 'disk');
    const before = diskImage(bootSector(writer));
    await writeFile(file, before);
    const text = await writtenBy(writer, { drives: [disk(file, drive)] });
    return { text, before, after: new Uint8Array(await readFile(file)) };
  } finally {
    await rm(folder, { recursive: true });
  }
}

test.each(kinds)('%s disks are written', async (_, disk) => {
  const { text, before, after } = await afterWriting(disk, {});
  expect(text).toBe('0001 0002');
  for (const sector of [126, 200, 201]) before.fill(0x5a, sector * 512, (sector + 1) * 512);
  expect(Buffer.compare(after, before)).toBe(0);
});

test.each(kinds)('%s disks that are read-only fail to be written', async (kind, disk) => {
  const { text, before, after } = await afterWriting(disk, { readOnly: true });
  expect(text).toBe(kind === 'virtio' || kind === 'NVMe' ? '0C00 0C00' : '2000 2000');
  expect(Buffer.compare(after, before)).toBe(0);
});

/** A disk that says something when it is booted. */
const says = (text: string): Uint8Array =>
  diskImage(bootSector(`mov si, text\ncall put\njmp leave\ntext: db '${text}', 0`));

test.each(kinds)('of several %s disks that with a number boots first', async (_, disk) => {
  const text = await consoleOf({ drives: [disk(says('first')), disk(says('second'), { bootIndex: 3 })] });
  expect(text).toMatch(/second$/);
});

test.each(kinds)('%s disks come after those on the IDE channels, in their order', async (_, disk) => {
  const reader = `
        mov     dl, 0x80
.next:  push    dx
        mov     ax, 0x0201
        mov     bx, 0x8000
        mov     cx, 0x0002
        mov     dh, 0
        int     0x13
        mov     ax, [0x8000]
        jnc     .show
        mov     al, 0xFF
.show:  call    hex
        pop     dx
        inc     dx
        cmp     dl, 0x84
        jb      .next
        cmp     byte [again], 0
        mov     dl, 0x80
        mov     byte [again], 0
        jne     .next
        jmp     leave
again:  db 1
`;
  const named = (byte: number): Uint8Array => {
    const image = diskImage(bootSector(reader));
    return image.fill(byte, 512, 1024);
  };
  const drives = [disk(named(0x11)), { image: named(0x22), format: 'raw' as const }, disk(named(0x33))];
  expect(await writtenBy(reader, { drives })).toBe('2222 1111 3333 33FF 2222 1111 3333 33FF');
});

const showsMemory = `
        int     0x12
        call    hex
        xor     ebx, ebx
        mov     cl, 2
.next:  push    cx
        mov     eax, 0xE820
        mov     ecx, 20
        mov     edx, 0x534D4150
        mov     di, 0x8000
        int     0x15
        mov     eax, [0x8000]
        shr     eax, 4
        call    hex
        mov     eax, [0x8008]
        shr     eax, 4
        call    hex
        mov     ax, [0x8010]
        call    hex
        pop     cx
        dec     cl
        jnz     .next
        jmp     leave
`;

test.each(kinds)('%s disks take memory that INT 12h and the memory map leave out', async (_, disk) => {
  expect(await writtenFrom(disk, showsMemory)).toBe('0274 0000 9D00 0001 9D00 0300 0002');
});

/** A program with a segment of 4 GB and a descriptor table of its own. */
const keepsSegments = `
        cli
        lgdt    [register]
        mov     eax, cr0
        or      al, 1
        mov     cr0, eax
        mov     bx, 8
        mov     fs, bx
        and     al, 0xFE
        mov     cr0, eax
        mov     ax, 0x1000
        mov     fs, ax
        mov     gs, ax
        mov     dword [fs:0x1F0000], 0x1234ABCD
        mov     ax, 0x0201
        mov     bx, 0x8000
        mov     cx, 0x0003
        mov     dx, 0x0080
        int     0x13
        mov     ax, [0x8000]
        call    hex
        mov     ax, fs
        call    hex
        mov     ax, gs
        call    hex
        mov     ax, [fs:0x1F0000]
        call    hex
        sgdt    [0x9000]
        mov     ax, [0x9002]
        sub     ax, table
        call    hex
        jmp     leave
        align 8
table:  dq 0, 0x00CF93000000FFFF
register: dw 15
        dd table
`;

test('an NVMe disk leaves segments and the descriptor table as they are', async () => {
  expect(await writtenFrom(nvme, keepsSegments)).toBe('0202 1000 1000 ABCD 0000');
});

test('a USB device that is no disk takes none', async () => {
  const text = await writtenBy('int 0x12\ncall hex\njmp leave', { usb: ['tablet', 'keyboard'] });
  expect(text).toBe('027F');
});

test('the menu has a letter for the tenth device, and more', async () => {
  const drives = Array.from({ length: 11 }, (_, n) => virtio(says(`number ${n}`)));
  const { machine, text } = await machineWith({ drives, bootOrder: { menu: true } });
  await machine.start();
  await machine.screen.expect(/Press F12/);
  await machine.keyboard.press('f12');
  await machine.screen.expect(/9\. virtio disk \(8 MB\)\na\. virtio disk \(8 MB\)\nb\. virtio disk \(8 MB\)/);
  await machine.keyboard.press('b');
  await machine.exited;
  expect(text()).toMatch(/number 10$/);
});
