import { expect, test } from 'vitest';
import { openNetwork } from '../../../src/browser/network.ts';
import { NetworkHub } from '../../../src/network/hub.ts';
import type { NetworkBackendOptions } from '../../../src/network/options.ts';

test.each([
  [{ type: 'hub', hub: new NetworkHub(), bandwidth: -1 }, 'bandwidth is -1'],
  [{ type: 'hub', hub: new NetworkHub(), bandwidth: Number.NaN }, 'bandwidth is NaN'],
  [{ type: 'hub', hub: {} }, 'hub is no NetworkHub'],
  [{ type: 'hub', hub: new NetworkHub(), dump: 'file' }, 'a page has no files; leave out dump'],
  [
    { type: 'socket', listen: { port: 1 } },
    "no network of the type 'socket'; it is one of: user, wisp, hub, channel, websocket",
  ],
  [{ type: 'user', tftp: 'folder' }, 'a page has no folders'],
  [{ type: 'user', hostForward: [{ hostPort: 1, guestPort: 1 }] }, 'a page has no ports at which others reach it'],
  [{ type: 'channel', hub: 1 }, "unknown 'hub'"],
  [{ type: 'websocket', url: 'http://127.0.0.1' }, "url is 'http://127.0.0.1'; it must be the address of a relay"],
])('a page refuses %j', async (options, message) => {
  await expect(openNetwork(options as NetworkBackendOptions)).rejects.toThrow(message);
});

test('a page changes the bandwidth only to one that can be', async () => {
  const network = await openNetwork({ type: 'hub', hub: new NetworkHub(), bandwidth: 1 });
  network.setBandwidth(undefined);
  expect(() => network.setBandwidth(-1)).toThrow('bandwidth is -1');
  await network.backend.close();
});

test('machines of several pages see frames by a channel of one name', async () => {
  const networks = await Promise.all(['a', 'a', 'b'].map((name) => openNetwork({ type: 'channel', name })));
  const heard: string[] = [];
  const first = Promise.withResolvers<void>();
  for (const [n, { backend }] of networks.entries())
    backend.onFrame = ([byte]) => {
      heard.push(`${n} ${byte}`);
      first.resolve();
      return true;
    };
  networks[2]!.backend.send(new Uint8Array(60).fill(1));
  networks[0]!.backend.send(new Uint8Array(60).fill(2));
  await first.promise;
  expect(heard).toEqual(['1 2']);
  await Promise.all(networks.map(({ backend }) => backend.close()));
});
