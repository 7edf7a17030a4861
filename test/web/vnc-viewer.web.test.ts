import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { assemble } from '../../runtime/firmware/assembler/index.ts';
import { listenForVnc, Machine, type VncServer } from '../../src/index.ts';
import { noBrowser, useBrowser } from '../support/web/browser.ts';
import { LONG } from '../support/web/page.ts';

/** In mode 13h: a picture in all colours, then each key's scancode to COM1 in hexadecimal; F1 changes to text. */
const guest = assemble(`
        bits    16
        org     0x7C00
        mov     ax, 0x13
        int     0x10
        push    word 0xA000
        pop     es
        xor     di, di
.dot:   mov     ax, di
        mov     [es:di], ah
        inc     di
        cmp     di, 64000
        jb      .dot
        cli
.next:  in      al, 0x64
        test    al, 1
        jz      .next
        in      al, 0x60
        cmp     al, 0x3B
        je      .text
        mov     ah, al
        shr     al, 4
        call    digit
        mov     al, ah
        and     al, 15
        call    digit
        jmp     .next
.text:  mov     ax, 3
        int     0x10
        jmp     .next
digit:  cmp     al, 10
        sbb     al, 0x69
        das
        mov     dx, 0x3F8
        out     dx, al
        ret
        times   510 - ($ - $$) db 0
        dw      0xAA55
`).bytes;

/** A host may be busy. */
const WITHIN = { timeout: 60_000 };
const here = { host: '127.0.0.1', port: 0 };

type Shown = Pick<Machine, 'screen'>;

/** A page with the viewer, and what went wrong in it. */
async function open(browser: Browser, server: VncServer) {
  const page = await browser.newPage();
  const problems: string[] = [];
  page.on('pageerror', (error) => problems.push(error.message));
  const { port } = server.websocketAddress as { port: number };
  await page.goto(`http://127.0.0.1:${port}/`);
  await expect.poll(() => page.locator('#state').textContent(), WITHIN).toBe('');
  expect(await page.title()).toBe('rawiron (the guest)');
  return { page, problems };
}

/** All bytes of the picture that the page's canvas shows. */
function shownBy(page: Page): Promise<string> {
  return page.evaluate(() => {
    const { width, height } = document.querySelector('canvas')!;
    const { data } = document.querySelector('canvas')!.getContext('2d')!.getImageData(0, 0, width, height);
    return Array.from(data, (byte) => String.fromCharCode(byte)).join('');
  });
}

const shown = async ({ screen }: Shown) => Buffer.from((await screen.image()).data).toString('latin1');
/** Movements come with the buttons that are held, one or several at a time. */
const changes = (held: readonly number[]) => held.filter((buttons, n) => n === 0 || buttons !== held[n - 1]);
const widthOf = async ({ screen }: Shown) => (await screen.image()).width;

/** Runs in the page: an event of a movement where the pointer is locked. */
function moveLocked(): void {
  const movement = { pointerType: 'mouse', movementX: 10, movementY: -5 };
  document.pointerLockElement!.dispatchEvent(new PointerEvent('pointermove', movement));
}

/** Whether no further call comes for a while. */
async function settled({ mock }: { readonly mock: { readonly calls: readonly unknown[] } }): Promise<boolean> {
  const before = mock.calls.length;
  await new Promise((resolve) => setTimeout(resolve, 300));
  return mock.calls.length === before;
}

describe.skipIf(noBrowser !== '')(`the page of -display web${noBrowser}`, LONG, () => {
  const browser = useBrowser();
  let machine: Machine;
  let server: VncServer;
  let heard = '';
  beforeAll(async () => {
    machine = await Machine.create({ memory: 16, drives: [{ image: guest, format: 'raw', interface: 'floppy' }] });
    machine.serial.on('data', (bytes) => {
      heard += Buffer.from(bytes).toString('latin1');
    });
    server = await listenForVnc(machine, here, { name: 'the guest', websocket: here });
    await machine.start();
  }, LONG.timeout);
  afterAll(() => machine?.stop());

  test('shows the screen as it is, and changes of its size', async () => {
    const { page, problems } = await open(browser(), server);
    for (const [key, width] of [
      ['a', 640],
      ['F1', 720],
    ] as const) {
      await page.keyboard.press(key);
      await expect.poll(() => widthOf(machine), WITHIN).toBe(width);
      // The text mode's cursor blinks, and the guest may draw still.
      await expect.poll(async () => (await shownBy(page)) === (await shown(machine)), WITHIN).toBe(true);
    }
    expect(problems).toEqual([]);
    await page.close();
  });

  test('has a click give the pointer to a mouse that tells of movements', async () => {
    const { page, problems } = await open(browser(), server);
    const moved = vi.spyOn(machine.mouse, 'move');
    const buttons = vi.spyOn(machine.mouse, 'setButtons');
    await page.mouse.move(300, 200);
    await page.mouse.click(300, 200);
    await expect.poll(() => page.evaluate(() => document.pointerLockElement?.tagName), WITHIN).toBe('CANVAS');
    // Chromium's pointer of tests goes to the corner where it is locked, and tells of that: the movements are an event of our own.
    await expect.poll(() => settled(moved), WITHIN).toBe(true);
    moved.mockClear();
    await page.evaluate(moveLocked);
    await expect.poll(() => moved.mock.calls.length, WITHIN).toBe(1);
    expect(moved.mock.calls[0]).toEqual([10, -5]);
    await page.mouse.down({ button: 'right' });
    await page.mouse.up({ button: 'right' });
    await expect.poll(() => changes(buttons.mock.calls.flat()), WITHIN).toEqual([0, 2, 0]);
    expect(problems).toEqual([]);
    await page.close();
    vi.restoreAllMocks();
  });

  test('has keys pressed by their places, and those that a browser keeps by buttons', async () => {
    const { page, problems } = await open(browser(), server);
    heard = '';
    await page.keyboard.press('a');
    await page.keyboard.press('ArrowUp');
    await expect.poll(() => heard, WITHIN).toBe('1E9EE048E0C8');
    heard = '';
    await page.getByRole('button', { name: 'Ctrl-Alt-Del' }).click();
    await expect.poll(() => heard, WITHIN).toBe('1D38E053E0D3B89D');
    await page.keyboard.down('b');
    await expect.poll(() => heard, WITHIN).toMatch(/30$/);
    await page.evaluate(() => dispatchEvent(new Event('blur')));
    await expect.poll(() => heard, WITHIN).toMatch(/B0$/);
    expect(problems).toEqual([]);
    await page.close();
  });
});
