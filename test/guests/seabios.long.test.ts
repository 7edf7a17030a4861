import { existsSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { Machine } from '../../src/index.ts';
import { linuxImage, writeCommandLine } from './bios/linux-image.ts';

/** Debian's package `seabios`, unmodified; the large one wants system management mode, which there is none of. */
const images = ['/usr/share/seabios/bios.bin', '/usr/share/seabios/bios-256k.bin'];
const videoBios = '/usr/share/seabios/vgabios-stdvga.bin';
const PORT = 0x402;
const TIMEOUT = 200_000;

describe.skipIf(!images.every(existsSync)).each(images)('SeaBIOS, %s', { timeout: TIMEOUT }, (image) => {
  test.each(['interpreter', 'translator'] as const)('runs through its POST: %s', async (engine) => {
    const machine = await Machine.create({ engine, boot: { bios: image }, debugConsole: { iobase: PORT } });
    let text = '';
    const ended = Promise.withResolvers<void>();
    machine.debugConsole.on('data', (bytes) => {
      text += Buffer.from(bytes).toString('latin1');
      if (text.includes('No bootable device.')) ended.resolve();
    });
    try {
      await machine.start();
      await ended.promise;
    } finally {
      await machine.stop();
    }
    expect(text).toMatch(/^SeaBIOS \(version /m);
    expect(text).toContain('QEMU fw_cfg DMA interface supported');
    expect(text).toContain('Found 1 cpu(s)');
    expect(text).not.toMatch(/panic|unhandled/i);
  });

  test.each(['interpreter', 'translator'] as const)('writes to the screen: %s', async (engine) => {
    await using machine = await Machine.create({ engine, boot: { bios: image }, vga: 'std', videoBios });
    await machine.start();
    await machine.screen.expect(/No bootable device/, { timeout: TIMEOUT });
    expect(await machine.screen.text()).toMatch(/^SeaBIOS \(version .*\)\n/);
    const { width, height } = await machine.screen.image();
    expect([width, height]).toEqual([720, 400]);
  });

  test('boots a kernel by the option ROM of our own', async () => {
    const boot = { kernel: linuxImage(writeCommandLine), append: 'the options', bios: image };
    await using machine = await Machine.create({ memory: 16, boot, videoBios });
    await machine.start();
    await machine.screen.expect(/Booting from ROM\.\.\.\s+the options/, { timeout: TIMEOUT });
  });
});
