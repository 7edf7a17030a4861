import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Symbols } from '../../../runtime/debug/symbols.ts';
import { findBrowser } from '../../../scripts/browser.ts';
import { Machine } from '../../../src/index.ts';
import { presentTranslations } from '../../../src/inspect/inspected.ts';
import { record } from '../../../src/inspect/recording.ts';
import { reportPage } from '../../../src/inspect/report/page.ts';

const found = await findBrowser();
const folder = mkdtempSync(join(tmpdir(), 'report-test-'));
const file = join(folder, 'report.html');
afterAll(() => rmSync(folder, { recursive: true }));

beforeAll(async () => {
  await using machine = await Machine.create({ memory: 16, boot: { demo: true } });
  await machine.start();
  await machine.serial.expect(/demo> $/);
  machine.serial.write('bench 300\r');
  const recording = await record(machine, 2, 4);
  expect(recording.stretches).toHaveLength(4);
  const symbols = new Symbols({ addresses: [0xc0100902], names: ['<sieve> & sons'] });
  const details = await presentTranslations(machine);
  writeFileSync(file, reportPage(recording, symbols, { title: 'A <test>', date: '2020-01-01' }, details));
});

let browser: Browser;

async function open(colorScheme: 'light' | 'dark'): Promise<{ page: Page; requests: string[]; errors: string[] }> {
  const page = await browser.newPage({ colorScheme, viewport: { width: 1280, height: 900 } });
  const [requests, errors]: [string[], string[]] = [[], []];
  page.on('request', (request) => requests.push(request.url()));
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => message.type() === 'error' && errors.push(message.text()));
  await page.goto(pathToFileURL(file).href);
  return { page, requests, errors };
}

// Where there is no browser the reason is the name of the test that is skipped.
const reason = typeof found === 'string' ? ` (${found})` : '';
beforeAll(async () => {
  if (typeof found === 'string') return;
  const env = { ...(process.env as Record<string, string>), ...found.env };
  browser = await chromium.launch({ executablePath: found.path, env, args: ['--no-sandbox'] });
});
afterAll(() => browser?.close());

describe.skipIf(reason !== '')(`the report in Chromium${reason}`, () => {
  test('loads nothing else, and has no errors', async () => {
    const { page, requests, errors } = await open('light');
    expect(requests).toEqual([pathToFileURL(file).href]);
    expect(errors).toEqual([]);
    expect(await page.title()).toBe('A <test>');
  });

  test('has plots with something in them', async () => {
    const { page } = await open('light');
    expect(await page.locator('svg .area').count()).toBeGreaterThan(5);
    const heights = await page
      .locator('svg')
      .evaluateAll((all) => all.map((svg) => svg.getBoundingClientRect().height));
    expect(Math.min(...heights)).toBeGreaterThan(100);
    expect(await page.locator('svg').evaluateAll((all) => all.some((svg) => /NaN|Infinity/.test(svg.outerHTML)))).toBe(
      false,
    );
  });

  test('names the hottest code', async () => {
    const { page } = await open('light');
    const cell = page.locator('h2:has-text("Hottest code") + .scroll tbody tr').first().locator('td').nth(2);
    expect(await cell.textContent()).toMatch(/^(<sieve> & sons(\+0x[0-9a-f]+)?|guest_c01[0-9a-f]{5})$/);
  });

  test('sorts a table by the column that is clicked', async () => {
    const { page } = await open('light');
    const table = page.locator('h2:has-text("Hottest code") + .scroll');
    await table.locator('th', { hasText: 'Bytes' }).click();
    const bytes = (await table.locator('tbody tr td:nth-child(7)').allTextContents()).map((text) =>
      Number(text.replaceAll(',', '')),
    );
    expect(bytes.length).toBeGreaterThan(1);
    expect(bytes).toEqual([...bytes].sort((a, b) => b - a));
  });

  test('is light in light surroundings, dark in dark ones, and the other on request', async () => {
    const back = (page: Page) => page.evaluate('getComputedStyle(document.body).backgroundColor');
    const { page: light } = await open('light');
    const { page: dark } = await open('dark');
    expect(await back(light)).toBe('rgb(255, 255, 255)');
    expect(await back(dark)).toBe('rgb(13, 17, 23)');
    await light.click('#theme');
    expect(await back(light)).toBe('rgb(13, 17, 23)');
  });

  test.each([1280, 420])('fits a width of %i pixels', async (width) => {
    const { page } = await open('light');
    await page.setViewportSize({ width, height: 900 });
    const overflow = await page.evaluate('document.documentElement.scrollWidth - innerWidth');
    expect(overflow).toBeLessThanOrEqual(0);
  });
});

describe.skipIf(reason !== '')(`the code in the report${reason}`, () => {
  test('leads from a row to its code, and says what its words mean', async () => {
    const { page } = await open('light');
    const row = page.locator('h2:has-text("Hottest code") + .scroll tbody a').first();
    await row.click();
    const shown = page.locator('details.code[open]');
    // The page unfolds the code when the browser tells it of the new fragment, which is after the click.
    await shown.first().waitFor();
    expect(await shown.count()).toBe(1);
    expect(await shown.locator('tbody').textContent()).toMatch(/mov|add|cmp/);
    await page.getByText('What the words mean').click();
    expect(await page.locator('dl').textContent()).toContain('translation');
  });

  test('folds away what took no time', async () => {
    const { page } = await open('light');
    const shares = await page
      .locator('h2:has-text("Where the time goes") + .scroll tbody td:first-child')
      .allTextContents();
    expect(shares.length).toBeGreaterThan(0);
    expect(shares).not.toContain('0.0 %');
  });
});
