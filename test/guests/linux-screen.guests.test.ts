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
});
