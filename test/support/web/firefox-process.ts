import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser } from '../../../scripts/browser.ts';
import { Bidi } from './bidi.ts';
import { type BrowserClient, endingWith } from './client.ts';

/** Milliseconds in which it must have closed. */
const CLOSE_LIMIT = 10_000;

/** Starts Firefox without a screen, and with a folder of its own for all that it keeps, which is removed when it ends. */
export async function startFirefox({ path, env }: Browser): Promise<BrowserClient> {
  const folder = mkdtempSync(join(tmpdir(), 'firefox-'));
  const args = ['--headless', '--no-remote', '--remote-debugging-port', '0', '--profile', folder];
  const variables = { ...process.env, ...env, HOME: folder };
  const browser = spawn(path, args, { env: variables, stdio: ['ignore', 'ignore', 'pipe'] });
  const ended = new Promise((resolve) => browser.once('exit', resolve));
  const end = async () => {
    const late = setTimeout(() => browser.kill(), CLOSE_LIMIT);
    await ended;
    clearTimeout(late);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    return endingWith(await Bidi.connect(await addressOf(browser)), end);
  } catch (error) {
    await end();
    throw error;
  }
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
