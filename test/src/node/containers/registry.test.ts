import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { parseReference } from '../../../../src/containers/reference.ts';
import { wholeOf } from '../../../../src/containers/streams.ts';
import { openRegistryImage } from '../../../../src/node/containers/registry.ts';
import { ConfigurationError } from '../../../../src/util/errors.ts';
import { rawTar, sha256, testImage } from '../../../support/container-images.ts';

const layer = rawTar([{ name: 'file', data: Buffer.alloc(4096, 7) }]);
const image = testImage([layer], {}, (bytes) => bytes);

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A registry on the loopback that has the image; `sendLayer` answers the request for its layer. */
async function registry(sendLayer: (response: ServerResponse) => unknown): Promise<string> {
  return await answering((url, response) => {
    const name = url.slice(url.lastIndexOf('/') + 1);
    if (name === sha256(layer)) sendLayer(response);
    else response.end(name === 'latest' ? image.manifest : image.blobs.get(name));
  });
}

const openedAt = (host: string) => openRegistryImage(parseReference(`${host}/test`), undefined, () => {});

/** A server on the loopback. */
async function answering(answer: (url: string, response: ServerResponse) => unknown): Promise<string> {
  const server = createServer(({ url = '' }, response) => void answer(url, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closing.push(() => {
    server.close();
    server.closeAllConnections();
  });
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

async function pulledLayer(host: string, patience: number): Promise<Uint8Array> {
  const source = await openRegistryImage(parseReference(`${host}/test`), undefined, () => {}, patience);
  const [open] = await source.layers();
  return await wholeOf(open!());
}

test('a layer that takes longer than the patience comes whole where none of its parts does', async () => {
  const host = await registry(async (response) => {
    for (let at = 0; at < layer.length; at += 512) {
      response.write(layer.subarray(at, at + 512));
      await delay(400);
    }
    response.end();
  });
  expect(sha256(await pulledLayer(host, 3000))).toBe(sha256(layer));
});

test.each([
  ['sends no headers', () => {}, 'cannot be reached: it has sent nothing for 0.5 s'],
  [
    'stops in a layer',
    (response: ServerResponse) => response.write(layer.subarray(0, 512)),
    'breaks off: it has sent nothing for 0.5 s',
  ],
  [
    'closes the connection in a layer',
    (response: ServerResponse) => response.write(layer.subarray(0, 512), () => response.destroy()),
    'breaks off: ',
  ],
])('a registry that %s is named, and its connection is closed', async (_name, send, why) => {
  const closed = Promise.withResolvers<void>();
  const host = await registry((response) => {
    response.on('close', closed.resolve);
    send(response);
  });
  const pull = pulledLayer(host, 500);
  await expect(pull).rejects.toThrow(`${host}/test:latest: ${host} ${why}`);
  await expect(pull).rejects.toThrow(ConfigurationError);
  await closed.promise;
});

test.each([
  ['no JSON', 'what 127.0.0.1:'],
  ['null', 'gives no token that can be used'],
  ['{"token":5}', 'gives no token that can be used'],
  [JSON.stringify({ token: 'a\r\nx: y' }), 'gives no token that can be used'],
  [JSON.stringify({ access_token: '\u20ac' }), 'gives no token that can be used'],
])('a registry that sends %s for a token is named', async (answer, why) => {
  const host = await answering((url, response) => {
    if (url.startsWith('/token')) response.end(answer);
    else response.writeHead(401, { 'www-authenticate': `Bearer realm="http://${host}/token"` }).end();
  });
  await expect(openedAt(host)).rejects.toThrow(`${host}/test:latest: `);
  await expect(openedAt(host)).rejects.toThrow(why);
});

test('a registry that lets nobody in, and does not say why, is named', async () => {
  const host = await answering((_, response) => response.writeHead(401).end());
  await expect(openedAt(host)).rejects.toThrow('lets nobody have it, and does not say how one may');
});
