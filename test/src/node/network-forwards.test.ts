import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { openNetwork } from '../../../src/node/network/index.ts';

test.each(['tcp', 'udp'] as const)('a forward of %s that cannot be had leaves nothing open', async (protocol) => {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const datagrams = createSocket('udp4').bind(port, '127.0.0.1');
  await once(datagrams, 'listening');
  const { user, backend } = await openNetwork({ type: 'user' });
  const count = () => process.getActiveResourcesInfo().length;
  const before = count();
  const forward = { protocol, hostAddress: '127.0.0.1', hostPort: port, guestPort: 1 } as const;
  for (let n = 0; n < 5; n++) await expect(user!.forward(forward)).rejects.toThrow('in use');
  await expect.poll(count).toBeLessThanOrEqual(before);
  await backend.close();
  datagrams.close();
  server.close();
});
