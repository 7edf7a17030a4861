import { expect, test } from 'vitest';
import type { DriveOptions } from '../../../src/index.ts';
import { boot, cdrom, floppy, TIMEOUT, testGuest, type Variant } from './guest.ts';
import { type Files, isolinuxCd, missingPrograms, syslinuxDisk, syslinuxFloppy } from './media.ts';
import { orReason, packageFiles } from './packages.ts';

const prompt = `SAY This is the configuration.
DEFAULT nothing
PROMPT 1
`;
const menu = `UI menu.c32
MENU TITLE A menu of two
LABEL first
  KERNEL /nothing
LABEL second
  MENU LABEL The second
  KERNEL /nothing
`;

const files = await orReason(() => packageFiles('syslinux'));
const reason = typeof files === 'string' ? files : await missingPrograms('xorriso', 'mformat', 'mcopy', 'syslinux');
const given = files as Record<string, Uint8Array>;
const modules: Files = Object.fromEntries(Object.entries(given).filter(([name]) => name.endsWith('.c32')));

const disk = async (configuration: string): Promise<DriveOptions> => {
  const image = await syslinuxDisk({ ...modules, 'syslinux.cfg': configuration }, given['mbr.bin']);
  return { image, format: 'raw' };
};
const media: Record<string, (configuration: string) => Promise<DriveOptions>> = {
  'isolinux from CD': async (configuration) =>
    cdrom(await isolinuxCd({ ...modules, 'isolinux.bin': given['isolinux.bin'] }, configuration)),
  'syslinux from floppy': async (configuration) =>
    floppy(await syslinuxFloppy({ ...modules, 'syslinux.cfg': configuration })),
  'syslinux from hard disk': disk,
  'syslinux from virtio disk': async (configuration) => ({ ...(await disk(configuration)), interface: 'virtio' }),
};

for (const [name, drive] of Object.entries(media))
  testGuest(name, reason, (variant) => {
    test('reads its configuration and runs a module', () => testPrompt(variant, drive));
    test('shows a menu', () => testMenu(variant, drive));
  });

async function testPrompt(variant: Variant, drive: (configuration: string) => Promise<DriveOptions>): Promise<void> {
  await using machine = await boot(variant, [await drive(prompt)]);
  await machine.screen.expect(/^(ISO|SYS)LINUX 6\.\S+ .*\nThis is the configuration\.\nboot:/m, { timeout: TIMEOUT });
  await machine.keyboard.type('meminfo.c32\n');
  await machine.screen.expect(/^INT 15h = \w+:\w+ +DOS RAM: 6[234]\dK/m, { timeout: TIMEOUT });
  const [text] = await machine.screen.expect(/^ +0 0{16}x [\s\S]*boot:/m, { timeout: TIMEOUT });
  expect(text).toMatch(/^ +\d 0000000000100000x 0000000003e\w+x \w+x 1 \[-\] usable$/m);
}

async function testMenu(variant: Variant, drive: (configuration: string) => Promise<DriveOptions>): Promise<void> {
  await using machine = await boot(variant, [await drive(menu)]);
  const pattern = / │ +A menu of two +│\n +├─+┤\n +│ first +│\n +│ The second +│\n/;
  await machine.screen.expect(pattern, { timeout: TIMEOUT });
}
