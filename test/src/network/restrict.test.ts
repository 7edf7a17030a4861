import { expect, test } from 'vitest';
import { FrameGuest, ipv4Frame, tcpFrame, udpFrame } from '../../support/network/frame-guest.ts';

/** The host, its name server, another guest, all guests, the host's own addresses, and others. */
const places = [
  ...['10.0.2.2', '10.0.2.3', '10.0.2.16', '10.0.2.255', '255.255.255.255', '127.0.0.1', '127.0.0.53', '0.0.0.0'],
  ...['169.254.169.254', '192.0.2.1', '192.168.1.1', '224.0.0.251', '240.0.0.1'],
];
const ports = [0, 1, 22, 53, 67, 68, 69, 80, 123, 137, 443, 445, 547, 5353, 65_535];
const sources = ['10.0.2.15', '10.0.2.77', '0.0.0.0', '10.0.2.2', '127.0.0.1', '192.0.2.1'];
const data = [0, 1, 97, 0, ...Array.from({ length: 24 }, (_, n) => n)];

interface Ends {
  readonly from: string;
  readonly to: string;
}

/** TCP and UDP to each port. */
function* toPorts(ends: Ends): Generator<Uint8Array> {
  for (const toPort of ports) {
    for (const flags of ['S', 'SA', 'A', 'SF']) yield tcpFrame({ ...ends, toPort, flags, data });
    yield udpFrame(data, { ...ends, toPort });
  }
}

/** All other protocols, kinds of ICMP, and pieces. */
function* others(ends: Ends): Generator<Uint8Array> {
  for (let protocol = 0; protocol < 256; protocol++) yield ipv4Frame(protocol, data, ends);
  for (const type of [0, 3, 5, 8, 13, 15, 17]) yield ipv4Frame(1, [type, 0, 0xff - type, 0xff, 0, 0, 0, 0], ends);
  for (const protocol of [1, 6, 17])
    for (const fragment of [0x2000, 1, 0x2001]) yield ipv4Frame(protocol, data, { ...ends, fragment });
}

/** Packets by which a guest may try to get anywhere over IPv4, from and to any address. */
function attempts(): Uint8Array[] {
  const ends = sources.flatMap((from) => places.map((to): Ends => ({ from, to })));
  return ends.flatMap((each) => [...toPorts(each), ...others(each)]);
}

test('with restrict nothing that a guest sends gets anywhere', async () => {
  const guest = await FrameGuest.open({ restrict: true });
  for (const frame of attempts()) guest.network.send(frame);
  guest.host.timers.advance(600_000);
  await guest.later();
  const { streams, datagramPorts, pinged } = guest.host.sockets;
  expect([streams, datagramPorts, pinged]).toEqual([[], [], []]);
  expect(guest.network.connections).toBe(0);
});

test('without it the same gets only where a guest may go', async () => {
  const guest = await FrameGuest.open();
  for (const frame of attempts()) guest.network.send(frame);
  await guest.later();
  const { streams, datagramPorts, pinged } = guest.host.sockets;
  const reached = new Set([
    ...streams.map(({ target }) => (target as { address: string }).address),
    ...datagramPorts.flatMap(({ sent }) => sent.map(({ address }) => address)),
    ...pinged,
  ]);
  expect([...reached].sort()).toEqual(['127.0.0.1', '192.0.2.1', '192.0.2.53', '192.168.1.1']);
  // The loopback by the host's address alone, and there no service of the network's own.
  const local = datagramPorts.flatMap(({ sent }) => sent).filter(({ address }) => address === '127.0.0.1');
  expect(local.filter(({ port }) => port === 67 || port === 69)).toEqual([]);
});
