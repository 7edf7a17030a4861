import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { noBrowser } from '../support/web/browser.ts';
import { seeOnTerminal, turnOn, usePage } from '../support/web/page.ts';

/** The least contrast of text and its ground (WCAG 2.2, 1.4.3). */
const LEAST_CONTRAST = 4.5;

/** Controls that nothing names for those who do not see them. */
function nameless(): string[] {
  const controls = document.querySelectorAll<HTMLElement>('button, input, select, textarea, [role=tab]');
  return [...controls]
    .filter((control) => control.checkVisibility() && nameOf(control) === '')
    .map((one) => one.outerHTML);

  function nameOf(control: HTMLElement): string {
    const labels = [...((control as HTMLInputElement).labels ?? [])].map((label) => label.textContent);
    const own = control.matches('button, [role=tab]') ? control.textContent : '';
    return [control.getAttribute('aria-label'), own, ...labels].join('').trim();
  }
}

/** Texts whose contrast to their ground is less than wanted, with what it is. */
function faint(least: number): string[] {
  const canvas = document.createElement('canvas').getContext('2d', { willReadFrequently: true })!;
  const elements = document.querySelectorAll<HTMLElement>('header *, aside *, .bar *, .hint');
  const texts = [...elements].filter((one) => one.checkVisibility() && hasText(one) && !one.matches(':disabled'));
  return texts.filter((one) => contrastOf(one) < least).map((one) => `${contrastOf(one).toFixed(2)} ${one.outerHTML}`);

  function hasText(element: Element): boolean {
    return [...element.childNodes].some((node) => node.nodeType === Node.TEXT_NODE && node.textContent!.trim() !== '');
  }

  /** The dot that a color gives over those before, whatever notation it has. */
  function paint(colors: readonly string[]): number[] {
    for (const color of colors) {
      canvas.fillStyle = color;
      canvas.fillRect(0, 0, 1, 1);
    }
    return [...canvas.getImageData(0, 0, 1, 1).data];
  }

  /** Relative luminance (WCAG 2.2, terms). */
  function luminance([red, green, blue]: readonly number[]): number {
    const part = (value: number) => (value <= 10 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4);
    return 0.2126 * part(red!) + 0.7152 * part(green!) + 0.0722 * part(blue!);
  }

  function contrastOf(element: Element): number {
    const grounds: string[] = [];
    for (let at: Element | null = element; at; at = at.parentElement)
      grounds.unshift(getComputedStyle(at).backgroundColor);
    const ground = luminance(paint(['white', ...grounds]));
    const text = luminance(paint([getComputedStyle(element).color]));
    return (Math.max(text, ground) + 0.05) / (Math.min(text, ground) + 0.05);
  }
}

/** Complaints about the page as it is now, in its light and its dark colors. */
async function complaints(page: Page): Promise<string[]> {
  const found = await page.evaluate(nameless);
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    found.push(...(await page.evaluate(faint, LEAST_CONTRAST)).map((text) => `${colorScheme}: ${text}`));
  }
  return found;
}

describe.skipIf(noBrowser !== '')(`the page in Chromium${noBrowser}`, () => {
  const inPage = usePage();

  test('has names for all controls, and text that can be read, in light and dark', () =>
    inPage('', async (page) => {
      await page.locator('#setup summary').click();
      expect(await complaints(page)).toEqual([]);
      await turnOn(page);
      await seeOnTerminal(page, 'demo>');
      expect(await complaints(page)).toEqual([]);
    }));

  test('is worked by keys alone', () =>
    inPage('', async (page) => {
      await page.locator('input[name=system]:checked').focus();
      await page.keyboard.press('Enter');
      await seeOnTerminal(page, 'demo>');
      await page.locator('#serial-tab').focus();
      await page.keyboard.press('ArrowRight');
      expect(await page.locator('#inspector-panel').isVisible()).toBe(true);
    }));

  test('has a serial terminal that keys lead out of, and that screen readers can read', () =>
    inPage('#system=demo&memory=16', async (page) => {
      await turnOn(page);
      await seeOnTerminal(page, 'demo>');
      const focused = () => page.evaluate(() => document.activeElement?.id || document.activeElement?.className);
      await expect.poll(focused).toBe('xterm-helper-textarea');
      await page.keyboard.press('Tab');
      await page.keyboard.press('Shift+Tab');
      expect(await focused()).toBe('xterm-helper-textarea');
      await page.keyboard.press('Control+Alt');
      expect(await focused()).toBe('com1-tab');
      // Arrows lead along the tabs, and not into what they show.
      await page.locator('#inspector-tab').focus();
      for (const tab of ['serial-tab', 'screen-tab', 'inspector-tab']) {
        await page.keyboard.press('ArrowLeft');
        await expect.poll(focused).toBe(tab);
      }
      await page.locator('#serial-tab').click();
      await page.getByLabel('Screen readers read what comes').check();
      await page.locator('.xterm-accessibility-tree', { hasText: 'demo>' }).waitFor({ state: 'attached' });
      // Whoever needs that needs it the next time, too.
      await page.reload();
      await turnOn(page);
      await page.locator('.xterm-accessibility-tree', { hasText: 'demo>' }).waitFor({ state: 'attached' });
      expect(await page.getByLabel('Screen readers read what comes').isChecked()).toBe(true);
    }));
});
