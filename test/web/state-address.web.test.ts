import { describe, expect, test } from 'vitest';
import type { RawironPc } from '../../src/browser/element.ts';
import { indexOf } from '../support/folder-server.ts';
import { noBrowser } from '../support/web/browser.ts';
import { demoState } from '../support/web/demo-state.ts';
import { LONG, seeOnTerminal, turnOn, usePage } from '../support/web/page.ts';

const state = noBrowser === '' ? await demoState() : new Uint8Array(0);
const packed = {
  '/packed/index.json': new TextEncoder().encode(indexOf([['a', 5, 'a.bin']])),
  '/packed/contents/a.bin': new TextEncoder().encode('first'),
};

/** In the page: what is in the folder that the guest has. */
async function folderNames(): Promise<readonly string[]> {
  const { machine } = document.querySelector('rawiron-pc') as RawironPc;
  return (await machine!.shares.get('host9p')!.list()).map(({ name }) => name);
}

describe.skipIf(noBrowser !== '')(`the address of the page in Chromium${noBrowser}`, () => {
  const inPage = usePage({ ...packed, '/demo.state': state, '/broken.state': state.subarray(0, 1000) });

  test('names a state that the machine goes on from when its user starts it, as it was', () =>
    inPage('#state=demo.state&run', async (page) => {
      await page.getByRole('button', { name: 'Remove demo.state' }).waitFor(LONG);
      expect(await page.locator('#status').textContent()).toBe('Choose what to boot.');
      expect(new URL(page.url()).hash).toBe('#state=demo.state');
      await turnOn(page);
      await page.locator('#status', { hasText: 'Running' }).waitFor(LONG);
      await page.locator('.xterm-helper-textarea').first().focus();
      await page.keyboard.type('bench 5\r');
      await seeOnTerminal(page, 'with 23000 primes');
    }));

  test('names a folder that the guest has', () =>
    inPage('#system=demo&memory=16&folder=packed&run', async (page) => {
      await seeOnTerminal(page, 'demo>');
      expect(await page.evaluate(folderNames)).toEqual(['a']);
      expect(new URL(page.url()).hash).toBe('#system=demo&memory=16&folder=packed&run=');
    }));

  test('has the machine begin silent', () =>
    inPage('#system=demo&memory=16&muted', async (page) => {
      const mute = page.getByRole('button', { name: 'Mute' });
      expect(await mute.getAttribute('aria-pressed')).toBe('true');
      expect(await page.evaluate(() => (document.querySelector('rawiron-pc') as RawironPc).muted)).toBe(true);
      expect(new URL(page.url()).hash).toBe('#system=demo&memory=16&muted=');
      await mute.click();
      expect(await mute.getAttribute('aria-pressed')).toBe('false');
    }));

  test.each([
    ['#state=broken.state', 'the snapshot: is damaged'],
    ['#state=demo.state&folder=packed', "no share with the tag 'host9p'"],
    ['#state=demo.state&memory=32', 'memory'],
  ])('is told what is wrong with it as the element tells: %s', (hash, message) =>
    inPage(hash, async (page) => {
      await turnOn(page);
      await page.getByRole('alert').filter({ hasText: message }).waitFor(LONG);
    }),
  );
});
