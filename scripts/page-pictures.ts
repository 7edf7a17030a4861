/** Takes the pictures of the page that the documents show: `npm run build:web && node scripts/page-pictures.ts`. */
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type BrowserContextOptions, chromium } from 'playwright-core';
import { isolation, serve } from '../test/support/web/server.ts';
import { findBrowser } from './browser.ts';

const root = join(import.meta.dirname, '..');
const folder = join(root, process.argv[2] ?? 'docs');
const found = await findBrowser();
if (typeof found === 'string') throw new Error(found);
mkdirSync(folder, { recursive: true });

const desktop = { viewport: { width: 1280, height: 860 } };
const phone = { viewport: { width: 390, height: 844 }, deviceScaleFactor: 2, hasTouch: true, isMobile: true };

/** The pictures: the page's address, what is waited for, and how it is shown. */
const pictures: Readonly<Record<string, { hash: string; wait: string } & BrowserContextOptions>> = {
  'page-desktop': { hash: '#system=desktop&run', wait: 'screen', colorScheme: 'dark', ...desktop },
  'page-serial': { hash: '#system=demo&run', wait: 'serial', colorScheme: 'light', ...desktop },
  'page-off': { hash: '', wait: 'off', colorScheme: 'light', ...desktop },
  'page-phone': { hash: '#system=text&run', wait: 'screen', colorScheme: 'dark', ...phone },
  'page-phone-off': { hash: '', wait: 'off', colorScheme: 'light', ...phone },
};

const env = { ...(process.env as Record<string, string>), ...found.env };
const browser = await chromium.launch({ executablePath: found.path, env, args: ['--no-sandbox'] });
await using server = await serve(join(root, 'dist-web'), isolation);
for (const [name, { hash, wait, ...look }] of Object.entries(pictures)) {
  const page = await browser.newPage(look);
  page.on('pageerror', (error) => console.error(name, error));
  page.on('console', (message) => message.type() === 'error' && console.error(name, message.text()));
  await page.goto(server.url + hash);
  if (wait === 'serial') {
    await page.locator('.xterm-rows', { hasText: 'demo>' }).waitFor();
    await page.keyboard.type('help\rbench 20\r');
    await page.locator('.xterm-rows', { hasText: 'primes' }).waitFor();
  } else if (wait === 'screen') await page.waitForTimeout(8000);
  await page.screenshot({ path: join(folder, `${name}.png`), fullPage: name.includes('phone') });
  console.log(`${name}.png`);
  await page.close();
}
await browser.close();
