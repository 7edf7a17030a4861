import { describe, expect, test } from 'vitest';
import { noBrowser } from '../support/web/browser.ts';
import { useLibrary } from '../support/web/library.ts';
import { isolation } from '../support/web/server.ts';

/** The library as a page has it; the functions that tests give to it are made of their text there. */
declare const rawiron: typeof import('../../src/index.ts');

describe.skipIf(noBrowser !== '')(`a machine that cannot be had in Chromium${noBrowser}`, () => {
  const open = useLibrary();

  /** The library's message instead of the demo's machine. */
  const complaint = async (headers: Readonly<Record<string, string>>) => {
    await using opened = await open(headers);
    return await opened.page.evaluate(() =>
      rawiron.Machine.create({ memory: 16, boot: { demo: true } }).then(
        () => 'it was made',
        (error: Error) => `${error.name}: ${error.message}`,
      ),
    );
  };

  test('a content security policy forbids functions made of text', async () => {
    const message = await complaint({ ...isolation, 'content-security-policy': "script-src 'self' 'unsafe-inline'" });
    expect(message).toMatch(/^ConfigurationError: functions cannot be made of text here .* add 'unsafe-eval'/);
  });

  test('a content security policy forbids workers', async () => {
    const message = await complaint({ 'content-security-policy': "worker-src 'none'" });
    expect(message).toMatch(/worker cannot be loaded: .*worker-src/);
  });

  test.each([
    ['none.bin', 'the server answers 404 Not Found'],
    ['index.html', 'the server sends a page (text/html) in its place, as many do for what is not there'],
  ])('there is no kernel at its address: %s', async (kernel, reason) => {
    await using opened = await open(isolation);
    const message = await opened.page.evaluate(
      (kernel) => rawiron.Machine.create({ boot: { kernel } }).catch((error: Error) => error.message),
      kernel,
    );
    expect(message).toBe(`cannot read the kernel ${kernel}: ${reason}`);
  });
});
