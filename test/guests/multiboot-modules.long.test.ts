import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assemble } from '../../runtime/firmware/assembler/index.ts';
import { withModules } from '../../src/cli/kernel-modules.ts';
import { type Boot, Machine, type MachineOptions } from '../../src/index.ts';

/** A Multiboot kernel that says on COM1 of each module its string, its size and its first byte. */
const kernel = assemble(`
        org     0x100000
        bits    32
        dd      0x1BADB002, 0x10000, -(0x1BADB002 + 0x10000)
        dd      0x100000, 0x100000, 0, 0, start
start:  mov     ebp, ebx
        mov     ecx, [ebp + 20]
        mov     ebx, [ebp + 24]
.next:  jecxz   .end
        mov     esi, [ebx + 8]
.text:  lodsb
        test    al, al
        jz      .numbers
        call    put
        jmp     .text
.numbers:
        mov     eax, [ebx + 4]
        sub     eax, [ebx]
        call    hex
        mov     eax, [ebx]
        test    eax, 0xFFF
        jnz     .end                    ; it is not at a page
        movzx   eax, byte [eax]
        call    hex
        mov     al, 10
        call    put
        add     ebx, 16
        dec     ecx
        jmp     .next
.end:   mov     al, '.'
        call    put
        mov     al, 0
        out     0xF4, al
        hlt
hex:    push    eax
        mov     al, ' '
        call    put
        pop     eax
        push    eax
        shr     al, 4
        call    .digit
        pop     eax
        and     al, 15
.digit: cmp     al, 10
        sbb     al, 0x69
        das
put:    mov     dx, 0x3F8
        out     dx, al
        ret
`).bytes;

const modules = [
  { image: Uint8Array.of(0x22, 1, 2), string: 'second x=1' },
  { image: new Uint8Array(0), string: 'empty' },
  { image: new Uint8Array(4097).fill(0x33) },
];
const boot = { kernel, initrd: Uint8Array.of(0x11), initrdName: 'first', modules };
const said = 'first 01 11\nsecond x=1 03 22\nempty 00 33\n 01 33\n.';

async function saidBy(machine: Machine): Promise<string> {
  let text = '';
  machine.serial.on('data', (bytes) => {
    text += Buffer.from(bytes).toString('latin1');
  });
  await machine.start();
  await machine.exited;
  return text;
}

const machineOf = (options: Partial<MachineOptions>) =>
  Machine.create({ memory: 16, debugExit: { iobase: 0xf4, iosize: 1 }, ...options });

describe('modules of a Multiboot kernel', () => {
  test.each([
    ['directly', {}],
    ['by firmware', { bios: 'rawiron' }],
  ])('are there where it is booted %s', async (_, firmware) => {
    await using machine = await machineOf({ boot: { ...boot, ...firmware } });
    expect(await saidBy(machine)).toBe(said);
  });

  test('are part of a snapshot: a reset loads them anew', async () => {
    await using machine = await machineOf({ boot });
    await using restored = await Machine.restore(await machine.snapshot());
    await restored.reset();
    expect(await saidBy(restored)).toBe(said);
  });

  test.each([
    [[{ image: 5 }], 'boot.modules[0].image is 5'],
    [[{ image: 'm', name: 'x' }], "unknown 'name' in boot.modules[0]"],
    [[{ image: 'm', string: 'a\0' }], 'boot.modules[0].string holds a NUL'],
    [5, 'boot.modules is 5; it must be a list'],
  ])('%j are refused', async (wrong, message) => {
    const options = { boot: { kernel, modules: wrong as never } };
    await expect(machineOf(options)).rejects.toThrow(message);
  });
});

describe('-initrd', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'multiboot-modules-'));
    await writeFile(join(folder, 'kernel'), kernel);
    await writeFile(join(folder, 'other'), 'no kernel');
  });
  afterAll(() => rm(folder, { recursive: true }));
  const modulesOf = (name: string, initrd: string): Promise<Boot> =>
    withModules({ kernel: join(folder, name), initrd, append: 'a' });

  test('names several modules with their arguments', async () => {
    expect(await modulesOf('kernel', 'one a=1 b,two,th,,ree c,,d')).toEqual({
      ...{ kernel: join(folder, 'kernel'), append: 'a', initrd: 'one', initrdName: 'one a=1 b' },
      modules: [
        { image: 'two', string: 'two' },
        { image: 'th,ree', string: 'th,ree c,d' },
      ],
    });
    expect(await modulesOf('kernel', 'one x')).toMatchObject({ initrd: 'one', initrdName: 'one x' });
  });

  test.each(['one,', ',one', 'one,,,,,', 'one, two', ' one,two'])(
    'has no module without a file: %j',
    async (initrd) => {
      await expect(modulesOf('kernel', initrd)).rejects.toThrow(`-initrd '${initrd}' has a module without a file`);
    },
  );

  test.each(['other', 'missing'])('is one file for another kernel (%s)', async (name) => {
    expect(await modulesOf(name, 'one,two three')).toMatchObject({ initrd: 'one,two three' });
  });
});
