import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Machine } from '../../src/index.ts';
import { noBrowser, useBrowser } from '../support/web/browser.ts';
import { isolation, serve } from '../support/web/server.ts';
import { Installation } from './installed.ts';

const MINUTES = 60_000;

/** Files that a page loads for a machine in a thread of its own: the library, the threads. */
const loaded = ['library.js', 'machine-thread.js', 'rawiron.js', 'rolldown-runtime.js', 'ticker-thread.js'];

const others = ['containers.js', 'files-thread.js', 'machine.js', 'sound-worklet.js', 'v86.js'];

/** A page that has the bundle from somewhere, and an element that starts at once. */
const page = (library: string) => `<!doctype html><title>test</title><link rel="icon" href="data:,">
<script type="module">
  import { Container, Machine } from '${library}';
  Object.assign(globalThis, { Container, Machine });
</script>
<rawiron-pc demo memory="16" autostart></rawiron-pc>`;

/** Headers of files that pages of other origins may have. */
const forOthers = {
  ...isolation,
  'cross-origin-resource-policy': 'cross-origin',
  'access-control-allow-origin': '*',
};

/** A page as that of a program for v86. */
const v86Page = `<!doctype html><title>test</title><link rel="icon" href="data:,"><div id="screen"></div>
<script type="module">
  import { V86 } from './v86.js';
  const screen_container = document.getElementById('screen');
  Object.assign(globalThis, { emulator: new V86({ screen_container, autostart: true }) });
</script>`;

/** In the page: what the element's machine counts. */
async function countPrimes(element: unknown): Promise<string | undefined> {
  const { machine } = element as { machine: Machine };
  await machine.serial.expect(/demo> $/);
  machine.serial.write('bench 1\r');
  return (await machine.serial.expect(/with (\d+) primes/, { timeout: 60_000 }))[1];
}

/** In the page: how a machine in its own thread ends, and what is said of one that cannot be. */
async function makeOthers(): Promise<readonly string[]> {
  const { Machine } = globalThis as unknown as { Machine: typeof import('../../src/index.ts').Machine };
  const here = { memory: 4, boot: { demo: true }, isolate: 'caller', engine: { check: true } } as const;
  const machine = await Machine.create(here);
  await machine.start();
  await machine.serial.expect(/demo> $/);
  await machine.stop();
  const refused = await Machine.create({ memory: 0.5 }).catch((error: Error) => error);
  return [machine.state, (refused as Error).name];
}

/** In the page: what is said of a container whose image is not there. */
async function runContainer(): Promise<string> {
  const { Container } = globalThis as unknown as { Container: typeof import('../../src/browser/index.ts').Container };
  const refused = await Container.run({ image: 'missing.tar', machine: 'missing' }).catch((error: Error) => error);
  return (refused as Error).message;
}

describe.skipIf(noBrowser !== '')(`the bundle for pages${noBrowser}`, () => {
  const browser = useBrowser();
  let installation: Installation;
  let folder: string;
  beforeAll(async () => {
    installation = await Installation.create();
    folder = join(installation.folder, 'node_modules/rawiron/dist/page');
  }, 10 * MINUTES);
  afterAll(() => installation?.remove());

  /** Opens the page; what has gone wrong, and the names of the bundle's files that it has asked for. */
  async function opened(url: string) {
    const found = await browser().newPage();
    const errors: string[] = [];
    const asked: string[] = [];
    found.on('pageerror', (error) => errors.push(String(error)));
    found.on(
      'request',
      (request) => /\.m?js(\?|$)/.test(request.url()) && asked.push(new URL(request.url()).pathname.slice(1)),
    );
    await found.goto(url);
    return { found, errors, asked };
  }

  test('has one file for the library, and one for each thread', () => {
    expect(readdirSync(folder).sort()).toEqual([...loaded, ...others].sort());
  });

  // Many web servers send what they don't know as bytes, which browsers take for no module.
  test('names no file whose ending web servers need not know', () => {
    const modules = join(folder, '../src/browser');
    const files = [folder, modules].flatMap((within) => readdirSync(within).map((name) => join(within, name)));
    const namesOne = (file: string) => /[/'"`](\w+-thread|sound-worklet)\.mjs/.test(readFileSync(file, 'utf8'));
    const isWrong = (file: string) => file.endsWith('.mjs') || (file.endsWith('.js') && namesOne(file));
    expect(files.filter(isWrong)).toEqual([]);
  });

  test.each([
    ['the same origin', true],
    ['another origin', false],
  ])('starts machines in a page of %s', { timeout: MINUTES }, async (_, isSame) => {
    await using library = await serve(folder, forOthers);
    const html = new TextEncoder().encode(page(`${isSame ? '.' : library.url.slice(0, -1)}/rawiron.js`));
    await using server = await serve(isSame ? folder : installation.folder, isolation, { '/index.html': html });
    const { found, errors, asked } = await opened(server.url);
    const element = found.locator('rawiron-pc');
    await found.waitForFunction("document.querySelector('rawiron-pc').machine?.state === 'running'");
    const said = await element.evaluate(countPrimes);
    expect(said).toBe('23000');
    expect(errors).toEqual([]);
    expect([...new Set(asked)].sort()).toEqual(loaded);
    expect(await found.evaluate(makeOthers)).toEqual(['ended', 'ConfigurationError']);
    expect(await found.evaluate(runContainer)).toContain('cannot get missing.tar');
    expect(asked).toContain('containers.js');
    await found.close();
  });

  test("has v86's class", { timeout: MINUTES }, async () => {
    const html = new TextEncoder().encode(v86Page);
    await using server = await serve(folder, isolation, { '/index.html': html });
    const { found, errors, asked } = await opened(server.url);
    await found.waitForFunction("document.querySelector('#screen rawiron-pc')?.pictureWidth > 0");
    expect(await found.evaluate("emulator.wait_until_vga_screen_contains('No bootable device')")).toBe(true);
    expect(errors).toEqual([]);
    expect([...new Set(asked)].sort()).toEqual([...loaded.filter((name) => name !== 'rawiron.js'), 'v86.js']);
    await found.close();
  });
});
