import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, expect, test } from 'vitest';
import { parseReference } from '../../../../src/containers/reference.ts';
import { openRegistryImage } from '../../../../src/node/containers/registry.ts';
import { wholeOf } from '../../../../src/node/containers/streams.ts';
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
  const server = createServer(({ url = '' }, response) => {
    const name = url.slice(url.lastIndexOf('/') + 1);
    if (name === sha256(layer)) sendLayer(response);
    else response.end(name === 'latest' ? image.manifest : image.blobs.get(name));
  });
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
