import { test } from 'vitest';
import { boot, cdrom, TIMEOUT, testGuest, variants } from './guest.ts';
import { isolinuxCd, missingPrograms } from './media.ts';
import { orReason, packageFiles } from './packages.ts';

const configuration = `DEFAULT memtest
PROMPT 0
LABEL memtest
  LINUX /memtest
`;

/** memtest86+ on a CD of isolinux, or why there is none. */
async function memtestCd(): Promise<Uint8Array | string> {
  const missing = await missingPrograms('xorriso');
  if (missing !== undefined) return missing;
  return orReason(async () => {
    const loader = await packageFiles('syslinux');
    const { 'memtest86+ia32.bin': memtest } = await packageFiles('memtest');
    return isolinuxCd(loader, configuration, { memtest });
  });
}

const cd = await memtestCd();

for (const variant of variants)
  testGuest(
    'memtest86+',
    typeof cd === 'string' ? cd : undefined,
    () => {
      // A whole pass where it doesn't take an hour.
      const passes = variant.firmware === 'rawiron' && variant.engine === 'translator' ? 1 : 0;
      test(`finds no errors in 16 MB${passes === 1 ? ' in a whole pass' : ''}`, async () => {
        await using machine = await boot(variant, [cdrom(cd as Uint8Array)], { memory: 16 });
        const { screen } = machine;
        // The tables of ACPI take 128 KB of the 16 MB, as in QEMU, and whole megabytes are shown.
        await screen.expect(/Memtest86\+ v6[\s\S]*Memory +: +15MB/, { timeout: TIMEOUT });
        const progress = passes === 1 ? /Pass: +1 +Errors: +0\b/ : /Test #[1-9] [\s\S]*Pass: +0 +Errors: +0\b/;
        await screen.expect(progress, { timeout: TIMEOUT });
      });
    },
    [variant],
  );
