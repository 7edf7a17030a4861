import { expect, test } from 'vitest';
import { openNetwork } from '../../../src/browser/network.ts';
import { NetworkHub } from '../../../src/network/hub.ts';
import type { NetworkBackendOptions } from '../../../src/network/options.ts';

test.each([
  [{ type: 'hub', hub: new NetworkHub(), bandwidth: -1 }, 'bandwidth is -1'],
  [{ type: 'hub', hub: new NetworkHub(), bandwidth: Number.NaN }, 'bandwidth is NaN'],
  [{ type: 'hub', hub: {} }, 'hub is no NetworkHub'],
  [{ type: 'hub', hub: new NetworkHub(), dump: 'file' }, 'a page has no sockets and files'],
  [{ type: 'user' }, 'a page has no sockets and files'],
])('a page refuses %j', async (options, message) => {
  await expect(openNetwork(options as NetworkBackendOptions)).rejects.toThrow(message);
});

test('a page changes the bandwidth only to one that can be', async () => {
  const network = await openNetwork({ type: 'hub', hub: new NetworkHub(), bandwidth: 1 });
  network.setBandwidth(undefined);
  expect(() => network.setBandwidth(-1)).toThrow('bandwidth is -1');
  await network.backend.close();
});
