import { once } from 'node:events';
import { type AddressInfo, createServer } from 'node:net';
import { expect, test } from 'vitest';
import { Machine, openMonitor } from '../../../src/index.ts';
import type { CommandContext } from '../../../src/monitor/command.ts';
import { infoUsernet } from '../../../src/monitor/info-usernet.ts';
import type { NetworkFlow } from '../../../src/network/flow.ts';
import { openNetwork } from '../../../src/node/network/index.ts';
import { StackGuest } from '../../support/network/stack-guest.ts';

const HEADER = '  Protocol[State]    FD  Source Address  Port   Dest. Address  Port RecvQ SendQ\n';

/** The table of one network. */
function table(flows: readonly NetworkFlow[] | undefined): string {
  return infoUsernet({ machine: { network: [{ networkName: 'n0', flows }] } } as unknown as CommandContext);
}

test('forwarded ports are shown as by QEMU, but for descriptors', async () => {
  const forward = { hostAddress: '127.0.0.1', hostPort: 0, guestPort: 22 };
  const backend = { type: 'user', hostForward: [forward] } as const;
  const network = [{ backend, backendName: 'n0' }, {}];
  await using machine = await Machine.create({ memory: 4, boot: { demo: true }, network });
  const text = await openMonitor(machine).execute('info usernet');
  const line = '  TCP[HOST_FORWARD]   -       127.0.0.1 PPPPP       10.0.2.15    22     0     0\n';
  expect(text.replace(/ *\d+(?= +10\.0\.2\.15)/, ' PPPPP')).toBe(`Hub -1 (n0):\n${HEADER}${line}`);
});

test('a connection and a port for datagrams', () => {
  const source = { address: '10.0.2.15', port: 1234 };
  const tcp = {
    protocol: 'tcp',
    source,
    destination: { address: '10.0.2.2', port: 80 },
    received: 5,
    queued: 70,
  } as const;
  const udp = { ...tcp, protocol: 'udp', state: 236, destination: { address: '0.0.0.0', port: 0 } } as const;
  const states = ['syn-received', 'fin-wait-1', 'established'] as const;
  expect(table([...states.map((state) => ({ ...tcp, state })), udp])).toBe(
    `Hub -1 (n0):\n${HEADER}` +
      '  TCP[SYN_RCVD]       -       10.0.2.15  1234        10.0.2.2    80     5    70\n' +
      '  TCP[FIN_WAIT_1]     -       10.0.2.15  1234        10.0.2.2    80     5    70\n' +
      '  TCP[ESTABLISHED]    -       10.0.2.15  1234        10.0.2.2    80     5    70\n' +
      '  UDP[236 sec]        -       10.0.2.15  1234               *     0     5    70\n',
  );
  expect(table(undefined)).toBe('');
});

test('a network tells what it has open', async () => {
  const server = createServer((socket) => void socket.on('error', () => {})).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const { user, backend } = await openNetwork({ type: 'user' }, () => {});
  const guest = new StackGuest(backend);
  const visit = guest.connect(port);
  await visit.opened;
  expect(user!.flows).toEqual([
    {
      ...{ protocol: 'tcp', state: expect.stringMatching(/established|syn-received/), received: 0, queued: 0 },
      source: { address: '10.0.2.15', port: 10000 },
      destination: { address: '10.0.2.2', port },
    },
  ]);
  visit.connection.abort();
  guest.close();
  await backend.close();
  server.close();
});
