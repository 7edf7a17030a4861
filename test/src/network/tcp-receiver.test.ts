import { describe, expect, test } from 'vitest';
import { Receiver } from '../../../src/network/tcp/receiver.ts';
import type { parseSegment, Segment } from '../../../src/network/tcp/segment.ts';
import { Random } from '../../support/random.ts';

const FIN = 1;
const WINDOW = 0x40000;

/** A receiver that was promised its whole window, and what it delivers. */
function receiver() {
  const delivered: number[] = [];
  const made = new Receiver(0, 1460, true, (data) => delivered.push(...data));
  made.window();
  return { receiver: made, delivered };
}

/** The part of a stream that a segment has. */
function segment(stream: Uint8Array, from: number, to: number, flags = 0): Segment {
  const data = stream.slice(from, to);
  const length = data.length + (flags & FIN);
  return { sequence: from, data, flags, length } as Partial<ReturnType<typeof parseSegment>> as Segment;
}

describe('segments that come before their turn', () => {
  test('and overlap take no more room than the window', () => {
    const { receiver: one, delivered } = receiver();
    const stream = new Uint8Array(WINDOW).map((_, n) => n * 7);
    for (let from = 1; from <= 256; from++) one.take(segment(stream, from, from + 60_000));
    expect(one.early).toBe(60_255);
    one.take(segment(stream, 0, 1));
    expect([one.next, one.early]).toEqual([60_256, 0]);
    expect(delivered).toEqual([...stream.subarray(0, 60_256)]);
  });

  test('however they are cut, doubled and mixed, are put together once', () => {
    const random = new Random(7);
    for (let round = 0; round < 200; round++) {
      const { receiver: one, delivered } = receiver();
      const stream = new Uint8Array(random.below(3000)).map(() => random.below(256));
      for (let n = 0; n < 40; n++) {
        const from = 1 + random.below(stream.length + 1);
        const to = Math.min(from + random.below(400), stream.length);
        const isLast = to === stream.length && random.below(2) === 0;
        one.take(segment(stream, Math.min(from, to), to, isLast ? FIN : 0));
        expect(one.early).toBeLessThanOrEqual(stream.length);
      }
      while (one.next < stream.length)
        one.take(segment(stream, Math.max(one.next - 5, 0), Math.min(one.next + 90, stream.length)));
      one.take(segment(stream, stream.length, stream.length, FIN));
      expect([one.hasEnded, one.next]).toEqual([true, stream.length + 1]);
      expect(delivered).toEqual([...stream]);
    }
  });
});
