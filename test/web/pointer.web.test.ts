import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import type { RawironPc, RawironPcEvents } from '../../src/browser/element.ts';
import { noBrowser } from '../support/web/browser.ts';
import { floppy, LONG, turnOn, usePage } from '../support/web/page.ts';

/** A boot sector in mode 13h that turns the mouse on, and sends all that it tells to COM1, in letters. */
const teller = `
        bits    16
        org     0x7C00
        mov     ax, 0x13
        int     0x10
        cli
        mov     al, 0xA8
        out     0x64, al
        mov     al, 0xD4
        out     0x64, al
        mov     al, 0xF4
        out     0x60, al
.next:  in      al, 0x64
        test    al, 1
        jz      .next
        mov     ah, al
        in      al, 0x60
        test    ah, 0x20
        jz      .next
        aam     16
        add     ax, 'AA'
        mov     dx, 0x3F8
        xchg    al, ah
        out     dx, al
        xchg    al, ah
        out     dx, al
        jmp     .next
        times   510 - ($ - $$) db 0
        dw      0xAA55
`;

/** Reports of the guest's mouse: counts to the right and down, and each change of the buttons (left 1, right 2). */
interface Told {
  isOn: boolean;
  x: number;
  y: number;
  buttons: number[];
}

declare global {
  var mouseTold: Told;
}

/** Adds up the packets of the mouse that the guest of the next machine sends. */
function listen(): void {
  const told: Told = { isOn: false, x: 0, y: 0, buttons: [] };
  globalThis.mouseTold = told;
  const take = (packet: string) => {
    const byte = (n: number) => (packet.charCodeAt(2 * n) - 65) * 16 + packet.charCodeAt(2 * n + 1) - 65;
    told.x += byte(1) - ((byte(0) & 0x10) << 4);
    told.y -= byte(2) - ((byte(0) & 0x20) << 3);
    if ((told.buttons.at(-1) ?? 0) !== (byte(0) & 7)) told.buttons.push(byte(0) & 7);
  };
  const pc = document.querySelector('rawiron-pc') as RawironPc;
  pc.addEventListener('machinecreate', (event) => {
    let text = '';
    (event as RawironPcEvents['machinecreate']).detail.serial.on('data', (bytes) => {
      text += String.fromCharCode(...bytes);
      // The mouse acknowledges the command that turns it on: FAh.
      if (!told.isOn && text.startsWith('PK')) [told.isOn, text] = [true, text.slice(2)];
      for (; told.isOn && text.length >= 6; text = text.slice(6)) take(text);
    });
  });
}

const told = (page: Page) => page.evaluate(() => globalThis.mouseTold);

/** Fingers do something, one step after the other: kinds of events, with each finger's number and place. */
function touch(page: Page, ...steps: readonly (readonly [kind: string, finger: number, x: number, y: number])[]) {
  return page.evaluate((steps) => {
    const canvas = (document.querySelector('rawiron-pc') as RawironPc).canvas;
    for (const [kind, pointerId, clientX, clientY] of steps) {
      const init = { pointerId, clientX, clientY, pointerType: 'touch', bubbles: true, composed: true };
      canvas.dispatchEvent(new PointerEvent(`pointer${kind}`, init));
    }
  }, steps);
}

describe.skipIf(noBrowser !== '')(`the mouse of a machine in a page in Chromium${noBrowser}`, () => {
  const inPage = usePage({ '/teller.img': floppy(teller) });
  const withGuest = (act: (page: Page) => Promise<void>) =>
    inPage('#fda=teller.img&memory=16', async (page) => {
      await page.evaluate(listen);
      await turnOn(page);
      await expect.poll(async () => (await told(page)).isOn, LONG).toBe(true);
      // Its picture is shown, which has no text.
      await page.locator('rawiron-pc pre').waitFor({ state: 'hidden', ...LONG });
      await act(page);
    });

  test('follows the pointer over a picture, and is pushed against the edge where it leaves', () =>
    withGuest(async (page) => {
      const box = (await page.locator('rawiron-pc canvas').boundingBox())!;
      const scale = 640 / box.width;
      await page.mouse.move(box.x + 100, box.y + 100);
      await page.mouse.move(box.x + 200, box.y + 150, { steps: 5 });
      await expect.poll(async () => Math.abs((await told(page)).x - 100 * scale), LONG).toBeLessThan(2);
      const before = await told(page);
      await page.mouse.move(box.x - 60, box.y + 150, { steps: 5 });
      await expect.poll(async () => before.x - (await told(page)).x, LONG).toBeGreaterThan(640);
      await page.mouse.move(box.x + 50, box.y + 50);
      await page.mouse.down({ button: 'right' });
      await page.mouse.up({ button: 'right' });
      await expect.poll(async () => (await told(page)).buttons, LONG).toEqual([2, 0]);
    }));

  test('is moved and clicked by fingers as on a touch pad', () =>
    withGuest(async (page) => {
      await touch(page, ['down', 1, 100, 300], ['move', 1, 150, 320], ['up', 1, 150, 320]);
      await expect.poll(() => told(page), LONG).toMatchObject({ x: 50, y: 20, buttons: [] });
      await touch(page, ['down', 1, 100, 300], ['up', 1, 100, 300]);
      await expect.poll(async () => (await told(page)).buttons, LONG).toEqual([1, 0]);
      await touch(page, ['down', 1, 100, 300], ['down', 2, 160, 300], ['up', 1, 100, 300], ['up', 2, 160, 300]);
      await expect.poll(async () => (await told(page)).buttons, LONG).toEqual([1, 0, 2, 0]);
      await touch(page, ['down', 1, 100, 300]);
      await expect.poll(async () => (await told(page)).buttons, LONG).toEqual([1, 0, 2, 0, 1]);
      await touch(page, ['move', 1, 110, 300], ['up', 1, 110, 300]);
      await expect.poll(() => told(page), LONG).toMatchObject({ x: 60, y: 20, buttons: [1, 0, 2, 0, 1, 0] });
    }));
});
