import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { assemble } from '../../../runtime/firmware/assembler/index.ts';
import { Machine } from '../../../src/index.ts';
import { consoleOf, machineWith } from './guest.ts';
import { linuxImage, oldLinuxImage, writeCommandLine, writeOldCommandLine } from './linux-image.ts';

test('a Linux kernel is started by firmware at its 16-bit entry, with the command line and the initrd', async () => {
  const initrd = Uint8Array.from({ length: 5000 }, (_, n) => n);
  const boot = { kernel: linuxImage(writeCommandLine), initrd, append: 'root=/dev/ram0 vga=ask' };
  await using machine = await Machine.create({ memory: 16, boot, vga: 'std' });
  await machine.start();
  await machine.screen.expect('root=/dev/ram0 vga=ask');
  const setup = Buffer.from(await machine.memoryRead(0x10000, 0x300));
  expect(setup.readUInt16LE(0x1fa)).toBe(0xfffd);
  expect(setup.readUInt32LE(0x21c)).toBe(initrd.length);
  expect(await machine.memoryRead(setup.readUInt32LE(0x218), initrd.length)).toEqual(initrd);
  expect(await machine.memoryRead(0x100000, 4)).toEqual(Uint8Array.of(0xa5, 0xa5, 0xa5, 0xa5));
});

test('a kernel from before there were boot protocols is below its setup code', async () => {
  const boot = { kernel: oldLinuxImage(writeOldCommandLine), append: 'root=0200 ro' };
  await using machine = await Machine.create({ memory: 8, boot, vga: 'std' });
  await machine.start();
  await machine.screen.expect('root=0200 ro');
  expect(await machine.memoryRead(0x10000, 4)).toEqual(Uint8Array.of(0xa5, 0xa5, 0xa5, 0xa5));
  expect(await machine.memoryRead(0x12ff0, 16)).toEqual(new Uint8Array(16).fill(0xa5));
});

test('a machine whose firmware has booted a kernel goes on from a snapshot, and boots it again', async () => {
  const boot = { kernel: linuxImage(writeCommandLine), append: 'the options' };
  await using machine = await Machine.create({ memory: 16, boot, vga: 'std' });
  await machine.start();
  await machine.screen.expect('the options');
  await using restored = await Machine.restore(await machine.snapshot());
  expect(await restored.screen.text()).toContain('the options');
  await restored.start();
  await restored.reset();
  await restored.screen.expect(/Booting from ROM\.\.\.\nthe options/);
});

const ORIGIN = 0x100000;
const multiboot = assemble(
  `
        dd      0x1badb002, 0x10003, -0x1badb002 - 0x10003, ${ORIGIN}, ${ORIGIN}, 0, 0, start
start:  cmp     eax, 0x2badb002
        jne     leave
        mov     esp, 0x9000
        mov     esi, [ebx + 16]     ; command line
        call    put
        mov     ebp, [ebx + 24]     ; the module's start and its string
        mov     esi, [ebp]
        call    put
        mov     esi, [ebp + 8]
        call    put
        mov     al, [0x449]         ; video mode
        add     al, '0'
        out     dx, al
leave:  out     0xf4, al
put:    mov     dx, 0x402
        lodsb
        test    al, al
        jz      .end
        out     dx, al
        jmp     put
.end:   ret
`,
  { origin: ORIGIN },
).bytes;

test('a Multiboot kernel is started by firmware, which has set up the screen', async () => {
  const initrd = Buffer.from(' a module \0');
  const text = await consoleOf({ boot: { kernel: multiboot, initrd, append: 'an option' }, vga: 'std' });
  expect(text.slice(text.lastIndexOf('ROM'))).toBe('ROM...\nan option a module 3');
});

test('a Multiboot kernel is told the names of its files, as QEMU does', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'rawiron-multiboot-'));
  const [kernel, initrd] = [join(folder, 'kernel'), join(folder, 'module')];
  await writeFile(kernel, multiboot);
  await writeFile(initrd, ' a module, \0');
  const text = await consoleOf({ boot: { kernel, initrd, append: 'an option' }, vga: 'std' });
  await rm(folder, { recursive: true });
  expect(text.slice(text.lastIndexOf('ROM'))).toBe(`ROM...\n${kernel} an option a module, ${initrd}3`);
});

test('a kernel is loaded anew after a reset', async () => {
  const resetting = linuxImage(
    'inc byte [0x900]\n mov al, [0x900]\n mov dx, 0x402\n out dx, al\n mov al, 0xFE\n out 0x64, al\n hlt',
  );
  const { machine, text } = await machineWith({ boot: { kernel: resetting, bios: 'rawiron' }, vga: 'none' });
  let resets = 0;
  const twice = new Promise<void>((resolve) => machine.on('reset', () => ++resets === 2 && resolve()));
  await machine.start();
  await twice;
  await machine.stop();
  const runs = text().split('Booting from ROM...\n').slice(1, 3);
  expect(runs.map((run) => run.charCodeAt(0))).toEqual([1, 1]);
});
