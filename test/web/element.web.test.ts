import { describe, expect, test } from 'vitest';
import type { RawironPc, RawironPcEvents } from '../../src/browser/element.ts';
import { indexOf } from '../support/folder-server.ts';
import { noBrowser } from '../support/web/browser.ts';
import { demoState } from '../support/web/demo-state.ts';
import { LONG, usePage } from '../support/web/page.ts';

/** In the page: what is in a folder that a guest has, and what after it goes on from a state. */
async function namesBeforeAndAfter(): Promise<readonly string[][]> {
  const pc = document.createElement('rawiron-pc') as RawironPc;
  document.body.append(pc);
  const namesOf = async () => {
    const { machine } = pc;
    const files = await machine!.shares.get('host9p')!.list();
    const content = new TextDecoder().decode(await machine!.shares.get('host9p')!.readFile('a'));
    return [...files.map(({ name }) => name), content];
  };
  for (const [name, value] of [
    ['memory', '16'],
    ['demo', ''],
    ['folder', 'packed'],
  ])
    pc.setAttribute(name!, value!);
  await pc.start();
  await pc.machine!.shares.get('host9p')!.writeFile('b', '');
  const first = await namesOf();
  const state = new File([await pc.machine!.snapshot()], 'state');
  pc.removeAttribute('demo');
  pc.setAttribute('state', URL.createObjectURL(state));
  pc.setAttribute('folder', 'packed/');
  await pc.start();
  return [first, await namesOf()];
}

const state = noBrowser === '' ? await demoState() : new Uint8Array(0);

const packed = {
  '/packed/index.json': new TextEncoder().encode(indexOf([['a', 5, 'a.bin']])),
  '/packed/contents/a.bin': new TextEncoder().encode('first'),
};

describe.skipIf(noBrowser !== '')(`the element${noBrowser}`, () => {
  const inPage = usePage({ ...packed, '/demo.snapshot': state, '/broken.snapshot': state.subarray(0, 1000) });

  test('goes on from a state at an address, and tells how much of it has come', () =>
    inPage('', async (page) => {
      const told = await page.evaluate(async () => {
        const pc = document.createElement('rawiron-pc') as RawironPc;
        const progress: RawironPcEvents['imageprogress']['detail'][] = [];
        pc.addEventListener('imageprogress', (event) =>
          progress.push((event as RawironPcEvents['imageprogress']).detail),
        );
        pc.setAttribute('state', 'demo.snapshot');
        document.body.append(pc);
        const machine = await pc.start();
        machine.serial.write('help\r');
        const [text] = await machine.serial.expect(/bench/, { timeout: 60_000 });
        return { text, last: progress.at(-1) };
      });
      expect(told).toEqual({ text: 'bench', last: { name: 'state', received: state.length, total: undefined } });
    }));

  test('tells nothing of a state that is no longer wanted', () =>
    inPage('', async (page) => {
      const told = await page.evaluate(async () => {
        const pc = document.createElement('rawiron-pc') as RawironPc;
        const names: string[] = [];
        pc.addEventListener('imageprogress', (event) =>
          names.push((event as RawironPcEvents['imageprogress']).detail.name),
        );
        pc.setAttribute('state', 'demo.snapshot');
        document.body.append(pc);
        const first = pc.start().catch((error: Error) => error.name);
        await pc.start({ memory: 16, boot: { demo: true } });
        return { first: await first, names };
      });
      expect(told).toEqual({ first: 'AbortError', names: [] });
    }));

  test('gives the guest a folder of a server, also beside a state', () =>
    inPage('', async (page) => {
      const told = await page.evaluate(namesBeforeAndAfter);
      expect(told).toEqual([
        ['a', 'b', 'first'],
        ['a', 'b', 'first'],
      ]);
    }));

  test('says that a state is none', () =>
    inPage('', async (page) => {
      const failed = page.evaluate(async () => {
        console.error = () => {};
        const pc = document.createElement('rawiron-pc') as RawironPc;
        pc.setAttribute('state', 'broken.snapshot');
        document.body.append(pc);
        await pc.start();
      });
      await expect(failed).rejects.toThrow(/the snapshot: is damaged/);
    }));
});

describe.skipIf(noBrowser !== '')(`what the element shows${noBrowser}`, () => {
  const inPage = usePage();

  test('is an error, in words, which is on the console too', () =>
    inPage('', async (page) => {
      const told = await page.evaluate(async () => {
        const lines: string[] = [];
        console.error = (...parts: unknown[]) => void lines.push(parts.join(' '));
        const pc = document.createElement('rawiron-pc') as RawironPc;
        pc.setAttribute('memory', '99999');
        document.body.append(pc);
        await pc.start().catch(() => {});
        const problem = pc.shadowRoot!.querySelector<HTMLElement>('[role=alert]')!;
        const shown = [problem.checkVisibility(), problem.textContent];
        pc.setAttribute('memory', '16');
        pc.setAttribute('demo', '');
        await pc.start();
        return { lines, shown, isGone: !problem.checkVisibility() };
      });
      const message = expect.stringMatching(/99999 MB of memory is too much/);
      expect(told).toEqual({ lines: [message], shown: [true, message], isGone: true });
    }));

  test('is the serial console of a machine without a screen, which gets the keys', () =>
    inPage('', async (page) => {
      await page.evaluate(() => {
        document.body.innerHTML = '<rawiron-pc demo memory="16" autostart></rawiron-pc>';
      });
      const pc = page.locator('rawiron-pc');
      await pc.evaluate((element) => element.focus());
      const console = pc.locator('div.console');
      await page.keyboard.type('bench 6');
      await console.filter({ hasText: 'demo>' }).waitFor(LONG);
      await page.keyboard.press('Backspace');
      await page.keyboard.type('5\r');
      await console.filter({ hasText: 'with 23000 primes' }).waitFor(LONG);
      await pc.evaluate((element) => (element as RawironPc).type('help\n'));
      await console.filter({ hasText: 'poweroff' }).waitFor(LONG);
    }));
});
