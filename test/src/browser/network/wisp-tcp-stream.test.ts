import { expect, test } from 'vitest';
import { ByteRoom } from '../../../../src/browser/network/byte-room.ts';
import type { WispRelay } from '../../../../src/browser/network/wisp/relay.ts';
import type { RelayEvents } from '../../../../src/browser/network/wisp/stream.ts';
import { WispTcpStream } from '../../../../src/browser/network/wisp/tcp-stream.ts';
import type { Timers } from '../../../../src/network/host.ts';

const timers: Timers = { now: () => 0, after: () => () => {}, soon: () => {} };

/** A connection that shares a room, and what its guest hears. The relay's side is `relay`. */
function connect(room: ByteRoom) {
  let relay!: RelayEvents;
  const closed = { isTrue: false };
  const opened = {
    open: (_target: unknown, events: RelayEvents) => {
      relay = events;
      return { close: () => Object.assign(closed, { isTrue: true }), send: () => {} };
    },
  };
  const heard: string[] = [];
  const stream = new WispTcpStream(
    { relay: opened as unknown as WispRelay, timers, room },
    { host: 'server.example', port: 7 },
    {
      opened: () => {},
      data: (bytes) => heard.push(new TextDecoder().decode(bytes)),
      ended: () => heard.push('END'),
      failed: (why) => heard.push(why),
    },
  );
  relay.answered();
  return { stream, relay, heard, closed };
}

const bytesOf = (text: string) => new TextEncoder().encode(text);

test('connections that nobody reads share one room; one that is read needs none', () => {
  const room = new ByteRoom(10);
  const [first, second, third] = [connect(room), connect(room), connect(room)];
  for (const { stream } of [first, second]) stream.setReading(false);
  first.relay.data(bytesOf('sixsix'));
  second.relay.data(bytesOf('four'));
  third.relay.data(bytesOf('a hundred'));
  second.relay.data(new Uint8Array());
  expect([first.heard, second.heard, third.heard]).toEqual([[], [], ['a hundred']]);
  second.relay.data(bytesOf('x'));
  expect([second.heard, second.closed.isTrue]).toEqual([['reset'], true]);
  first.relay.data(bytesOf('more'));
  first.stream.setReading(true);
  expect(first.heard).toEqual(['sixsixmore']);
  expect(room.take(10)).toBe(true);
});

test('what waits takes no more than its bytes, in however many packets it comes', () => {
  const { stream, relay, heard } = connect(new ByteRoom(100_000));
  stream.setReading(false);
  for (let n = 0; n < 100_000; n++) {
    relay.data(bytesOf('x'));
    relay.data(new Uint8Array());
  }
  relay.closed(2);
  expect(heard).toEqual([]);
  stream.setReading(true);
  expect(heard.map((text) => text.length)).toEqual([65536, 34464, 3]);
});

test('what waits for a connection that is broken leaves its room', () => {
  const room = new ByteRoom(10);
  const { stream, relay } = connect(room);
  stream.setReading(false);
  relay.data(bytesOf('0123456789'));
  stream.destroy();
  expect(room.take(10)).toBe(true);
});
