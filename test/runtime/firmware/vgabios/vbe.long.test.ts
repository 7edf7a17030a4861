import { describe, expect, test } from 'vitest';
import { buildVideoBios } from '../../../../runtime/firmware/vgabios/index.ts';
import { vbeModes } from '../../../../runtime/firmware/vgabios/vbe-modes.ts';
import { answersOfMachine, printedByMachine } from '../../../support/video-bios/answers.ts';
import type { Calls } from '../../../support/video-bios/calls.ts';
import { buildImage } from '../../../support/video-bios/harness.ts';

const rom = buildVideoBios();

/** Characters written, moved and read back; a row of 16 lines of mode 144h is a bank. */
const characters = (mode: number): Calls => ({
  set: { ax: 0x4f02, bx: mode },
  'to the middle': { ax: 0x0200, dx: 0x1205 },
  write: { ax: 0x0941, bx: 0x0e, cx: 5 },
  'what was written': { ax: 0x0800 },
  'scroll up': { ax: 0x0605, bx: 0, cx: 0, dx: 0x1d4f },
  'what is left': { ax: 0x0800 },
  'there now': { ax: 0x0200, dx: 0x0d05 },
  'what is there': { ax: 0x0800 },
  'scroll down': { ax: 0x0702, bx: 0x0300, cx: 0x0c04, dx: 0x1020 },
  'what went down': { ax: 0x0200, dx: 0x0f05 },
  'what is below': { ax: 0x0800 },
  pixel: { ax: 0x0c01, cx: 639, dx: 479 },
  'what colour': { ax: 0x0d00, cx: 639, dx: 479 },
});

const modes = [0x101, 0x110, 0x111, 0x112, 0x144, 0x102, 0x104];
/** The colour 0Eh as AH=08 returns it in modes with direct colours: the lowest byte. */
const colours: Record<string, string> = { 'mode 110': 'ea', 'mode 111': 'ea', 'mode 112': '55', 'mode 144': '55' };

test('characters and pixels in modes of VBE: bytes, direct colours, planes', async () => {
  const groups = Object.fromEntries(modes.map((mode) => [`mode ${mode.toString(16)}`, characters(mode)]));
  const answers = await answersOfMachine(rom, groups, 'translator');
  for (const [group, calls] of Object.entries(answers)) {
    const read = ['what was written', 'what is left', 'what is there', 'what is below'].map((name) => calls[name]!.ax);
    const letter = `${colours[group] ?? '0e'}41`;
    expect([group, ...read]).toEqual([group, letter, '0000', letter, letter]);
    expect(calls['what colour']!.ax).not.toBe('0d00');
  }
});

test('text leaves the window where the program has it', async () => {
  const calls: Calls = {
    set: { ax: 0x4f02, bx: 0x101 },
    window: { ax: 0x4f05, bx: 0, dx: 3 },
    write: { ax: 0x0e41, bx: 7 },
    'window then': { ax: 0x4f05, bx: 0x0100 },
    read: { ax: 0x0800 },
    pixel: { ax: 0x0d00, cx: 1, dx: 1 },
    'window at last': { ax: 0x4f05, bx: 0x0100 },
  };
  const answers = (await answersOfMachine(rom, { window: calls }, 'translator')).window!;
  expect([answers['window then']!.dx, answers['window at last']!.dx]).toEqual(['0003', '0003']);
});

test('a mode is found by the nine bits of its number: a program may leave others set', async () => {
  const calls: Calls = {
    information: { ax: 0x4f01, cx: 0x4f15, tell: ['buffer'] },
    'information without': { ax: 0x4f01, cx: 0x115, tell: ['buffer'] },
    set: { ax: 0x4f02, bx: 0x4f15 },
    number: { ax: 0x4f03 },
    'a mode of the VGA': { ax: 0x4f02, bx: 0x0613 },
    'its number': { ax: 0x4f03 },
  };
  const answers = (await answersOfMachine(rom, { reserved: calls }, 'translator')).reserved!;
  expect(answers.information!.buffer).toBe(answers['information without']!.buffer);
  expect(['set', 'number', 'a mode of the VGA', 'its number'].map((name) => answers[name]!.ax)).toEqual(
    Array(4).fill('004f'),
  );
  expect([answers.number!.bx, answers['its number']!.bx]).toEqual(['4115', '0013']);
});

/** Reads both blocks of the EDID where int 15h does nothing; prints the answer, how it begins, and sums of its bytes and of the ROM's. */
const identification = `
calls_start:
        xor     ax, ax
        mov     es, ax
        mov     word [es:0x15 * 4], .nothing
        mov     di, 0x6000
        mov     cx, 1
        xor     dx, dx
        mov     bx, 1
        mov     ax, 0x4F15
        int     0x10
        push    ax
        mov     ax, 0x4F15
        mov     bx, 1
        mov     dx, 1
        mov     di, 0x6080
        int     0x10
        mov     bx, ax
        call    print_word
        pop     bx
        call    print_word
        mov     bx, [es:0x6000]
        call    print_word
        mov     bx, [es:0x6006]
        call    print_word
        mov     si, 0x6000
        mov     cx, 256
        call    .sum
        mov     ax, 0xC000
        mov     es, ax
        xor     si, si
        mov     cx, 0x8000
        call    .sum
        jmp     finish
.sum:   xor     bx, bx
.add:   es lodsb
        add     bl, al
        loop    .add
        jmp     print_word
.nothing:
        iret
`;

test('the EDID is read as the ROM starts: later the system BIOS is not asked', async () => {
  const printed = await printedByMachine(buildImage(rom, identification), 'translator');
  expect(printed).toBe(' 004f 004f ff00 00ff 0000 0000.');
});

describe('what VBE says of the controller', () => {
  test('has the modes that fit the memory, and the signatures', async () => {
    const groups = { vbe: { controller: { ax: 0x4f00, tell: ['buffer'] } } } as const;
    const answer = (await answersOfMachine(rom, groups, 'translator')).vbe!.controller!;
    const bytes = Buffer.from(answer.buffer!, 'hex');
    expect([answer.ax, bytes.toString('latin1', 0, 4), bytes.readUInt16LE(4)]).toEqual(['004f', 'VESA', 0x300]);
    expect(bytes.readUInt16LE(18)).toBe(256);
    const listed = Array.from({ length: 111 }, (_, n) => bytes.readUInt16LE(0x22 + 2 * n));
    const fitting = vbeModes.filter(({ width, height, bitsPerPixel }) => {
      return width * height * Math.ceil(bitsPerPixel / 8) * (bitsPerPixel === 4 ? 0.5 : 1) <= 16 << 20;
    });
    expect(fitting.length).toBeLessThan(vbeModes.length);
    expect(listed.slice(0, listed.indexOf(0xffff))).toEqual(fitting.map(({ number }) => number));
  });
});

/** Copies the functions of 4F0A to 10000h and makes calls in protected mode (EBP: the functions); prints DI, then what the text tells. */
const protectedMode = (calls: string, told: string): string => `
calls_start:
        mov     ax, 0x4F02
        mov     bx, 0x4111          ; 640 by 480, 16 bits
        int     0x10
        mov     ax, 0x4F0A
        xor     bx, bx
        int     0x10
        push    ds
        push    es
        pop     ds
        mov     si, di
        mov     ax, 0x1000
        mov     es, ax
        xor     di, di
        rep movsb
        pop     ds
        lgdt    [cs:gdt_register]
        mov     eax, cr0
        inc     ax
        mov     cr0, eax
        jmp     dword 0x08:0xF0000 + .protected     ; the segment is flat
        bits    32
.protected:
        mov     eax, 0x18
        mov     ds, eax
        mov     es, eax
        mov     ss, eax
        mov     esp, 0x7000
        mov     ebp, 0x10000
${calls}        jmp     0x10:.back
        bits    16
.back:  mov     eax, cr0
        dec     ax
        mov     cr0, eax
        jmp     0xF000:.real
.real:  xor     ax, ax
        mov     ss, ax
        mov     sp, 0x7C00
        mov     bx, di
        call    print_word
${told}        jmp     finish
gdt:    dq      0, 0x00CF9B000000FFFF, 0x00009B0F0000FFFF, 0x00CF93000000FFFF
gdt_register:
        dw      31
        dd      0xF0000 + gdt
`;

const allCalls = `
        xor     ebx, ebx
        mov     edx, 3
        movzx   esi, word [ebp]
        add     esi, ebp
        call    esi                 ; window 3
        mov     edi, eax
        xor     ebx, ebx
        mov     ecx, (20 * 640 * 2 + 8 * 2) / 4
        xor     edx, edx
        movzx   esi, word [ebp + 2]
        add     esi, ebp
        call    esi                 ; column 8 of line 20
        xor     ebx, ebx
        mov     dword [0x6000], 0x00112233
        mov     edi, 0x6000
        mov     ecx, 1
        mov     edx, 77
        movzx   esi, word [ebp + 4]
        add     esi, ebp
        call    esi
        mov     edi, eax
`;

/** Registers of the adapter. */
const whatTheySet = `
        mov     ax, 0x4F05
        mov     bx, 0x0100
        int     0x10
        mov     bx, dx
        call    print_word
        mov     ax, 0x4F07
        mov     bx, 1
        int     0x10
        mov     bx, cx
        call    print_word
        mov     bx, dx
        call    print_word
        mov     ax, 0x1015
        mov     bx, 77
        int     0x10
        mov     bx, cx
        call    print_word
        mov     bl, dh
        call    print_word
`;

test('functions for protected mode set window, start and colours', async () => {
  const printed = await printedByMachine(buildImage(rom, protectedMode(allCalls, whatTheySet)), 'translator');
  expect(printed).toBe(' 004f 0003 0008 0014 2233 2211.');
});

test('the function for the start of the picture fails where the extension is off and lines have no length', async () => {
  const clear = (register: number): string => `
        mov     edx, 0x1CE
        mov     eax, ${register}
        out     dx, ax
        inc     edx
        xor     eax, eax
        out     dx, ax
`;
  const calls = `
        ${clear(4)}
        ${clear(6)}
        xor     ebx, ebx
        xor     ecx, ecx
        xor     edx, edx
        movzx   esi, word [ebp + 2]
        add     esi, ebp
        call    esi
        mov     edi, eax
`;
  expect(await printedByMachine(buildImage(rom, protectedMode(calls, '')), 'translator')).toBe(' 014f.');
});
