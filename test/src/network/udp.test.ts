import { describe, expect, test } from 'vitest';
import { ascii, FrameGuest, type Heard, isIntact, textOf, udpFrame } from '../../support/network/frame-guest.ts';

const portsOf = ({ payload }: Heard): number[] => [payload[0]! * 256 + payload[1]!, payload[2]! * 256 + payload[3]!];
const dataOf = ({ payload }: Heard): string => textOf(payload.slice(8));
const isPortUnreachable = ({ protocol, payload }: Heard): boolean => protocol === 1 && payload[0] === 3;

describe('UDP', () => {
  test('goes out by a port of the host, and answers come back', async () => {
    const guest = await FrameGuest.open();
    guest.send(udpFrame(ascii('hello'), { to: '192.0.2.1', fromPort: 5000, toPort: 123 }));
    const [port] = guest.host.sockets.datagramPorts;
    expect(port!.sent).toEqual([{ text: 'hello', address: '192.0.2.1', port: 123 }]);
    port!.receive(Uint8Array.from(ascii('world')), '192.0.2.1', 123);
    const [answer] = guest.heard();
    expect(answer).toMatchObject({ from: '192.0.2.1', to: '10.0.2.15' });
    expect([portsOf(answer!), dataOf(answer!), isIntact(answer!)]).toEqual([[123, 5000], 'world', true]);
  });

  test('one port of the guest is one of the host, and only those come back who were asked', async () => {
    const guest = await FrameGuest.open();
    guest.send(udpFrame([1], { to: '192.0.2.1', toPort: 1 }), udpFrame([1], { to: '192.0.2.2', toPort: 2 }));
    guest.send(udpFrame([1], { to: '192.0.2.2', fromPort: 5001, toPort: 2 }));
    const ports = guest.host.sockets.datagramPorts;
    expect(ports.map(({ sent }) => sent.length)).toEqual([2, 1]);
    ports[1]!.receive(Uint8Array.of(1), '192.0.2.1', 1);
    expect(guest.heard()).toEqual([]);
    ports[0]!.receive(Uint8Array.of(1), '192.0.2.1', 9);
    expect(guest.heard().map(portsOf)).toEqual([[9, 5000]]);
  });

  test("the host's loopback is 10.0.2.2, and no other address of it", async () => {
    const guest = await FrameGuest.open();
    guest.send(udpFrame([1], { toPort: 9 }));
    const [port] = guest.host.sockets.datagramPorts;
    expect(port!.sent).toMatchObject([{ address: '127.0.0.1', port: 9 }]);
    port!.receive(Uint8Array.of(2), '127.0.0.1', 9);
    expect(guest.heard()).toMatchObject([{ from: '10.0.2.2' }]);
    for (const to of ['127.0.0.1', '0.0.0.0', '10.0.2.77', '224.0.0.251', '10.0.2.255'])
      guest.send(udpFrame([1], { to, toPort: 9 }));
    expect(guest.host.sockets.datagramPorts).toHaveLength(1);
    expect(port!.sent).toHaveLength(1);
  });

  test('a port of the guest hears of the 256 that it has talked to last', async () => {
    const guest = await FrameGuest.open();
    const talk = (n: number) => guest.send(udpFrame([1], { to: `192.0.${2 + (n >> 8)}.${n & 255}`, toPort: 1 }));
    talk(1);
    for (let n = 2; n <= 256; n++) talk(n);
    talk(1);
    talk(257);
    const [port] = guest.host.sockets.datagramPorts;
    for (const address of ['192.0.2.1', '192.0.2.2', '192.0.3.1']) port!.receive(Uint8Array.of(1), address, 1);
    expect(guest.heard().map(({ from }) => from)).toEqual(['192.0.2.1', '192.0.3.1']);
  });

  test('ports that nobody uses are closed, and there are at most 256', async () => {
    const guest = await FrameGuest.open();
    for (let fromPort = 1; fromPort <= 300; fromPort++)
      guest.send(udpFrame([1], { to: '192.0.2.1', fromPort, toPort: 1 }));
    const ports = guest.host.sockets.datagramPorts;
    expect(ports.filter(({ isClosed }) => !isClosed)).toHaveLength(256);
    guest.host.timers.advance(241_000);
    expect(ports.filter(({ isClosed }) => !isClosed)).toHaveLength(0);
    expect(guest.host.timers.size).toBe(0);
  });
});

describe('UDP, at its limits', () => {
  test('a long datagram is cut into fragments and a broken one is dropped', async () => {
    const guest = await FrameGuest.open();
    guest.send(udpFrame([1], { to: '192.0.2.1', toPort: 1 }));
    const [port] = guest.host.sockets.datagramPorts;
    port!.receive(new Uint8Array(60_000).fill(7), '192.0.2.1', 1);
    const pieces = guest.heard();
    expect(pieces).toHaveLength(Math.ceil(60_008 / 1480));
    expect(pieces.flatMap(({ payload }) => payload)).toHaveLength(60_008);
    const frame = udpFrame([1, 2], { to: '192.0.2.1', toPort: 1 });
    frame[frame.length - 1]! ^= 4;
    guest.send(frame);
    expect(port!.sent).toHaveLength(1);
  });

  test('a port of the host leads to the guest, even with restrict', async () => {
    const forward = { protocol: 'udp', hostAddress: '127.0.0.1', hostPort: 5353, guestPort: 53 } as const;
    const guest = await FrameGuest.open({ restrict: true, hostForward: [forward] });
    guest.send(udpFrame([1], { to: '10.0.2.2', toPort: 9 }));
    const [port] = guest.host.sockets.datagramPorts;
    guest.heard();
    port!.receive(Uint8Array.from(ascii('question')), '127.0.0.1', 4444);
    const [question] = guest.heard();
    expect(question).toMatchObject({ from: '10.0.2.2', to: '10.0.2.15' });
    expect([portsOf(question!), dataOf(question!)]).toEqual([[4444, 53], 'question']);
    guest.send(udpFrame(ascii('answer'), { fromPort: 53, toPort: 4444 }));
    expect(port!.sent).toEqual([{ text: 'answer', address: '127.0.0.1', port: 4444 }]);
  });

  test('with restrict goes nowhere', async () => {
    const guest = await FrameGuest.open({ restrict: true });
    for (const to of ['192.0.2.1', '10.0.2.2', '10.0.2.3']) guest.send(udpFrame(Array(20).fill(1), { to, toPort: 53 }));
    expect(guest.host.sockets.datagramPorts).toEqual([]);
  });
});

describe('DNS', () => {
  const question = (id: number): number[] => [id >> 8, id & 255, 1, 0, 0, 1, 0, 0, 0, 0, 0, 0, 1, 97, 0, 0, 1, 0, 1];
  const ask = (id: number, fromPort = 6000) => udpFrame(question(id), { to: '10.0.2.3', fromPort, toPort: 53 });

  test("is passed on to the host's resolver, and the answer comes from 10.0.2.3", async () => {
    const guest = await FrameGuest.open();
    guest.send(ask(7));
    const [port] = guest.host.sockets.datagramPorts;
    expect(port!.sent).toEqual([{ text: textOf(question(7)), address: '192.0.2.53', port: 53 }]);
    port!.receive(Uint8Array.from(ascii('an answer')), '192.0.2.53', 53);
    port!.receive(Uint8Array.from(ascii('a lie')), '192.0.2.66', 53);
    expect(guest.heard().map((heard) => [heard.from, portsOf(heard), dataOf(heard)])).toEqual([
      ['10.0.2.3', [53, 6000], 'an answer'],
    ]);
  });

  test('what is asked again goes to the next server', async () => {
    const guest = await FrameGuest.open();
    guest.host.sockets.servers = ['192.0.2.1', '192.0.2.2'].map((address) => ({ address, port: 53 }));
    guest.send(ask(7), ask(8), ask(7), ask(7));
    const { sent } = guest.host.sockets.datagramPorts[0]!;
    expect(sent.map(({ address }) => address)).toEqual(['192.0.2.1', '192.0.2.1', '192.0.2.2', '192.0.2.1']);
  });

  test('without a server, or at another port, nobody is there', async () => {
    const guest = await FrameGuest.open();
    expect(guest.send(udpFrame([1], { to: '10.0.2.3', toPort: 54 })).map(isPortUnreachable)).toEqual([true]);
    guest.host.sockets.servers = [];
    expect(guest.send(ask(1)).map(isPortUnreachable)).toEqual([true]);
  });

  test('a port that asks again and again hears each answer', async () => {
    const guest = await FrameGuest.open();
    for (let n = 0; n < 10; n++) {
      guest.send(ask(n));
      guest.host.timers.advance(14_000);
      const [port, ...others] = guest.host.sockets.datagramPorts;
      expect([port!.isClosed, others]).toEqual([false, []]);
      port!.receive(Uint8Array.from(ascii(`${n}`)), '192.0.2.53', 53);
      expect(guest.heard().map(dataOf)).toEqual([`${n}`]);
    }
  });

  test('sockets are closed after a while', async () => {
    const guest = await FrameGuest.open();
    for (let port = 1; port < 200; port++) guest.send(ask(1, port));
    const open = () => guest.host.sockets.datagramPorts.filter(({ isClosed }) => !isClosed).length;
    expect(open()).toBe(128);
    guest.host.timers.advance(16_000);
    expect(open()).toBe(0);
  });
});
