import { expect, test } from 'vitest';
import type { DriveOptions } from '../../../src/index.ts';
import { boot, cdrom, floppy, TIMEOUT, testGuest, type Variant } from './guest.ts';
import { orReason, packageFiles } from './packages.ts';

const files = await orReason(() => packageFiles('grub'));

/** Debian's rescue floppy and CD of GRUB. */
export function testGrub(among?: readonly Variant[]): void {
  const media: Record<string, (files: Record<string, Uint8Array>) => DriveOptions> = {
    floppy: (files) => floppy(files['grub-rescue-floppy.img']),
    CD: (files) => cdrom(files['grub-rescue-cdrom.iso']),
  };
  for (const [medium, drive] of Object.entries(media)) {
    const reason = typeof files === 'string' ? files : undefined;
    testGuest(`GRUB from ${medium}`, reason, (variant) => testMenu(variant, drive(files as never)), among);
  }
}

function testMenu(variant: Variant, drive: DriveOptions): void {
  test('shows its menu, and takes a command', async () => {
    await using machine = await boot(variant, [drive]);
    const menu =
      / GNU GRUB +version 2\.\S+\n\n ┌─{76}┐\n │\*GNU\/Linux {66}│\n[\s\S]* │ FreeBSD .*│\n[\s\S]* └─{76}┘\n/;
    await machine.screen.expect(menu, { timeout: TIMEOUT });
    expect(await machine.screen.text()).toContain('Use the ↑ and ↓ keys to select which entry is highlighted.');
    await machine.keyboard.press('c');
    await machine.screen.expect(/^grub>/m, { timeout: TIMEOUT });
    await machine.keyboard.type('ls\n');
    await machine.screen.expect(/^grub> ls\n.*\((fd0|cd)\)/m, { timeout: TIMEOUT });
  });
}
