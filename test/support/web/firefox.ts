import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { type Browser, findBrowser } from '../../../scripts/browser.ts';
import { Bidi } from './bidi.ts';

const found = await findBrowser('firefox');

/** Why there is no Firefox; empty if there is one. */
export const noFirefox: string = typeof found === 'string' ? ` (${found})` : '';

/** Debian's Firefox, or the one that $FIREFOX names; started before the tests of a file, and ended after them. */
export function useFirefox(): () => Bidi {
  const folder = mkdtempSync(join(tmpdir(), 'firefox-'));
  let browser: ChildProcess | undefined;
  let client: Bidi | undefined;
  beforeAll(async () => {
    if (typeof found === 'string') throw new Error(found);
    browser = start(found, folder);
    client = await Bidi.connect(await addressOf(browser));
  });
  afterAll(async () => {
    await client?.[Symbol.asyncDispose]();
    const ended = browser && new Promise((resolve) => browser?.once('exit', resolve));
    browser?.kill();
    await ended;
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  });
  return () => client!;
}

/** It has a folder of its own for all that it keeps. */
function start({ path, env }: Browser, folder: string): ChildProcess {
  const args = ['--headless', '--no-remote', '--remote-debugging-port', '0', '--profile', folder];
  return spawn(path, args, { env: { ...process.env, ...env, HOME: folder }, stdio: ['ignore', 'ignore', 'pipe'] });
}

/** Where it says that it listens. */
function addressOf(browser: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = '';
    browser.stderr?.on('data', (bytes: Buffer) => {
      text += bytes;
      const [, address] = /WebDriver BiDi listening on (ws:\S+)/.exec(text) ?? [];
      if (address !== undefined) resolve(address);
    });
    browser.once('exit', (code) => reject(new Error(`Firefox has ended with code ${code}: ${text}`)));
  });
}
