import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type RawSourceMap, SourceMapConsumer } from 'source-map';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseSymbolText, Symbols } from '../../../runtime/debug/symbols.ts';
import { InspectedLinux } from '../../../scripts/inspector/guest.ts';
import { exportTranslation, linesOf } from '../../../src/inspect/exported.ts';
import { summarize } from '../../../src/inspect/profile.ts';
import { printedAddresses } from '../../../src/inspect/snapshot.ts';
import type { TranslationDetail } from '../../../src/machine-core.ts';
import { findLinux } from '../../support/linux-shell.ts';

const found = await findLinux();
const TRANSLATIONS = 1000;
const TIMEOUT = 600_000;

describe.skipIf(typeof found === 'string')('a booted Linux', () => {
  const folder = mkdtempSync(join(tmpdir(), 'inspect-linux-'));
  let guest: InspectedLinux;
  let symbols: Symbols;
  beforeAll(async () => {
    guest = await InspectedLinux.boot(join(folder, 'socket'), { name: 'translator', threshold: 100, blocks: 6 });
    await guest.run(
      'find / -xdev | wc -l; gzip -c /bin/busybox | md5sum; awk "BEGIN { for (n = 1; n < 9999; n++) x += n }"',
    );
    symbols = new Symbols(parseSymbolText(await guest.symbols())!);
  }, TIMEOUT);
  afterAll(async () => {
    await guest[Symbol.asyncDispose]();
    rmSync(folder, { recursive: true });
  });

  test(
    'every instruction of 1,000 translations maps to its JavaScript and back',
    async () => {
      const list = await guest.machine.translations.snapshot();
      expect(list.length).toBeGreaterThan(TRANSLATIONS);
      let checked = 0;
      for (const { physical, key } of list) {
        const detail = await guest.machine.ask('translationIn', physical, key);
        if (detail === null) continue;
        await expectMapped(detail, symbols);
        checked++;
      }
      expect(checked).toBeGreaterThanOrEqual(TRANSLATIONS);
    },
    TIMEOUT,
  );

  test(
    'a profile of a busy guest names guest functions for at least 95 % of the samples in translated code',
    async () => {
      guest.start('dd if=/dev/zero of=/dev/null bs=1 count=500000');
      const number = await guest.machine.probe.startProfile(500);
      await new Promise((resolve) => setTimeout(resolve, 5000));
      const profile = await guest.machine.probe.stopProfile(number);
      await guest.stop();
      const { functions, shares } = summarize(profile, (linear) => symbols.at(linear)?.name);
      const guests = functions.filter(({ share }) => share === 'guest');
      const time = (list: typeof guests) => list.reduce((sum, { self }) => sum + self, 0);
      expect(shares.guest).toBeGreaterThan(100_000);
      const named = guests.filter(({ name }) => symbols.find(name) !== undefined || /^\w+_[0-9a-f]{8}$/.test(name));
      expect(time(named) / time(guests)).toBeGreaterThan(0.95);
      // Of the kernel's code, all but what modules and the shell's own program run has symbols.
      const addressOf = ({ name, guest: place }: (typeof guests)[number]) =>
        place?.linear ?? Number.parseInt(name.slice(-8), 16);
      const ofKernel = guests.filter((f) => symbols.find(f.name) !== undefined || addressOf(f) >= 0xc0000000);
      const withSymbol = ofKernel.filter(({ name }) => symbols.find(name) !== undefined);
      expect(time(withSymbol) / time(ofKernel)).toBeGreaterThan(0.95);
      expect(withSymbol.map(({ name }) => name)).toEqual(expect.arrayContaining(['vfs_read', 'read_zero']));
    },
    TIMEOUT,
  );
});

/** From the listing's lines to the function's, and back, by the package's own consumer. */
async function expectMapped(detail: TranslationDetail, symbols: Symbols): Promise<void> {
  const { name, javascript, listing, map } = exportTranslation(detail, symbols);
  const source = `${name}.asm`;
  const scriptLines = javascript.split('\n');
  const listed = listing.split('\n');
  const addresses = printedAddresses(detail.text);
  expect(addresses).toHaveLength(detail.info.instructions);
  await SourceMapConsumer.with(JSON.parse(map) as RawSourceMap, null, (consumer) => {
    for (const address of addresses) {
      const hex = address.toString(16).padStart(8, '0');
      const line = listed.findIndex((text) => text.startsWith(`${hex}  `)) + 1;
      const generated = consumer.generatedPositionFor({ source, line, column: 0 });
      expect(scriptLines[generated.line! - 1]).toMatch(new RegExp(`^/\\*${hex}\\*/`));
      const original = consumer.originalPositionFor({ line: generated.line!, column: 0 });
      expect(original).toMatchObject({ source, line });
    }
  });
  expect(linesOf(detail.text).at(-1)!.line).toBeLessThan(scriptLines.length);
}
