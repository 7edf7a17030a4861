import type { BootOrder, ConsoleConfig, V86Image as RealImage, V86Options as RealOptions, V86 as RealV86 } from 'v86';
import { describe, expect, test } from 'vitest';
import type { V86, V86Image, V86Options } from '../../src/browser/v86/index.ts';
import { talkingFloppy } from '../support/v86/floppy.ts';
import { noBrowser, useBrowser } from '../support/web/browser.ts';
import { useBuiltHtml } from '../support/web/build.ts';
import { isolation, serve } from '../support/web/server.ts';

/** A page as v86's users have it: their elements, and a class from a module. */
const html = `<!doctype html><title>test</title><link rel="icon" href="data:,">
<div id="screen"><div style="white-space: pre"></div><canvas style="display: none"></canvas></div>
<textarea id="console"></textarea><input id="other">
<script type="module">
  import { V86 } from 'rawiron/v86';
  window.seen = '';
  window.emulator = new V86({
    wasm_path: 'v86.wasm', memory_size: 16 * 1024 * 1024, vga_memory_size: 2 * 1024 * 1024,
    screen_container: document.getElementById('screen'), serial_container: document.getElementById('console'),
    fda: { url: 'floppy.img' }, filesystem: {}, autostart: true, disable_speaker: true,
  });
  window.emulator.add_listener('serial0-output-byte', (byte) => { window.seen += String.fromCharCode(byte); });
  window.V86 = V86;
</script>`;

declare const emulator: V86;
declare const seen: string;

/** Builds the page, and opens it in a browser: its guest is at its prompt. */
function useEmulator() {
  const browser = useBrowser();
  const folder = useBuiltHtml(html);
  return async () => {
    const server = await serve(folder, isolation, { '/floppy.img': talkingFloppy() });
    const page = await browser().newPage();
    const errors: string[] = [];
    page.on('pageerror', (error) => errors.push(String(error)));
    await page.goto(server.url);
    await page.waitForFunction(() => seen.includes('ready> '));
    const until = (text: string) => page.waitForFunction((text) => seen.endsWith(text), text);
    const close = async () => {
      await page.evaluate(() => emulator.destroy());
      await page.close();
      await server[Symbol.asyncDispose]();
    };
    return { page, errors, until, [Symbol.asyncDispose]: close };
  };
}

/** In the page: gives the emulator a class that is used as that of xterm.js, and types there; what is said where there is none. */
function useTerminal(): string {
  const shown = document.createElement('div');
  shown.id = 'terminal';
  class Terminal {
    open(container: HTMLElement) {
      container.append(shown);
    }
    onData(take: (text: string) => void) {
      setTimeout(() => take('€'));
    }
    write(bytes: Uint8Array) {
      shown.textContent += new TextDecoder().decode(bytes);
    }
  }
  emulator.set_serial_container_xtermjs(document.body, Terminal);
  try {
    emulator.set_serial_container_xtermjs(document.body);
    return 'nothing';
  } catch (error) {
    return String(error);
  }
}

describe.skipIf(noBrowser !== '')(`v86's class in a page${noBrowser}`, () => {
  const open = useEmulator();

  test('keys of the page go to it, but for those of other elements and while they are not to', async () => {
    await using at = await open();
    await at.page.keyboard.type('abc');
    await at.until('> abc');
    await at.page.locator('#other').fill('');
    await at.page.locator('#other').pressSequentially('xyz');
    await at.page.evaluate(() => (document.activeElement as HTMLElement).blur());
    await at.page.evaluate(() => emulator.keyboard_set_status(false));
    await at.page.keyboard.type('no');
    await at.page.locator('rawiron-pc').click();
    await at.page.keyboard.type('no');
    await at.page.evaluate(() => emulator.keyboard_set_status(true));
    await at.page.keyboard.type('de');
    await at.until('> abcde');
    expect(await at.page.inputValue('#other')).toBe('xyz');
    expect(at.errors).toEqual([]);
  });

  test('the screen is in its container, in its size, and is photographed; a text area is the serial port', async () => {
    await using at = await open();
    await at.page.evaluate(() => emulator.wait_until_vga_screen_contains('ready>'));
    await at.page.waitForFunction(() => document.querySelector('rawiron-pc')?.clientWidth === 720);
    const shown = await at.page.evaluate(async () => {
      emulator.screen_set_scale(0.5, 0.5);
      const picture = emulator.screen_make_screenshot() as HTMLImageElement;
      await picture.decode();
      const screen = document.querySelector('#screen > rawiron-pc')!;
      const others = [...document.querySelector('#screen')!.children].slice(0, 2) as HTMLElement[];
      const hidden = others.map(({ style }) => style.display);
      return { picture: [picture.naturalWidth, picture.naturalHeight], width: screen.clientWidth, hidden };
    });
    expect(shown).toEqual({ picture: [720, 400], width: 360, hidden: ['none', 'none'] });
    await at.page.locator('#console').pressSequentially('Hi');
    await at.until('<48><69>');
    expect(await at.page.inputValue('#console')).toMatch(/ready> <48><69>$/);
    expect(at.errors).toEqual([]);
  });

  test('a terminal of xterm.js is the serial port, from when it is given on', async () => {
    await using at = await open();
    const refused = await at.page.evaluate(useTerminal);
    await at.until('<e2><82><ac>');
    expect(await at.page.evaluate(() => document.querySelector('#terminal')?.textContent)).toBe('<e2><82><ac>');
    expect(refused).toContain('needs xterm.js: give its class Terminal as xterm_lib');
    expect(at.errors).toEqual([]);
  });

  test('files, memory and states are as in Node', async () => {
    await using at = await open();
    const found = await at.page.evaluate(async () => {
      await emulator.create_file('a.txt', new TextEncoder().encode('text'));
      const file = new TextDecoder().decode(await emulator.read_file('a.txt'));
      const missing = await emulator.read_file('b.txt').catch((error: Error) => error.name);
      await emulator.write_memory([1, 2, 3], 0x6000);
      const state = await emulator.save_state();
      await emulator.write_memory([4], 0x6000);
      await emulator.restore_state(state);
      return { file, missing, memory: [...(await emulator.read_memory(0x6000, 3))] };
    });
    expect(found).toEqual({ file: 'text', missing: 'FileNotFoundError', memory: [1, 2, 3] });
    expect(at.errors).toEqual([]);
  });
});

test("programs that are written for v86's types compile", () => {
  /** All but what gives at once what is asynchronous here. */
  type Used = Omit<RealV86, 'read_memory'>;
  const options = (given: RealOptions): V86Options => given;
  const image = (given: RealImage): V86Image => given;
  const used = (given: V86): Used => given;
  const order = (given: BootOrder): NonNullable<V86Options['boot_order']> => given;
  const shown = (given: ConsoleConfig): NonNullable<V86Options['serial_console']> => given;
  expect([options, image, used, order, shown].length).toBe(5);
});
