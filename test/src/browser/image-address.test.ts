import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { imageAt, imageNames } from '../../../src/browser/element-options.ts';
import { WebServer } from '../storage/web-server.ts';

let server: WebServer;
beforeEach(async () => {
  server = await WebServer.start(new Uint8Array());
});
afterEach(() => server[Symbol.asyncDispose]());

const html = { 'content-type': 'text/html; charset=utf-8' };
const refusals = [
  [404, html, 'the server answers 404 Not Found'],
  [200, html, 'the server sends a page (text/html) in its place'],
  [206, { ...html, 'content-range': 'bytes 0-0/1000' }, 'the server sends a page (text/html) in its place'],
] as const;

describe.each(refusals)('in a page an answer %i with %j', (status, headers, message) => {
  beforeEach(() => {
    server.instead.push((_, response) => response.writeHead(status, headers).end('<'));
  });

  test.each(imageNames)('is no image: %s', async (name) => {
    const address = server.address('nothere.img');
    await expect(imageAt(name, address)).rejects.toThrow(`cannot get ${address}: ${message}`);
  });
});
