import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { answersPage } from '../../src/node/vnc/viewer-page.ts';
import { webSocketServer } from '../../src/node/web-socket/server.ts';
import { noBrowser, useBrowser } from '../support/web/browser.ts';
import { LONG } from '../support/web/page.ts';

/** A host may be busy. */
const WITHIN = { timeout: 60_000 };
/** A viewer's greeting until it gets the screen: version, security, and that others may be there. */
const GREETING = [...Buffer.from('RFB 003.008\n'), 1, 1];

type Stream = { write(bytes: Uint8Array): unknown };

/** A server (RFC 6143) that says what tests have it say, when they have it say it. */
class SlowServer {
  readonly heard: number[] = [];
  #stream: Stream | undefined;
  readonly #server = webSocketServer({
    isAllowed: () => true,
    answers: answersPage,
    connected: (stream) => {
      this.#stream = stream;
      stream.on('error', () => {});
      stream.on('data', (bytes: Buffer) => this.heard.push(...bytes));
    },
  });

  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/`;
  }

  async connected(): Promise<void> {
    await expect.poll(() => this.#stream, WITHIN).toBeDefined();
  }

  say(...bytes: number[]): void {
    this.#stream!.write(Uint8Array.from(bytes));
  }

  /** 64 by 64 dots, and no name. */
  greet(): void {
    this.say(...Buffer.from('RFB 003.008\n'), 1, 1, 0, 0, 0, 0);
    this.say(0, 64, 0, 64, ...new Array(20).fill(0));
  }

  /** Whether a viewer is to tell of places, or of movements. */
  setAbsolute(isAbsolute: boolean): void {
    this.say(0, 0, 0, 1, 0, Number(isAbsolute), 0, 0, 0, 0, 0, 0, 0xff, 0xff, 0xfe, 0xff);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }
}

describe.skipIf(noBrowser !== '')(`the page of -display web, at moments of its connection${noBrowser}`, LONG, () => {
  const browser = useBrowser();
  let server: SlowServer;
  let address: string;
  beforeAll(async () => {
    server = new SlowServer();
    address = await server.listen();
  });
  afterAll(() => server.close());

  test('sends nothing of keys and pointer in its greeting, and gives the pointer back when a tablet comes', async () => {
    const page = await browser().newPage();
    await page.goto(address);
    await server.connected();
    const canvas = (await page.locator('canvas').boundingBox())!;
    const move = (n: number) => page.mouse.move(canvas.x + n, canvas.y + n);
    await move(20);
    await page.keyboard.press('a');
    server.greet();
    await expect.poll(() => server.heard.length, WITHIN).toBeGreaterThan(GREETING.length);
    expect(server.heard.slice(0, GREETING.length)).toEqual(GREETING);
    server.setAbsolute(false);
    const locked = () => page.evaluate(() => document.pointerLockElement !== null);
    await expect
      .poll(async () => {
        await page.mouse.click(canvas.x + 20, canvas.y + 20);
        return locked();
      }, WITHIN)
      .toBe(true);
    server.setAbsolute(true);
    let n = 20;
    await expect
      .poll(async () => {
        await move(n++);
        return locked();
      }, WITHIN)
      .toBe(false);
    await page.close();
  });
});
