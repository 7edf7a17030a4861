import { test } from 'vitest';
import { boot, cdrom, TIMEOUT, testGuest } from './guest.ts';
import { isolinuxCd, missingPrograms } from './media.ts';
import { orReason, packageFiles } from './packages.ts';

/** So the screen stays in text mode, where it can be read: else drivers of the display adapter draw the text. */
const textMode = 'nomodeset fb=false';
const configuration = `DEFAULT installer
PROMPT 0
LABEL installer
  LINUX /linux
  INITRD /initrd.gz
  APPEND cryptomgr.notests ${textMode}
`;

/** A CD with Debian's installer that isolinux boots, or why there is none. */
async function installerCd(): Promise<Uint8Array | string> {
  const missing = await missingPrograms('xorriso');
  if (missing !== undefined) return missing;
  return orReason(async () => {
    const loader = await packageFiles('syslinux');
    return isolinuxCd(loader, configuration, await packageFiles('installer'));
  });
}

const cd = await installerCd();

testGuest("Debian's installer from CD", typeof cd === 'string' ? cd : undefined, (variant) => {
  test('asks for the language, and takes keys', async () => {
    await using machine = await boot(variant, [cdrom(cd as Uint8Array)], { memory: 512 });
    const { screen, keyboard } = machine;
    await screen.expect(/ Select a language [\s\S]* Choose the language to be used[\s\S]*<Go Back>/, {
      timeout: TIMEOUT,
    });
    await keyboard.press('home');
    await keyboard.press('ret');
    await screen.expect(/ Select your location /, { timeout: TIMEOUT });
  });
});
