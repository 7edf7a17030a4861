import { expect, test } from 'vitest';
import { FrameReader, frame, Opcode, WebSocketError } from '../../../../src/node/web-socket/frames.ts';
import { Random } from '../../../support/random.ts';

/** A reader, and its results. */
function reader() {
  const given = { data: [] as number[], pings: [] as number[][], isClosed: false };
  const taker = {
    data: (bytes: Uint8Array) => void given.data.push(...bytes),
    ping: (bytes: Uint8Array) => void given.pings.push([...bytes]),
    close: () => {
      given.isClosed = true;
    },
  };
  return { given, frames: new FrameReader(taker) };
}

/** A client's frame: that of a server, masked (RFC 6455, 5.3). */
function masked(opcode: number, bytes: Uint8Array, mask: readonly number[]): Uint8Array {
  const plain = frame(opcode, bytes);
  const header = plain.subarray(0, plain.length - bytes.length);
  const result = Uint8Array.from([...header, ...mask, ...bytes.map((byte, n) => byte ^ mask[n & 3]!)]);
  result[1]! |= 0x80;
  return result;
}

test('what a client sends comes out as it went in, however it is cut', () => {
  const random = new Random(3);
  const lengths = [0, 1, 125, 126, 4_000, 65_535, 65_536, 70_001];
  const messages = lengths.map((length) => Uint8Array.from({ length }, () => random.word()));
  const mask = () => Array.from({ length: 4 }, () => random.below(256));
  const sent = messages.flatMap((bytes, n) => [
    masked(n === 3 ? Opcode.continuation : Opcode.binary, bytes, mask()),
    masked(Opcode.ping, Uint8Array.of(n), mask()),
  ]);
  const stream = Uint8Array.from(
    [...sent, masked(Opcode.close, Uint8Array.of(3, 232), mask())].flatMap((one) => [...one]),
  );
  const { given, frames } = reader();
  for (let at = 0; at < stream.length; ) {
    const length = 1 + random.below(at % 3 === 0 ? 7 : 20_000);
    frames.push(stream.subarray(at, at + length));
    at += length;
  }
  expect(Buffer.from(given.data).equals(Buffer.concat(messages))).toBe(true);
  expect(given.pings).toEqual(lengths.map((_, n) => [n]));
  expect(given.isClosed).toBe(true);
});

test('what follows the end is for nobody', () => {
  const { given, frames } = reader();
  frames.push(masked(Opcode.close, Uint8Array.of(), [1, 2, 3, 4]));
  frames.push(masked(Opcode.binary, Uint8Array.of(9), [1, 2, 3, 4]));
  expect(given.data).toEqual([]);
});

test.each([
  ['that is not masked', frame(Opcode.binary, Uint8Array.of(1, 2, 3, 4)), 'must be masked'],
  ['of text', masked(1, Uint8Array.of(65), [0, 0, 0, 0]), 'kind 1 is not supported'],
  ['of control that is too long', masked(Opcode.ping, new Uint8Array(126), [0, 0, 0, 0]), 'kind 9 is not supported'],
])('a frame %s is refused', (_, bytes, message) => {
  const push = () => reader().frames.push(bytes);
  expect(push).toThrow(WebSocketError);
  expect(push).toThrow(message);
});
