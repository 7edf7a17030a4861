import { describe, expect, test } from 'vitest';
import { FakeStream } from '../../support/network/fake-host.ts';
import { arpFrame, ascii, FrameGuest, heardTcp, tcpFrame, textOf } from '../../support/network/frame-guest.ts';
import { Client, OPTIONS } from '../../support/network/tcp-client.ts';

describe('a connection of the guest', () => {
  test('is made when the host has connected, to where the guest wants', async () => {
    const guest = await FrameGuest.open();
    guest.send(tcpFrame({ flags: 'S', sequence: 5, to: '192.0.2.1', toPort: 443, options: OPTIONS }));
    guest.send(tcpFrame({ flags: 'S', sequence: 5, to: '192.0.2.1', toPort: 443, options: OPTIONS }));
    expect(guest.host.sockets.streams.map(({ target }) => target)).toEqual([{ address: '192.0.2.1', port: 443 }]);
    guest.host.sockets.streams[0]!.events.opened();
    const [synAck] = guest.heard().map(heardTcp);
    expect(synAck).toMatchObject({ flags: 'SA', acknowledgment: 6, window: 0xffff, from: '192.0.2.1', fromPort: 443 });
    expect(synAck!.options).toEqual([2, 4, 0x05, 0xb4, 1, 3, 3, 3]);
  });

  test('without options has neither scaling nor large segments', async () => {
    const guest = await FrameGuest.open();
    guest.send(tcpFrame({ flags: 'S', sequence: 5 }));
    guest.host.sockets.streams[0]!.events.opened();
    const [synAck] = guest.heard().map(heardTcp);
    expect(synAck!.options).toEqual([2, 4, 0x05, 0xb4]);
    const acknowledgment = synAck!.sequence + 1;
    guest.send(tcpFrame({ flags: 'A', sequence: 6, acknowledgment }));
    guest.host.sockets.streams[0]!.events.data(new Uint8Array(1000));
    expect(guest.heard().map((frame) => heardTcp(frame).data.length)).toEqual([536, 464]);
  });

  test.each([
    ['refused', 6, undefined],
    ['unreachable', 1, [3, 1]],
  ] as const)('that the host finds %s', async (why, protocol, code) => {
    const guest = await FrameGuest.open();
    guest.send(tcpFrame({ flags: 'S', sequence: 5 }));
    guest.host.sockets.streams[0]!.events.failed(why);
    const [answer] = guest.heard();
    expect(answer!.protocol).toBe(protocol);
    if (code) expect(answer!.payload.slice(0, 2)).toEqual(code);
    else expect(heardTcp(answer!)).toMatchObject({ flags: 'RA', acknowledgment: 6 });
  });

  test.each(['127.0.0.1', '0.0.0.0', '10.0.2.9', '10.0.2.3'])('to %s is refused', async (to) => {
    const guest = await FrameGuest.open();
    expect(guest.send(tcpFrame({ flags: 'S', to, toPort: 80 })).map(heardTcp)).toMatchObject([{ flags: 'RA' }]);
    expect(guest.host.sockets.streams).toEqual([]);
  });
});

describe('a connection of the guest that is not to be', () => {
  test('with restrict goes only where guestForward leads', async () => {
    const target = { address: '127.0.0.1', port: 8080 };
    const guest = await FrameGuest.open({
      restrict: true,
      guestForward: [{ address: '10.0.2.100', port: 80, target }],
    });
    for (const [to, toPort] of [
      ['192.0.2.1', 80],
      ['10.0.2.2', 80],
      ['10.0.2.3', 53],
      ['10.0.2.100', 81],
    ] as const)
      expect(guest.send(tcpFrame({ flags: 'S', to, toPort })).map(heardTcp)).toMatchObject([{ flags: 'RA' }]);
    guest.send(tcpFrame({ flags: 'S', to: '10.0.2.100', toPort: 80 }));
    expect(guest.host.sockets.streams).toMatchObject([{ target }]);
  });

  test('that the guest gives up is broken at the host', async () => {
    const guest = await FrameGuest.open();
    guest.send(tcpFrame({ flags: 'S', sequence: 5 }), tcpFrame({ flags: 'R', sequence: 6 }));
    expect(guest.host.sockets.streams[0]!.isDestroyed).toBe(true);
  });

  test('at most 256 wait for the host', async () => {
    const guest = await FrameGuest.open();
    for (let fromPort = 1; fromPort <= 300; fromPort++) guest.send(tcpFrame({ flags: 'S', fromPort }));
    expect(guest.host.sockets.streams).toHaveLength(256);
  });
});

describe('a broken connection', () => {
  test('resets the host when the guest resets', async () => {
    const client = await Client.connect();
    expect(client.send({ flags: 'RA' })).toEqual([]);
    expect([client.stream.isDestroyed, client.guest.network.connections]).toEqual([true, 0]);
  });

  test('a reset that doesn’t fit exactly is asked for again', async () => {
    const client = await Client.connect();
    expect(client.send({ flags: 'R', sequence: client.sequence + 5 })).toMatchObject([{ flags: 'A' }]);
    expect(client.send({ flags: 'R', sequence: client.sequence - 5 })).toEqual([]);
    expect(client.stream.isDestroyed).toBe(false);
  });

  test('resets the guest when the host resets', async () => {
    const client = await Client.connect();
    client.stream.events.failed('reset');
    expect(client.heard()).toMatchObject([{ flags: 'RA' }]);
  });

  test('a SYN in the middle is answered with where we are', async () => {
    const client = await Client.connect();
    expect(client.send({ flags: 'S' })).toMatchObject([{ flags: 'A', acknowledgment: client.sequence }]);
  });

  test('an acknowledgment of what was never sent is corrected', async () => {
    const client = await Client.connect();
    expect(client.send({ flags: 'A', acknowledgment: client.acknowledgment + 1 })).toMatchObject([{ flags: 'A' }]);
  });

  test('a guest that is silent for hours is asked, and forgotten if it says nothing', async () => {
    const client = await Client.connect();
    const [alive] = client.wait(2 * 60 * 60 * 1000);
    expect(alive).toMatchObject({ flags: 'A', sequence: client.acknowledgment - 1 });
    client.send({ flags: 'A' });
    expect(client.wait(60 * 60 * 1000)).toEqual([]);
    client.wait(3 * 60 * 60 * 1000);
    expect([client.stream.isDestroyed, client.guest.network.connections]).toEqual([true, 0]);
  });

  test('where there is no connection is reset', async () => {
    const guest = await FrameGuest.open();
    const answers = guest.send(
      tcpFrame({ flags: 'A', sequence: 3, acknowledgment: 77 }),
      tcpFrame({ flags: 'F', sequence: 3, data: [1, 2] }),
      tcpFrame({ flags: 'R', sequence: 3 }),
    );
    expect(answers.map(heardTcp)).toMatchObject([
      { flags: 'R', sequence: 77 },
      { flags: 'RA', sequence: 0, acknowledgment: 6 },
    ]);
  });
});

describe('when the host ends first', () => {
  async function ended(): Promise<Client> {
    const client = await Client.connect();
    client.stream.events.ended();
    const [end] = client.heard();
    client.acknowledgment = end!.sequence + 1;
    client.send({ flags: 'A' });
    client.send({ flags: 'FA' });
    return client;
  }

  test('the connection is remembered for a minute: what comes twice is acknowledged', async () => {
    const client = await ended();
    expect(client.guest.network.connections).toBe(0);
    expect(client.send({ flags: 'FA' })).toMatchObject([{ flags: 'A', acknowledgment: client.sequence + 1 }]);
    client.wait(61_000);
    expect(client.send({ flags: 'A' })).toMatchObject([{ flags: 'R' }]);
    expect(client.guest.host.timers.size).toBe(0);
  });

  test('a new one from the same port takes its place', async () => {
    const client = await ended();
    client.send({ flags: 'S', sequence: client.sequence + 5000, options: OPTIONS });
    expect(client.guest.host.sockets.streams).toHaveLength(2);
  });

  test('both may end at once', async () => {
    const client = await Client.connect();
    client.stream.events.ended();
    const [end] = client.heard();
    expect(client.send({ flags: 'FA' })).toMatchObject([{ flags: 'A', acknowledgment: client.sequence + 1 }]);
    client.sequence++;
    client.send({ flags: 'A', acknowledgment: end!.sequence + 1 });
    expect(client.guest.network.connections).toBe(0);
  });
});

describe('a port of the host that leads to the guest', () => {
  const hostForward = [{ hostAddress: '127.0.0.1', hostPort: 2222, guestPort: 22 }];

  function connect(guest: FrameGuest): FakeStream {
    let stream: FakeStream | undefined;
    guest.host.sockets.listeners[0]!.connect({
      ...{ address: '127.0.0.1', port: 3333 },
      accept: (events) => {
        stream = new FakeStream(events);
        return stream;
      },
    });
    return stream!;
  }

  async function arrived() {
    const guest = await FrameGuest.open({ hostForward });
    return { guest, stream: connect(guest) };
  }

  test('asks who has the address, and then asks for a connection', async () => {
    const { guest, stream } = await arrived();
    expect(guest.heard().map(({ type }) => type)).toEqual([0x0806]);
    const [syn] = guest.send(arpFrame(2, '10.0.2.15', '10.0.2.2')).map(heardTcp);
    expect(syn).toMatchObject({ flags: 'S', from: '10.0.2.2', fromPort: 3333, toPort: 22 });
    stream.events.data(Uint8Array.from(ascii('early')));
    stream.events.ended();
    const acknowledgment = syn!.sequence + 1;
    const ends = { fromPort: 22, toPort: 3333, sequence: 500 };
    const answers = guest.send(tcpFrame({ ...ends, flags: 'SA', acknowledgment, options: OPTIONS })).map(heardTcp);
    expect(answers.map(({ flags }) => flags)).toEqual(['PA', 'FA', 'A'].slice(0, answers.length));
    expect(textOf(answers.flatMap(({ data }) => data))).toBe('early');
    guest.send(tcpFrame({ ...ends, flags: 'PA', sequence: 501, acknowledgment, data: ascii('hi') }));
    expect(stream.text).toBe('hi');
  });

  test('has another port where the guest is asking for a connection with the same ones', async () => {
    const guest = await FrameGuest.open({ hostForward });
    guest.send(arpFrame(2, '10.0.2.15', '10.0.2.2'));
    guest.send(tcpFrame({ flags: 'S', fromPort: 22, toPort: 3333, sequence: 7 }));
    connect(guest);
    const [syn] = guest.heard().map(heardTcp);
    expect(syn).toMatchObject({ flags: 'S', toPort: 22 });
    expect(syn!.fromPort).not.toBe(3333);
    guest.host.sockets.streams[0]!.events.opened();
    expect(guest.heard().map(heardTcp)).toMatchObject([{ flags: 'SA', fromPort: 3333, acknowledgment: 8 }]);
    guest.send(tcpFrame({ flags: 'RA', fromPort: 22, toPort: 3333, sequence: 8 }));
    expect(guest.network.connections).toBe(1);
  });

  test('breaks when the guest refuses, or never answers', async () => {
    const { guest, stream } = await arrived();
    const [, syn] = guest.send(arpFrame(2, '10.0.2.15', '10.0.2.2'));
    const { sequence } = heardTcp(syn!);
    guest.send(tcpFrame({ fromPort: 22, toPort: 3333, flags: 'RA', acknowledgment: sequence + 1 }));
    expect(stream.isDestroyed).toBe(true);
    const { stream: second, guest: silent } = await arrived();
    silent.host.timers.advance(600_000);
    expect(second.isDestroyed).toBe(true);
  });
});
