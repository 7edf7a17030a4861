import { expect, test } from 'vitest';
import { bootSector, consoleOf, diskImage, machineWith } from './guest.ts';

/** A floppy disk whose boot sector says so, without the signature at its end. */
function unsignedFloppy(): { image: Uint8Array; interface: 'floppy'; format: 'raw' } {
  const sector = bootSector("mov si, text\n call put\n jmp leave\ntext: db 'it is booted', 0");
  return { image: diskImage(sector.fill(0, 510), 2880), interface: 'floppy', format: 'raw' };
}

test('a floppy disk without the signature is booted where it is not checked', async () => {
  const text = await consoleOf({ drives: [unsignedFloppy()], bootOrder: { order: 'a', checkFloppy: false } });
  expect(text).toMatch(/it is booted$/);
});

test('otherwise it is not', async () => {
  const { machine } = await machineWith({ drives: [unsignedFloppy()], bootOrder: { order: 'a' } });
  await machine.start();
  await machine.screen.expect(/floppy A\.\.\.\nBoot failed: not bootable\./);
  await machine.stop();
});
