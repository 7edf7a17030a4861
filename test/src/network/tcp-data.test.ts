import { describe, expect, test } from 'vitest';
import { ascii, tcpFrame } from '../../support/network/frame-guest.ts';
import { Client, ISS } from '../../support/network/tcp-client.ts';

describe('data that the host does not take', () => {
  test('beyond the window is not taken', async () => {
    const client = await Client.connect();
    client.stream.takes = false;
    for (let n = 0; n < 300; n++)
      client.send({ flags: 'A', sequence: client.sequence + n * 1000, data: Array(1000).fill(n & 255) });
    const [full] = client.send({ flags: 'A', sequence: client.sequence + 0x40000, data: [1] });
    expect(full).toMatchObject({ window: 0, acknowledgment: client.sequence + 0x40000 });
    // The window opens by itself when the host takes the bytes.
    client.stream.take();
    expect(client.stream.written).toHaveLength(0x40000);
    expect(client.heard().at(-1)!.window << 3).toBeGreaterThan(0x20000);
  });

  test('that comes byte by byte takes no more memory than that of one piece, while the host takes none', async () => {
    const client = await Client.connect();
    client.stream.takes = false;
    const bytes = Array.from({ length: 3000 }, (_, n) => n & 255);
    for (const [n, byte] of bytes.entries()) {
      client.send({ flags: 'A', sequence: client.sequence + n, data: [byte] });
      await new Promise((turn) => setImmediate(turn));
    }
    expect(client.stream.held).toBeLessThan(0x20000);
    client.stream.take();
    client.stream.take();
    expect(client.stream.written).toEqual(bytes);
  });
});

describe('data of the guest', () => {
  test('reaches the host at once, and is acknowledged once', async () => {
    const client = await Client.connect();
    const { network } = client.guest;
    const { sequence, acknowledgment } = client;
    network.send(tcpFrame({ flags: 'A', sequence, acknowledgment, data: ascii('one ') }));
    network.send(tcpFrame({ flags: 'PA', sequence: sequence + 4, acknowledgment, data: ascii('two') }));
    expect(client.heard()).toMatchObject([{ flags: 'A', acknowledgment: sequence + 7 }]);
    expect(client.stream.text).toBe('one two');
  });

  test('that comes out of order is put in order, with an acknowledgment of each', async () => {
    const client = await Client.connect();
    const at = (offset: number, text: string) =>
      client
        .send({ flags: 'A', sequence: ISS + 1 + offset, data: ascii(text) })
        .map(({ acknowledgment }) => acknowledgment - ISS - 1);
    expect(at(8, 'ij')).toEqual([0]);
    expect(at(4, 'ef')).toEqual([0]);
    expect(at(4, 'efgh')).toEqual([0]);
    expect(at(0, 'abcd')).toEqual([10]);
    expect(at(2, 'cdefghijkl')).toEqual([12]);
    expect(client.stream.text).toBe('abcdefghijkl');
  });

  test('an end reaches the host, which may go on to send', async () => {
    const client = await Client.connect();
    const acknowledged = client.send({ flags: 'FA', data: ascii('bye') });
    expect(acknowledged.at(-1)).toMatchObject({ flags: 'A', acknowledgment: client.sequence + 4 });
    expect([client.stream.text, client.stream.hasEnded, client.stream.isDestroyed]).toEqual(['bye', true, false]);
    client.sequence += 4;
    const [more] = client.fromHost(10);
    expect(more).toMatchObject({ flags: 'PA', data: { length: 10 } });
    client.stream.events.ended();
    const [end] = client.heard();
    expect(end!.flags).toBe('FA');
    client.acknowledgment = end!.sequence + 1;
    client.send({ flags: 'A' });
    expect(client.guest.network.connections).toBe(0);
    expect(client.send({ flags: 'A' })).toMatchObject([{ flags: 'R' }]);
  });

  test('an end out of order counts in its turn', async () => {
    const client = await Client.connect();
    client.send({ flags: 'FA', sequence: client.sequence + 3, data: ascii('def') });
    expect(client.stream.hasEnded).toBe(false);
    client.send({ flags: 'A', data: ascii('abc') });
    expect([client.stream.text, client.stream.hasEnded]).toEqual(['abcdef', true]);
  });
});

describe('data of the host', () => {
  test('is cut into segments; only the last is pushed', async () => {
    const client = await Client.connect();
    const segments = client.fromHost(3000);
    expect(segments.map(({ flags, data }) => [flags, data.length])).toEqual([
      ['A', 1460],
      ['A', 1460],
      ['PA', 80],
    ]);
    expect(segments.flatMap(({ data }) => data)).toEqual(Array.from({ length: 3000 }, (_, n) => (n * 7) & 255));
  });

  test('begins with ten segments and grows by what is acknowledged', async () => {
    const client = await Client.connect();
    const first = client.fromHost(100_000);
    expect(first).toHaveLength(10);
    expect(client.send({ flags: 'A', acknowledgment: client.acknowledgment + 14_600 })).toHaveLength(20);
  });

  test('waits for the window, which is probed while it is closed', async () => {
    const client = await Client.connect(0);
    expect(client.fromHost(5000)).toEqual([]);
    const probe = (wait: number) => client.wait(wait).map(({ data }) => data.length);
    // After 200 ms, and each time twice as long.
    expect([probe(199), probe(1), probe(399), probe(1), probe(799), probe(1)]).toEqual([[], [1], [], [1], [], [1]]);
    // For as long as it takes, when the guest answers.
    for (let n = 0; n < 40; n++) {
      client.wait(60_000);
      client.send({ flags: 'A', window: 0 });
    }
    const opened = client.send({ flags: 'A', window: 1000 });
    expect(opened.map(({ data }) => data.length)).toEqual([1460, 1460]);
  });
});

describe('data of the host that finds no way', () => {
  test('that is lost is sent again after a timeout, later and later, and at last given up', async () => {
    const client = await Client.connect();
    client.fromHost(100);
    const times: number[] = [];
    for (let now = 0; now < 700_000 && !client.stream.isDestroyed; now += 100)
      if (client.wait(100).some(({ data }) => data.length === 100)) times.push(now + 100);
    expect(times.slice(0, 4)).toEqual([200, 600, 1400, 3000]);
    expect(times).toHaveLength(15);
    expect(client.stream.isDestroyed).toBe(true);
    expect(client.guest.network.connections).toBe(0);
  });

  test('that is lost is sent again after three repeated acknowledgments', async () => {
    const client = await Client.connect();
    const [lost] = client.fromHost(14_600);
    expect([1, 2, 3].map(() => client.send({ flags: 'A' }).map(({ sequence }) => sequence))).toEqual([
      [],
      [],
      [lost!.sequence],
    ]);
    // Two were lost: what is acknowledged in part says which.
    const next = client.send({ flags: 'A', acknowledgment: lost!.sequence + 2920 });
    expect(next[0]!.sequence).toBe(lost!.sequence + 2920);
  });

  test('holds the host back until the guest has taken some', async () => {
    const client = await Client.connect();
    client.stream.events.data(new Uint8Array(0x30000));
    expect(client.stream.isReading).toBe(false);
    for (let n = 0; n < 100 && !client.stream.isReading; n++) {
      const last = client.heard().at(-1);
      if (last) client.acknowledgment = last.sequence + last.data.length;
      client.guest.network.send(
        tcpFrame({ flags: 'A', sequence: client.sequence, acknowledgment: client.acknowledgment }),
      );
    }
    expect(client.stream.isReading).toBe(true);
  });

  test('waits where the card has no room, and goes on when it has', async () => {
    const client = await Client.connect();
    client.guest.hasRoom = false;
    expect(client.fromHost(14_600)).toEqual([]);
    expect(client.wait(10_000)).toEqual([]);
    client.guest.hasRoom = true;
    client.guest.network.resume();
    expect(client.heard()).toHaveLength(10);
  });
});
