import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { noBrowser } from '../support/web/browser.ts';
import { floppy, LONG, turnOn, usePage } from '../support/web/page.ts';
import { isolation } from '../support/web/server.ts';

const FREQUENCY = 1000;
/** Between two frequencies that the analysis tells from each other. */
const RESOLUTION = 12;

/** A boot sector that has the speaker sound for good: counter 2 of the 8254 in mode 3, and bits 0 and 1 of port 61h. */
const tone = `
        bits    16
        org     0x7C00
        mov     al, 0xB6
        out     0x43, al
        mov     ax, ${Math.round(1_193_182 / FREQUENCY)}
        out     0x42, al
        mov     al, ah
        out     0x42, al
        in      al, 0x61
        or      al, 3
        out     0x61, al
.stay:  hlt
        jmp     .stay
        times   510 - ($ - $$) db 0
        dw      0xAA55
`;

declare global {
  /** Hears what goes to the loudspeakers. */
  var ear: AnalyserNode | undefined;
}

/** Lets the test hear what the page plays from now on. */
function openEar(): void {
  const { connect } = AudioNode.prototype as unknown as { connect(this: AudioNode, target: AudioNode): AudioNode };
  Object.assign(AudioNode.prototype, {
    connect(this: AudioNode, target: AudioNode) {
      if (target instanceof AudioDestinationNode) {
        globalThis.ear = new AnalyserNode(this.context, { fftSize: 8192, smoothingTimeConstant: 0 });
        connect.call(this, globalThis.ear);
      }
      return connect.call(this, target);
    },
  });
}

/** Has the page take only clicks for what its user does: the driver's own calls count as such, too. */
function countClicksOnly(): void {
  const activation = { hasBeenActive: false };
  Object.defineProperty(navigator, 'userActivation', { value: activation });
  window.addEventListener('mousedown', () => Object.assign(activation, { hasBeenActive: true }), { capture: true });
}

/** The loudest frequency; 0: silence. What is below 50 Hz is the place where the speaker's cone rests. */
function loudest(): number {
  const { ear } = globalThis;
  if (!ear) return 0;
  const levels = new Float32Array(ear.frequencyBinCount);
  ear.getFloatFrequencyData(levels);
  const width = ear.context.sampleRate / ear.fftSize;
  const heard = levels.subarray(Math.ceil(50 / width));
  const most = Math.max(...heard);
  return most < -80 ? 0 : (heard.indexOf(most) + Math.ceil(50 / width)) * width;
}

const isTone = (page: Page) =>
  page.evaluate(loudest).then((frequency) => Math.abs(frequency - FREQUENCY) <= RESOLUTION || frequency);

/** The page's needs by docs/browser.md: nothing but its own files, and functions made of text. */
const POLICY = "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'";

describe.skipIf(noBrowser !== '')(`the page's sound in Chromium${noBrowser}`, () => {
  const inPage = usePage({ '/tone.img': floppy(tone) }, { ...isolation, 'content-security-policy': POLICY });

  test('is that of the speaker, from the first click on, until it is muted', () =>
    inPage('', async (page, { url }) => {
      await page.addInitScript(countClicksOnly);
      // Another page between them: a link within the page starts nothing.
      await page.goto('about:blank');
      await page.goto(`${url}#fda=tone.img&memory=16&run`);
      await page.evaluate(openEar);
      await page.locator('#status', { hasText: 'Running' }).waitFor(LONG);
      // By then it sounds.
      await page.waitForTimeout(1000);
      expect(await page.evaluate(loudest)).toBe(0);
      await page.locator('rawiron-pc').click();
      await expect.poll(() => isTone(page), LONG).toBe(true);
      await page.getByRole('button', { name: 'Mute' }).click();
      await expect.poll(() => page.evaluate(loudest), LONG).toBe(0);
      await page.getByLabel('Volume').fill('0.5');
      await expect.poll(() => isTone(page), LONG).toBe(true);
      expect(await page.getByRole('button', { name: 'Mute' }).getAttribute('aria-pressed')).toBe('false');
    }));

  test('ends with the machine', () =>
    inPage('#fda=tone.img&memory=16', async (page) => {
      await page.evaluate(openEar);
      await turnOn(page);
      await expect.poll(() => isTone(page), LONG).toBe(true);
      await page.getByRole('button', { name: 'Turn off' }).click();
      await expect.poll(() => page.evaluate(() => globalThis.ear!.context.state), LONG).toBe('closed');
    }));
});
