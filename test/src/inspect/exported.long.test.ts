import { runInThisContext } from 'node:vm';
import { type RawSourceMap, SourceMapConsumer } from 'source-map';
import { expect, test } from 'vitest';
import { Symbols } from '../../../runtime/debug/symbols.ts';
import { Machine } from '../../../src/index.ts';
import { exportTranslation } from '../../../src/inspect/exported.ts';

test('the demo guest, exported: valid scripts, and maps that lead both ways', async () => {
  await using machine = await Machine.create({ memory: 16, boot: { demo: true } });
  await machine.start();
  await machine.serial.expect(/demo> $/);
  machine.serial.write('bench 30\r');
  await machine.serial.expect(/ms\s+demo> $/);
  const list = await machine.translations.snapshot();
  expect(list.length).toBeGreaterThan(1);
  for (const { physical, key } of list) {
    const detail = (await machine.ask('translationIn', physical, key))!;
    const { name, javascript, listing, map } = exportTranslation(detail, new Symbols({ addresses: [], names: [] }));
    const made = (runInThisContext(javascript) as () => { name: string })();
    expect(made.name).toBe(detail.info.name);
    await SourceMapConsumer.with(JSON.parse(map) as RawSourceMap, null, (consumer) => {
      const lines = listing.split('\n').flatMap((text, n) => (/^[0-9a-f]{8} {2}/.test(text) ? [n + 1] : []));
      expect(lines).toHaveLength(detail.info.instructions);
      for (const line of lines) {
        const generated = consumer.generatedPositionFor({ source: `${name}.asm`, line, column: 0 });
        const text = javascript.split('\n')[generated.line! - 1]!;
        expect(text.slice(2, 10)).toBe(listing.split('\n')[line - 1]!.slice(0, 8));
        expect(consumer.originalPositionFor({ line: generated.line!, column: 0 }).line).toBe(line);
      }
    });
  }
});
