import { describe, expect, test } from 'vitest';
import { Machine } from '../../src/index.ts';
import { findLinux } from '../support/linux-shell.ts';

const linux = await findLinux();
const TIMEOUT = 600_000;

describe.skipIf(typeof linux === 'string')('a kernel that firmware boots', { timeout: TIMEOUT }, () => {
  test.each(['rawiron', 'seabios'])('has the screen and the keyboard: %s', async (bios) => {
    if (typeof linux === 'string') return;
    const boot = { kernel: linux.kernel, initrd: linux.initrd(), append: 'console=tty0 vga=ask', bios };
    await using machine = await Machine.create({ memory: 128, boot });
    const { screen, keyboard } = machine;
    await machine.start();
    await screen.expect(/Press <ENTER> to see video modes/, { timeout: TIMEOUT });
    keyboard.type('\n');
    await screen.expect(/Enter a video mode or "scan"/, { timeout: TIMEOUT });
    expect(await screen.text()).toMatch(/1024x768x32 +VESA/);
    keyboard.type('0\n');
    await screen.expect(/^~ #$/m, { timeout: TIMEOUT });
    keyboard.type('clear; dmesg | grep Console: ; echo sum-$((6*7))\n');
    await screen.expect(/Console: colour VGA\+ 80x25\n[\s\S]*sum-42/, { timeout: TIMEOUT });
  });

  test.each(['rawiron', 'seabios'])('has a frame buffer of 24 bits on a CL-GD5446: %s', async (bios) => {
    if (typeof linux === 'string') return;
    const append = 'console=tty0 console=ttyS0 vga=0x318';
    const boot = { kernel: linux.kernel, initrd: linux.initrd(), append, bios };
    await using machine = await Machine.create({ memory: 128, vga: 'cirrus', boot });
    await machine.start();
    await machine.serial.expect(/~ # /, { timeout: TIMEOUT });
    machine.serial.write('dmesg | grep vesafb; echo sum-$((6*7))\r');
    const [told] = await machine.serial.expect(/vesafb: mode[\s\S]*sum-42/, { timeout: TIMEOUT });
    expect(told).toMatch(/mode is 1024x768x24, linelength=3072/);
    const { width, height, data } = await machine.screen.image();
    // Text of the console: light gray letters.
    expect([width, height, data.some((value, n) => (n & 3) !== 3 && value > 0)]).toEqual([1024, 768, true]);
  });
});
