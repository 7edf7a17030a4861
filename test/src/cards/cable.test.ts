import { expect, test } from 'vitest';
import { frameAt, framedLength, putFrame } from '../../../runtime/host/frames.ts';
import { FRAME_CREDIT } from '../../../runtime/host/ports.ts';
import { Cable } from '../../../src/cards/cable.ts';
import type { NetworkBackend } from '../../../src/network/backend.ts';

/** A network that keeps what it was sent, and how often it may go on. */
class TestNetwork implements NetworkBackend {
  readonly sent: Uint8Array[] = [];
  resumed = 0;
  /** Called with each frame, to answer it at once. */
  answer: (frame: Uint8Array) => void = () => {};
  onFrame: (frame: Uint8Array) => boolean = () => true;
  send(frame: Uint8Array): void {
    this.sent.push(frame.slice());
    this.answer(frame);
  }
  resume(): void {
    this.resumed++;
  }
  async close(): Promise<void> {}
}

const frame = (length: number) => Uint8Array.from({ length }, (_, n) => (n + length) & 0xff);

function framed(...frames: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(frames.reduce((sum, each) => sum + framedLength(each), 0));
  let at = 0;
  for (const each of frames) at = putFrame(bytes, at, each);
  return bytes;
}

function unframed(bytes: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  let at = 0;
  for (let next = frameAt(bytes, 0); next !== undefined; next = frameAt(bytes, at)) {
    frames.push(next.slice());
    at += framedLength(next);
  }
  return frames;
}

function connected() {
  const network = new TestNetwork();
  const messages: Uint8Array[] = [];
  return { network, messages, cable: new Cable(network, (frames) => messages.push(frames)) };
}

test('frames of a stream arrive whole, however it is cut', async () => {
  const frames = [frame(14), frame(60), frame(1514), frame(300)];
  const bytes = framed(...frames);
  for (const size of [1, 7, 100, 5000]) {
    const { network, cable } = connected();
    for (let at = 0; at < bytes.length; at += size) await cable.receive(bytes.subarray(at, at + size));
    expect(network.sent).toEqual(frames);
  }
});

test('frames that come at the same time go in one message', async () => {
  const { network, messages } = connected();
  for (const length of [60, 61, 62]) expect(network.onFrame(frame(length))).toBe(true);
  expect(messages).toEqual([]);
  await Promise.resolve();
  expect(messages).toEqual([framed(frame(60), frame(61), frame(62))]);
});

test('no more is sent than the card has room for, and the network is told when it may go on', () => {
  const { network, messages, cable } = connected();
  let count = 0;
  while (network.onFrame(frame(1514))) count++;
  expect(count).toBe(Math.floor(FRAME_CREDIT / framedLength(frame(1514))));
  const sent = messages.reduce((sum, { length }) => sum + length, 0);
  expect(sent).toBeGreaterThan(FRAME_CREDIT - (128 << 10));
  expect(network.resumed).toBe(0);
  cable.taken(FRAME_CREDIT / 2);
  expect(network.resumed).toBe(1);
  expect(network.onFrame(frame(1514))).toBe(true);
});

test('what the network says at once is the answer to a request', async () => {
  const { network, messages, cable } = connected();
  network.answer = (asked) => void network.onFrame(asked.subarray(0, 20));
  network.onFrame(frame(40));
  expect(unframed(cable.exchange(framed(frame(60), frame(70))))).toEqual([
    frame(60).subarray(0, 20),
    frame(70).subarray(0, 20),
  ]);
  expect(messages).toEqual([framed(frame(40))]);
  await Promise.resolve();
  expect(messages.length).toBe(1);
});

test('after the end nothing goes either way', async () => {
  const { network, messages, cable } = connected();
  cable.close();
  await cable.receive(framed(frame(60)));
  expect(network.onFrame(frame(60))).toBe(true);
  await Promise.resolve();
  expect([network.sent, messages]).toEqual([[], []]);
});
