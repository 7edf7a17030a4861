import { expect, test, vi } from 'vitest';
import { ByteRoom } from '../../../../src/browser/network/byte-room.ts';
import { HttpRequestReader } from '../../../../src/browser/network/http-request.ts';

const bytesOf = (text: string) => new TextEncoder().encode(text);

/** The result of a reader for bytes that come in pieces of a size. */
function read(bytes: Uint8Array, size: number, room = new ByteRoom(1 << 26)) {
  const reader = new HttpRequestReader(room);
  for (let at = 0; at < bytes.length; at += size) {
    const request = reader.push(bytes.subarray(at, at + size));
    if (request) return request;
  }
  return undefined;
}

const post = (length: number) => bytesOf(`POST /a HTTP/1.1\r\nX-One: 1\r\ncontent-length: ${length}\r\n\r\n`);

test.each([1, 2, 3, 7, 1000])('a request in pieces of %i bytes', (size) => {
  const request = read(Buffer.concat([post(5), bytesOf('wordsrest')]), size)!;
  expect(request).toMatchObject({ method: 'POST', target: '/a', headers: [['x-one', '1'], expect.anything()] });
  expect(new TextDecoder().decode(request.body)).toBe('words');
});

test('a long body in small pieces takes no more work for each than its own bytes', () => {
  const body = Uint8Array.from({ length: 16 << 20 }, (_, n) => n % 251);
  expect(Buffer.compare(read(Buffer.concat([post(body.length), body]), 128)!.body, body)).toBe(0);
});

test('a long head in small pieces is looked at once', () => {
  const head = bytesOf(`GET / HTTP/1.1\r\nx: ${'\r'.repeat(16000)}`);
  const looks = vi.spyOn(Uint8Array.prototype, 'indexOf');
  expect(read(head, 1)).toBeUndefined();
  expect(looks.mock.calls.length).toBeLessThan(10 * head.length);
  looks.mockRestore();
});

test.each([
  ['GET nothing\r\n\r\n', 'no request'],
  ['get / HTTP/1.1\r\n', 'no request'],
  ['GET / HTTP/1.1\r\nbroken\r\n\r\n', 'no request'],
  ['POST / HTTP/1.1\r\ncontent-length: -1\r\n\r\n', 'no request'],
  ['POST / HTTP/1.1\r\ntransfer-encoding: chunked\r\n\r\n', 'unknown length'],
  [`GET /${'a'.repeat(20000)}`, 'long head'],
  ['POST / HTTP/1.1\r\ncontent-length: 1001\r\n\r\n', 'long body'],
])('%j is refused', (text, why) => {
  for (const size of [3, 100_000]) expect(() => read(bytesOf(text), size, new ByteRoom(1000))).toThrow(why);
});

test('requests share the room for their bodies, and give it back', () => {
  const room = new ByteRoom(1000);
  const [first, second] = [new HttpRequestReader(room), new HttpRequestReader(room)];
  expect(first.push(post(600))).toBeUndefined();
  expect(() => second.push(post(401))).toThrow('no room');
  expect(read(post(400), 100, room)).toBeUndefined();
  first.release();
  first.release();
  const third = new HttpRequestReader(room);
  expect(third.push(post(600))).toBeUndefined();
  expect(() => new HttpRequestReader(room).push(post(1))).toThrow('no room');
});
