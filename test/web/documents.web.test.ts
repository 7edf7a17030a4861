import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { diskWith } from '../../scripts/gallery/disk.ts';
import { programs } from '../../scripts/gallery/programs.ts';
import type { RawironPc } from '../../src/browser/element.ts';
import { blocksOf } from '../support/documents.ts';
import { noBrowser, useBrowser } from '../support/web/browser.ts';
import { useBuiltHtml } from '../support/web/build.ts';
import { isolation, serve } from '../support/web/server.ts';

// Those with the bundle of the package are like them; the package's test has one (test/package/page.long.test.ts).
const [element, library] = blocksOf('docs/browser.md')
  .filter(({ language, text }) => language === 'html' && /'rawiron(\/element)?'/.test(text))
  .map(({ text }) => text);
const LONG = { timeout: 120_000 };

describe.skipIf(noBrowser !== '').each([
  ['the element', element!, (page: Page) => page.evaluate(colors)],
  ['the library', library!, (page: Page) => page.locator('#out').textContent()],
])(`the page of docs/browser.md with %s in Chromium${noBrowser}`, (name, html, shown) => {
  const browser = useBrowser();
  const folder = useBuiltHtml(`<!doctype html><link rel="icon" href="data:,">${html}`);

  test('does what it is there for', async () => {
    await using server = await serve(folder, isolation, { '/disk.img': diskWith(programs['mode-13h']!) });
    const page = await browser().newPage();
    await page.goto(server.url);
    const expected = name === 'the library' ? /demo> help[\s\S]*bench/ : /^many$/;
    await expect.poll(() => shown(page), LONG).toMatch(expected);
    await page.close();
  });
});

/** Whether the screen shows a picture. */
function colors(): string {
  const { canvas } = document.querySelector('rawiron-pc') as RawironPc;
  const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height);
  return new Set(new Uint32Array(data.buffer)).size > 20 ? 'many' : 'few';
}
