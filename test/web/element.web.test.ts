import { describe, expect, test } from 'vitest';
import type { RawironPc, RawironPcEvents } from '../../src/browser/element.ts';
import { Machine } from '../../src/index.ts';
import { noBrowser } from '../support/web/browser.ts';
import { usePage } from '../support/web/page.ts';

/** A state of the demo at its prompt, as browsers can unpack it. */
async function demoState(): Promise<Uint8Array> {
  const machine = await Machine.create({ memory: 16, boot: { demo: true } });
  try {
    await machine.start();
    await machine.serial.expect(/demo> $/, { timeout: 60_000 });
    return await machine.snapshot({ compression: 'deflate' });
  } finally {
    await machine.stop();
  }
}

const state = noBrowser === '' ? await demoState() : new Uint8Array(0);

describe.skipIf(noBrowser !== '')(`the element${noBrowser}`, () => {
  const inPage = usePage({ '/demo.snapshot': state, '/broken.snapshot': state.subarray(0, 1000) });

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

  test('says that a state is none', () =>
    inPage('', async (page) => {
      const failed = page.evaluate(async () => {
        const pc = document.createElement('rawiron-pc') as RawironPc;
        pc.setAttribute('state', 'broken.snapshot');
        document.body.append(pc);
        await pc.start();
      });
      await expect(failed).rejects.toThrow(/the snapshot: is damaged/);
    }));
});
