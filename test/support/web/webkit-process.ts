import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { setTimeout as wait } from 'node:timers/promises';
import type { Browser } from '../../../scripts/browser.ts';
import { type BrowserClient, endingWith } from './client.ts';
import { WebDriver } from './webdriver.ts';

/** Features that Safari has, and WebKitGTK only if it is asked for: files of pages (OPFS). */
const features = '--features=+FileSystem,+StorageAPI,+StorageAPIEstimate,+FileSystemWritableStream';
const capabilities = { 'webkitgtk:browserOptions': { args: ['--automation', features] } };

/** The driver tells nobody when it listens: how often it is asked, ten times a second. */
const MOST_ATTEMPTS = 200;

/**
 * Starts WebKit's driver and a screen in memory for the browser that it starts, with a folder of its own for all that is kept, which
 * is removed when they end.
 */
export async function startWebKit(browser: Browser): Promise<BrowserClient> {
  const folder = mkdtempSync(join(tmpdir(), 'webkit-'));
  const processes: ChildProcess[] = [];
  const end = async () => {
    await Promise.all(processes.map(ended));
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  const start = (command: string, args: readonly string[], variables: Record<string, string> = {}) => {
    const [program = command, ...before] = [...browser.before, command];
    const env = { ...process.env, ...browser.env, HOME: folder, XDG_RUNTIME_DIR: folder, ...variables };
    const child = spawn(program, [...before, ...args], { env, stdio: ['ignore', 'ignore', 'pipe', 'pipe'] });
    processes.push(child);
    return child;
  };
  try {
    const screen = start('Xvfb', ['-displayfd', '3', '-screen', '0', '1280x1024x24', '-nolisten', 'tcp']);
    const port = await freePort();
    const driver = start(browser.path, [`--port=${port}`], {
      DISPLAY: `:${await firstLine(screen)}`,
      NO_AT_BRIDGE: '1',
      // As in Safari pages have it where they are isolated.
      JSC_useSharedArrayBuffer: '1',
    });
    return endingWith(await connect(`http://127.0.0.1:${port}`, driver), end);
  } catch (error) {
    await end();
    throw error;
  }
}

/** Ends a process. The browser ends with its screen. */
async function ended(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exit = new Promise((resolve) => child.once('exit', resolve));
  child.kill();
  await exit;
}

/** The number of the screen, which it writes to file descriptor 3. */
function firstLine(screen: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let errors = '';
    screen.stderr?.on('data', (bytes: Buffer) => (errors += bytes));
    (screen.stdio[3] as Readable).once('data', (bytes: Buffer) => resolve(bytes.toString().trim()));
    screen.once('exit', (code) => reject(new Error(`Xvfb has ended with code ${code}: ${errors}`)));
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function connect(address: string, driver: ChildProcess): Promise<WebDriver> {
  let errors = '';
  driver.stderr?.on('data', (bytes: Buffer) => (errors += bytes));
  for (let attempt = 0; attempt < MOST_ATTEMPTS && driver.exitCode === null; attempt++) {
    if (await isListening(address)) return await WebDriver.connect(address, capabilities);
    await wait(100);
  }
  throw new Error(`WebKit's driver does not answer: ${errors}`);
}

const isListening = (address: string) =>
  fetch(`${address}/status`).then(
    () => true,
    () => false,
  );
