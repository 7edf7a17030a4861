import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { noBrowser, useBrowser } from '../../test/support/web/browser.ts';
import { FleetGateway } from '../src/gateway/gateway.ts';
import { FleetMachines } from '../src/machines/machines.ts';
import { tenantStore } from '../src/tenants/store.ts';
import { Tenants } from '../src/tenants/tenants.ts';
import { Tokens } from '../src/tenants/tokens.ts';
import { noRedis, putDemo, TestFleet } from './support/fleet.ts';
import { putTypewriter } from './support/typewriter-guest.ts';

const lack = noRedis || noBrowser;
const start = { every: 0, limits: { processor: 30 } };

let fleet: TestFleet;
let machines: FleetMachines;
beforeAll(async () => {
  if (lack !== '') return;
  fleet = await TestFleet.start();
  machines = new FleetMachines(fleet.connect, fleet.store);
  await putDemo(fleet.store);
  await putTypewriter(fleet.store);
  fleet.host(5);
  for (const image of ['demo', 'typewriter']) await machines.start(`a-${image}`, { ...start, image });
  for (const name of ['a-demo', 'a-typewriter']) await machines.running(name);
});
afterAll(async () => {
  await machines?.[Symbol.asyncDispose]();
  await fleet?.[Symbol.asyncDispose]();
});

/** Opens the page of a gateway, and expects that nothing goes wrong there. */
function usePage() {
  const browser = useBrowser();
  return async (needsToken: boolean, act: (page: Page) => Promise<void>) => {
    const { connect, store } = fleet;
    await using gateway = await FleetGateway.listen({
      ...{ connect, store, address: '127.0.0.1', port: 0, needsToken, log: () => {} },
    });
    const context = await browser().newContext({ viewport: { width: 1200, height: 900 } });
    const page = await context.newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(`http://127.0.0.1:${gateway.port}/`);
    await act(page);
    await context.close();
    expect(errors).toEqual([]);
  };
}

/** The text of a terminal. */
const terminalText = (page: Page) => page.locator('.xterm-rows').innerText();

/** Dots of the viewer that are not black. */
const lit = (page: Page): Promise<number> =>
  page.evaluate(`(() => {
    const canvas = document.querySelector('#viewer canvas');
    if (!canvas?.width) return 0;
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    return data.filter((value, n) => n % 4 !== 3 && value > 0).length;
  })()`);

const card = (page: Page, name: string) => page.locator('#machines li', { hasText: name });

describe.skipIf(lack !== '')(`the page of a fleet in Chromium${lack}`, () => {
  const inPage = usePage();
  test('shows hosts, machines with their screens, and starts and ends them', () =>
    inPage(false, async (page) => {
      await card(page, 'a-typewriter').locator('img').waitFor();
      expect(await page.evaluate(`document.querySelector('#machines img').naturalWidth`)).toBe(720);
      await card(page, 'a-demo').getByText('no display').waitFor();
      expect(await page.locator('#hosts tbody tr').count()).toBe(1);
      await page.locator('#name').fill('b-new');
      await page.locator('#image').selectOption('demo');
      await page.getByRole('button', { name: 'Start' }).click();
      await card(page, 'b-new').getByText('running').waitFor();
      await card(page, 'b-new').getByRole('button', { name: 'Suspend' }).click();
      await card(page, 'b-new').getByRole('button', { name: 'Resume' }).waitFor();
      page.on('dialog', (dialog) => void dialog.accept());
      await card(page, 'b-new').getByRole('button', { name: 'Stop' }).click();
      await card(page, 'b-new').waitFor({ state: 'detached' });
      await page.locator('#name').fill('a-demo');
      await page.getByRole('button', { name: 'Start' }).click();
      await page.getByText("there is a machine 'a-demo' already").waitFor();
    }));

  test('has the serial line and the screen of a machine, which is typed into', () =>
    inPage(false, async (page) => {
      await page.getByRole('button', { name: 'console of a-demo' }).click();
      await page.locator('#console-state', { hasText: /^$/ }).waitFor({ state: 'attached' });
      await page.keyboard.type('echo hello page\n');
      await expect.poll(() => terminalText(page)).toMatch(/\nhello page/);
      await page.getByRole('button', { name: 'Screen' }).click();
      await page.getByText('a-demo has no display').waitFor();
      await page.getByRole('button', { name: 'Close' }).click();
      await page.getByRole('button', { name: 'console of a-typewriter' }).click();
      await page.getByRole('button', { name: 'Screen' }).click();
      await expect.poll(() => lit(page)).toBeGreaterThan(0);
      const before = await lit(page);
      await page.locator('#viewer canvas').click();
      await page.keyboard.type('mmm');
      await expect.poll(() => lit(page)).toBeGreaterThan(before);
    }));
});

describe.skipIf(lack !== '')(`the page of a fleet with tokens${lack}`, () => {
  const inPage = usePage();

  test('asks for a token, and shows what it is for', () =>
    inPage(true, async (page) => {
      const redis = fleet.connect();
      await new Tenants(redis).set('acme', {});
      const token = await new Tokens(redis).create({ tenant: 'acme', scopes: ['view'] });
      redis.disconnect();
      await putDemo(tenantStore(fleet.store, 'acme'));
      await using acme = new FleetMachines(fleet.connect, fleet.store, 'acme');
      await acme.start('web', { ...start, image: 'demo' });
      await page.locator('#token').fill('rwf_wrong');
      await page.getByRole('button', { name: 'Log in' }).click();
      await page.getByText('this token is not valid').waitFor();
      await page.locator('#token').fill(token);
      await page.getByRole('button', { name: 'Log in' }).click();
      await card(page, 'web').waitFor();
      expect(await page.locator('#machines li').count()).toBe(1);
      for (const id of ['hosts-section', 'log-section', 'start'])
        expect(await page.locator(`#${id}`).isVisible()).toBe(false);
      expect(await page.evaluate('document.cookie')).toBe('');
      await page.getByRole('button', { name: 'Log out' }).click();
      await page.locator('#token').waitFor();
    }));
});
