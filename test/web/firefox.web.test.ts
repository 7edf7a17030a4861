import { describe, expect, test } from 'vitest';
import { useBuiltLibrary, useBuiltPage } from '../support/web/build.ts';
import { noFirefox, useFirefox } from '../support/web/firefox.ts';
import { PAGE, ways } from '../support/web/library.ts';
import { isolation, serve } from '../support/web/server.ts';

const LONG = { timeout: 110_000, interval: 200 };

describe.skipIf(noFirefox !== '')(`in Firefox${noFirefox}`, () => {
  const firefox = useFirefox();
  const library = useBuiltLibrary();

  test.each(Object.entries(ways))('a page that is %s runs the demo', async (_name, headers) => {
    await using server = await serve(library, headers, { '/index.html': new TextEncoder().encode(PAGE) });
    const tab = await firefox().open(server.url);
    const primes = await firefox().evaluate(tab, `(${runDemo})()`);
    expect(primes).toBe(`23000 ${headers === isolation}`);
  });
});

describe.skipIf(noFirefox !== '')(`the page in Firefox${noFirefox}`, () => {
  const firefox = useFirefox();
  const folder = useBuiltPage();

  test('boots the demo, whose shell is on the serial terminal', async () => {
    await using server = await serve(folder, isolation);
    const tab = await firefox().open(`${server.url}#system=demo&run`);
    const shown = () => firefox().evaluate(tab, `document.querySelector('.xterm-rows')?.textContent ?? ''`);
    await expect.poll(shown, LONG).toContain('demo>');
  });
});

/** Its text goes to the page, where the library is a global. */
async function runDemo(): Promise<string> {
  const { rawiron } = globalThis as unknown as { rawiron: typeof import('../../src/browser/index.ts') };
  const machine = await rawiron.Machine.create({ memory: 16, boot: { demo: true } });
  await machine.start();
  await machine.serial.expect(/demo> $/);
  machine.serial.write('bench 5\r');
  const [, primes] = await machine.serial.expect(/with (\d+) primes/, { timeout: 100_000 });
  await machine.stop();
  return `${primes} ${crossOriginIsolated}`;
}
