import type { Page } from 'playwright-core';
import { afterEach, describe, expect, test } from 'vitest';
import { awaitChannel, Machine, openChannel } from '../../src/index.ts';
import { countedTo, countingRom } from '../support/counting-rom.ts';
import { connectWhenListening, freePort } from '../support/ports.ts';
import { noBrowser } from '../support/web/browser.ts';
import { useLibrary, ways } from '../support/web/library.ts';
import { LONG, seeOnTerminal, turnOn, usePage } from '../support/web/page.ts';

const machines: Machine[] = [];
afterEach(async () => {
  await Promise.all(machines.splice(0).map((machine) => machine.stop()));
});

/** The output of a machine's guest from now on. */
function heard(machine: Machine): { text: string } {
  machines.push(machine);
  const output = { text: '' };
  machine.serial.on('data', (bytes) => {
    output.text += Buffer.from(bytes).toString('latin1');
  });
  return output;
}

async function counting(): Promise<{ machine: Machine; said: { text: string } }> {
  const machine = await Machine.create({ memory: 4, boot: { bios: countingRom } });
  const said = heard(machine);
  await machine.start();
  await expect.poll(() => said.text.length, LONG).toBeGreaterThan(90);
  return { machine, said };
}

/** Numbers of three machines, one after the other, without a gap and without one that comes twice. */
function expectCount(...texts: readonly string[]): void {
  const all = texts.join('');
  expect(all).toBe(countedTo(all.length / 9 + 1).slice(0, all.length));
}

/** A machine that waits for whoever fetches it. */
async function leaving(machine: Machine): Promise<{ port: number; gone: Promise<void> }> {
  const port = await freePort();
  const gone = machine.migration.send((cancelled) => openChannel(`ws:127.0.0.1:${port}`, cancelled));
  (await connectWhenListening(port)).destroy();
  return { port, gone };
}

describe.skipIf(noBrowser !== '')(`a running machine, in Chromium${noBrowser}`, () => {
  const open = useLibrary();

  test.each(Object.entries(ways))('moves from Node to a page that is %s, and back', async (_, headers) => {
    const { machine, said } = await counting();
    await using here = await open(headers);
    const { port, gone } = await leaving(machine);
    await here.page.evaluate(`(async () => {
      globalThis.machine = await rawiron.Machine.receive(rawiron.openChannel('ws://127.0.0.1:${port}'));
      globalThis.said = '';
      machine.serial.on('data', (bytes) => { said += String.fromCharCode(...bytes); });
      await machine.start();
    })()`);
    await gone;
    await here.page.waitForFunction('said.length > 90', undefined, LONG);
    const awaited = await awaitChannel('ws:127.0.0.1:0');
    const way = `ws://127.0.0.1:${(awaited.address as { port: number }).port}`;
    const [returned, inPage] = await Promise.all([
      awaited.channel.then((channel) => Machine.receive(channel)),
      here.page.evaluate<string>(
        `machine.migration.send(rawiron.openChannel('${way}')).then(() => machine.stop()).then(() => said)`,
      ),
    ]);
    const end = heard(returned);
    await returned.start();
    await expect.poll(() => end.text.length, LONG).toBeGreaterThan(90);
    expectCount(said.text, inPage, end.text);
    expect(here.errors).toEqual([]);
  });
});

/** Answers the page's question for an address. */
async function giveAddress(page: Page, url: string, button: string): Promise<void> {
  await page.locator('#move-address').fill(url);
  await page.locator('#move-dialog').getByRole('button', { name: button, exact: true }).click();
}

describe.skipIf(noBrowser !== '')(`the page in Chromium${noBrowser}`, () => {
  const inPage = usePage();

  test('fetches a machine, and sends it away again', async () => {
    const { machine, said } = await counting();
    const { port, gone } = await leaving(machine);
    await inPage('', async (page) => {
      await page.getByRole('button', { name: 'Fetch a running machine' }).click();
      await expect.poll(() => page.locator('#move-hint').textContent()).toMatch('migrate -d ws:127.0.0.1:4444');
      await giveAddress(page, `ws://127.0.0.1:${port}`, 'Fetch');
      await page.locator('#status', { hasText: 'Running' }).waitFor(LONG);
      await gone;
      const awaited = await awaitChannel('ws:127.0.0.1:0');
      await page.getByRole('button', { name: 'Move…' }).click();
      await giveAddress(page, `ws://127.0.0.1:${(awaited.address as { port: number }).port}`, 'Move');
      const returned = await Machine.receive(await awaited.channel);
      const end = heard(returned);
      await returned.start();
      await expect.poll(() => end.text.length, LONG).toBeGreaterThan(90);
      await page.locator('#status', { hasText: 'The machine has gone to' }).waitFor(LONG);
      const [first] = /\w{8}/.exec(end.text)!;
      expect(Number.parseInt(first, 16)).toBeGreaterThan(said.text.length / 9);
    });
  });

  test('waits for a machine no longer than its user wants', async () => {
    const silent = await awaitChannel('ws:127.0.0.1:0');
    await inPage('', async (page) => {
      const fetch = page.getByRole('button', { name: 'Fetch a running machine' });
      await fetch.click();
      await giveAddress(page, `ws://127.0.0.1:${(silent.address as { port: number }).port}`, 'Fetch');
      await page.locator('#status', { hasText: 'Waiting for the machine' }).waitFor();
      await page.getByRole('button', { name: 'Stop waiting' }).click();
      await fetch.waitFor();
      expect(await page.locator('#status').textContent()).toBe('Choose what to boot.');
      expect(await page.locator('#problem').isHidden()).toBe(true);
      await turnOn(page);
      await seeOnTerminal(page, 'demo>');
      // The one that did not come has left nothing that shows all once more.
      expect((await page.locator('.xterm-rows').first().textContent())?.match(/demo>/g)).toHaveLength(1);
    });
    silent.close();
  });
});
