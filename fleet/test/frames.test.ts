import { PassThrough } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { type Frame, framesOf, writeFrame } from '../src/confined/frames.ts';

const NONE = new Uint8Array(0);

/** All frames of a stream, with 10 bytes each at most. */
async function read(from: AsyncIterable<Buffer>): Promise<Frame[]> {
  const frames: Frame[] = [];
  for await (const frame of framesOf(from, () => 10)) frames.push(frame);
  return frames;
}

/** The bytes of a frame whose lengths are what they say. */
function framed(head: string, bytes: number, headLength = head.length): Buffer {
  const lengths = Buffer.alloc(8);
  lengths.writeUInt32LE(headLength, 0);
  lengths.writeUInt32LE(bytes, 4);
  return Buffer.concat([lengths, Buffer.from(head)]);
}

describe('frames', () => {
  test('come as they were written, in whatever parts', async () => {
    const sent = new PassThrough();
    const frames = [
      { head: { a: 'ü' }, bytes: NONE },
      { head: [], bytes: new Uint8Array([1, 2, 3]) },
      { head: null, bytes: new Uint8Array(10) },
    ];
    for (const frame of frames) writeFrame(sent, frame, () => {});
    const whole = Buffer.concat((await sent.end().toArray()) as Buffer[]);
    for (const size of [1, 3, 1000]) {
      const parts = Array.from({ length: Math.ceil(whole.length / size) }, (_, n) =>
        whole.subarray(n * size, (n + 1) * size),
      );
      const came = await read(PassThrough.from(parts));
      expect(came.map(({ head, bytes }) => ({ head, bytes: new Uint8Array(bytes) }))).toEqual(frames);
    }
  });

  test('of which a part is missing at the end are none', async () => {
    const whole = framed('{}', 3);
    for (let length = 0; length < whole.length + 3; length++)
      expect(await read(PassThrough.from([Buffer.concat([whole, NONE]).subarray(0, length)]))).toEqual([]);
  });

  test.each([
    [framed('{}', 0, 0xffff_ffff), 'a head of 4294967295 bytes, 4194304 at most'],
    [framed('{}', 11), '11 bytes with a message, 10 at most'],
    [framed('{}', 0xffff_ffff), '4294967295 bytes with a message, 10 at most'],
    [framed('{{', 0), 'a head that is not JSON'],
    [framed('', 0), 'a head that is not JSON'],
    [Buffer.from('\0\0\0\x04ABCD'), /a head of \d+ bytes/],
  ])('that are none are refused: %o', async (bytes, error) => {
    await expect(read(PassThrough.from([bytes]))).rejects.toThrow(error);
  });
});
