import { describe, expect, test } from 'vitest';
import {
  arpFrame,
  ascii,
  FrameGuest,
  internetChecksum,
  ipv4Frame,
  isIntact,
  tcpFrame,
  udpFrame,
  word,
} from '../../support/network/frame-guest.ts';

function echo(data: readonly number[]): number[] {
  const message = [8, 0, 0, 0, 0x12, 0x34, 0, 1, ...data];
  message.splice(2, 2, ...word(internetChecksum(message)));
  return message;
}

describe('ARP', () => {
  test.each(['10.0.2.2', '10.0.2.3'])('%s answers', async (address) => {
    const guest = await FrameGuest.open();
    const [reply] = guest.send(arpFrame(1, '10.0.2.15', address));
    expect([...reply!.frame.subarray(0, 22)].slice(12)).toEqual([8, 6, 0, 1, 8, 0, 6, 4, 0, 2]);
    expect([...reply!.frame.subarray(0, 6)]).toEqual([0x52, 0x54, 0, 0x12, 0x34, 0x56]);
    expect([...reply!.frame.subarray(22, 32)]).toEqual([0x52, 0x55, 10, 0, 2, 2, ...address.split('.').map(Number)]);
    expect([...reply!.frame.subarray(32, 42)]).toEqual([0x52, 0x54, 0, 0x12, 0x34, 0x56, 10, 0, 2, 15]);
  });

  test('nobody else does', async () => {
    const guest = await FrameGuest.open();
    expect(guest.send(arpFrame(1, '10.0.2.15', '10.0.2.4'), arpFrame(1, '10.0.2.15', '10.0.2.15'))).toEqual([]);
  });

  test('addresses of guestForward do', async () => {
    const target = { address: '127.0.0.1', port: 1 };
    const guest = await FrameGuest.open({ guestForward: [{ address: '10.0.2.100', port: 1, target }] });
    expect(guest.send(arpFrame(1, '10.0.2.15', '10.0.2.100'))).toHaveLength(1);
  });
});

describe('ICMP', () => {
  test('the host and the name server answer an echo', async () => {
    const guest = await FrameGuest.open();
    for (const to of ['10.0.2.2', '10.0.2.3']) {
      const [reply] = guest.send(ipv4Frame(1, echo(ascii('ping')), { to }));
      expect(reply).toMatchObject({ from: to, to: '10.0.2.15', protocol: 1 });
      expect(reply!.payload.slice(4)).toEqual(echo(ascii('ping')).slice(4));
      expect(reply!.payload[0]).toBe(0);
      expect(isIntact(reply!)).toBe(true);
    }
  });

  test('others answer when the host gets an answer', async () => {
    const guest = await FrameGuest.open();
    expect(guest.send(ipv4Frame(1, echo([1, 2]), { to: '192.0.2.1' }))).toEqual([]);
    expect(await guest.later()).toMatchObject([{ from: '192.0.2.1', protocol: 1 }]);
    guest.host.sockets.answersPing = false;
    guest.send(ipv4Frame(1, echo([1, 2]), { to: '192.0.2.1' }));
    expect(await guest.later()).toEqual([]);
    expect(guest.host.sockets.pinged).toEqual(['192.0.2.1', '192.0.2.1']);
  });

  test('with restrict nobody else is asked', async () => {
    const guest = await FrameGuest.open({ restrict: true });
    guest.send(ipv4Frame(1, echo([1]), { to: '192.0.2.1' }));
    await guest.later();
    expect(guest.host.sockets.pinged).toEqual([]);
  });

  test('a broken one is dropped', async () => {
    const guest = await FrameGuest.open();
    const frame = ipv4Frame(1, echo([1, 2]));
    frame[frame.length - 1]! ^= 1;
    expect(guest.send(frame)).toEqual([]);
  });

  test('a protocol that nobody knows is told of, and hops are counted', async () => {
    const guest = await FrameGuest.open();
    const [unknown] = guest.send(ipv4Frame(99, [1, 2, 3, 4]));
    expect(unknown!.payload.slice(0, 2)).toEqual([3, 2]);
    expect(unknown!.payload.slice(8, 28)).toEqual([...ipv4Frame(99, [1, 2, 3, 4]).subarray(14, 34)]);
    const [late] = guest.send(ipv4Frame(1, echo([1]), { to: '192.0.2.1', ttl: 1 }));
    expect(late!.payload.slice(0, 2)).toEqual([11, 0]);
  });
});

describe('fragments', () => {
  const message = echo(Array.from({ length: 4000 }, (_, n) => n & 255));
  const piece = (from: number, to: number, isLast: boolean, id = 7) =>
    ipv4Frame(1, message.slice(from, to), { id, fragment: (from >> 3) | (isLast ? 0 : 0x2000) });
  const first = piece(0, 1480, false);
  const second = piece(1480, 2960, false);
  const third = piece(2960, message.length, true);

  test.each([
    ['in order', [first, second, third]],
    ['backwards', [third, second, first]],
    ['twice', [first, first, third, third, second]],
  ])('%s are put together, and the answer is cut', async (_how, frames) => {
    const guest = await FrameGuest.open();
    const pieces = guest.send(...frames);
    expect(pieces.map(({ fragment }) => fragment)).toEqual([0x2000, 0x2000 | 185, 370]);
    expect(pieces.flatMap(({ payload }) => payload).slice(4)).toEqual(message.slice(4));
  });

  test('that overlap are dropped', async () => {
    const guest = await FrameGuest.open();
    expect(guest.send(first, piece(1472, 2960, false), third, second)).toEqual([]);
  });

  test('wait for a minute', async () => {
    const guest = await FrameGuest.open();
    expect(guest.send(first, second)).toEqual([]);
    guest.host.timers.advance(61_000);
    expect(guest.send(third)).toEqual([]);
    expect(guest.send(first, second)).toHaveLength(3);
  });

  test('beyond what a packet can be are dropped', async () => {
    const guest = await FrameGuest.open();
    const far = ipv4Frame(1, Array(1480).fill(0), { fragment: 0x1fff });
    expect(guest.send(far, first, second, third)).toHaveLength(3);
  });
});

test('what is not for the network, or from nobody of it, is dropped', async () => {
  const guest = await FrameGuest.open();
  const frames = [
    ipv4Frame(1, echo([]), { mac: '52:54:00:00:00:01' }),
    ipv4Frame(1, echo([]), { from: '192.168.1.1' }),
    ipv4Frame(1, echo([]), { from: '10.0.2.2' }),
    ipv4Frame(1, echo([]), { from: '10.0.2.255' }),
    ipv4Frame(1, echo([])).subarray(0, 33),
    new Uint8Array(3),
  ];
  expect(guest.send(...frames)).toEqual([]);
  expect(guest.send(ipv4Frame(1, echo([])))).toHaveLength(1);
});

test.each(['0.0.0.0', '192.168.1.1'])(
  'a guest without an address of the network (%s) gets nothing of the host',
  async (from) => {
    const guest = await FrameGuest.open();
    const frames = [
      tcpFrame({ from, flags: 'S' }),
      udpFrame([1], { from, toPort: 9 }),
      udpFrame([0, 1, 97, 0], { from, toPort: 69 }),
      udpFrame(Array(20).fill(0), { from, to: '10.0.2.3', toPort: 53 }),
      ipv4Frame(1, echo([]), { from }),
      ipv4Frame(1, echo([]), { from, to: '192.0.2.1' }),
      ipv4Frame(99, [1, 2], { from }),
    ];
    for (const frame of frames) guest.network.send(frame);
    expect(await guest.later()).toEqual([]);
    const { streams, datagramPorts, pinged } = guest.host.sockets;
    expect([streams, datagramPorts, pinged]).toEqual([[], [], []]);
  },
);

test.each(['255.255.255.255', '10.0.2.255', '224.0.0.1'])('nobody speaks for %s', async (to) => {
  const guest = await FrameGuest.open();
  const frames = [tcpFrame({ to, flags: 'S' }), tcpFrame({ to, flags: 'A' }), ipv4Frame(1, echo([]), { to })];
  expect(guest.send(...frames, udpFrame([1], { to, toPort: 9 }), ipv4Frame(99, [1], { to }))).toEqual([]);
});
