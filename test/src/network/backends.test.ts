import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { NetworkBackend } from '../../../src/network/backend.ts';
import { FrameReader, packFrame } from '../../../src/network/frame-stream.ts';
import { NetworkHub } from '../../../src/network/hub.ts';
import { LimitedBackend } from '../../../src/network/limit.ts';
import { CapturedBackend } from '../../../src/network/pcap.ts';
import { FakeTimers } from '../../support/network/fake-host.ts';
import { arpFrame, FrameGuest } from '../../support/network/frame-guest.ts';

/** A backend that keeps what it gets. */
class Sink implements NetworkBackend {
  onFrame: (frame: Uint8Array) => boolean = () => true;
  readonly sent: number[] = [];
  resumed = 0;
  send(frame: Uint8Array): void {
    this.sent.push(frame.length);
  }
  resume(): void {
    this.resumed++;
  }
  async close(): Promise<void> {}
}

const frame = (length: number, fill = 0): Uint8Array => new Uint8Array(length).fill(fill);

describe("frames in a stream, as QEMU's socket network has them", () => {
  test('have their length before them', () => {
    expect([...packFrame(Uint8Array.of(7, 8, 9))]).toEqual([0, 0, 0, 3, 7, 8, 9]);
  });

  test('are found however the stream is cut', () => {
    const frames = fc.array(fc.uint8Array({ minLength: 1, maxLength: 40 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(frames, fc.array(fc.nat(20), { maxLength: 40 }), (frames, cuts) => {
        const stream = frames.flatMap((frame) => [...packFrame(frame)]);
        const found: number[][] = [];
        const reader = new FrameReader((frame) => found.push([...frame]));
        for (const cut of cuts) expect(reader.push(Uint8Array.from(stream.splice(0, cut)))).toBe(true);
        reader.push(Uint8Array.from(stream));
        expect(found).toEqual(frames.map((frame) => [...frame]));
      }),
    );
  });

  test('that cannot be are found out', () => {
    const reader = new FrameReader(() => {});
    expect(reader.push(Uint8Array.of(0x47, 0x45, 0x54, 0x20))).toBe(false);
  });
});

describe('a hub', () => {
  test('gives each frame to all others', async () => {
    const hub = new NetworkHub();
    const heard: string[] = [];
    const ports = ['a', 'b', 'c'].map((name) => {
      const port = hub.connect();
      port.onFrame = (frame) => heard.push(`${name}${frame[0]}`) > 0;
      return port;
    });
    ports[0]!.send(frame(20, 1));
    expect(heard).toEqual(['b1', 'c1']);
    await ports[1]!.close();
    ports[2]!.send(frame(20, 2));
    expect(heard.slice(2)).toEqual(['a2']);
  });

  test('keeps up to 256 frames for one who has no room', () => {
    const hub = new NetworkHub();
    const [from, to] = [hub.connect(), hub.connect()];
    const heard: number[] = [];
    let hasRoom = false;
    to.onFrame = (frame) => hasRoom && heard.push(frame[0]!) > 0;
    for (let n = 0; n < 300; n++) from.send(frame(20, n));
    hasRoom = true;
    to.resume();
    from.send(frame(20, 255));
    expect(heard).toEqual([...Array.from({ length: 256 }, (_, n) => n & 255), 255]);
  });

  test('shares a user-mode network', async () => {
    const guest = await FrameGuest.open();
    const hub = new NetworkHub();
    hub.attach(guest.network);
    const port = hub.connect();
    const heard: number[] = [];
    port.onFrame = (frame) => heard.push(frame[13]!) > 0;
    port.send(arpFrame(1, '10.0.2.15', '10.0.2.2'));
    expect(heard).toEqual([6]);
  });
});

describe('a limit of bandwidth', () => {
  /** Bytes that pass in a second, from the guest and to it, where there are always more. */
  function pass(limit: number | undefined) {
    const [timers, sink] = [new FakeTimers(), new Sink()];
    const limited = new LimitedBackend(sink, timers);
    limited.setLimit(limit);
    let toGuest = 0;
    limited.onFrame = (frame) => {
      toGuest += frame.length;
      return true;
    };
    sink.resume = () => {
      while (toGuest < 1e8 && sink.onFrame(frame(1000)));
    };
    sink.resume();
    for (let n = 0; n < 1000; n++) {
      for (let k = 0; k < 100; k++) limited.send(frame(1000));
      timers.advance(1);
    }
    return { timers, limited, sink, toGuest: () => toGuest, fromGuest: () => sink.sent.length * 1000 };
  }

  test('holds both directions to it', () => {
    const { fromGuest, toGuest } = pass(8);
    for (const bytes of [fromGuest(), toGuest()]) {
      expect(bytes).toBeGreaterThan(900_000);
      expect(bytes).toBeLessThan(1_050_000);
    }
  });

  test('a small one still lets large frames pass', () => {
    const { fromGuest } = pass(0.05);
    expect(fromGuest()).toBeGreaterThanOrEqual(6000);
    expect(fromGuest()).toBeLessThan(11_000);
  });

  test('can be taken away and set while frames wait', () => {
    const { limited, sink, timers } = pass(1);
    const held = sink.sent.length;
    limited.setLimit(undefined);
    // What waited is at most 256 KB.
    const before = sink.sent.length;
    expect(before).toBeGreaterThan(held + 250);
    limited.send(frame(1000));
    expect(sink.sent.length).toBe(before + 1);
    limited.setLimit(1);
    for (let n = 0; n < 100; n++) limited.send(frame(1000));
    timers.advance(100);
    expect(sink.sent.length).toBeLessThan(before + 1 + 20);
  });
});

test('a capture has all frames that passed, in the format of pcap', async () => {
  const written: number[] = [];
  const sink = new Sink();
  const capture = { write: (bytes: Uint8Array) => void written.push(...bytes), close: () => void written.push(99) };
  const backend = new CapturedBackend(sink, capture, () => 1_500_000_000_123);
  backend.send(frame(20, 1));
  backend.onFrame = () => false;
  sink.onFrame(frame(20, 2));
  backend.onFrame = () => true;
  sink.onFrame(frame(15, 3));
  await backend.close();
  const header = [0xd4, 0xc3, 0xb2, 0xa1, 2, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 0, 0];
  const time = [0x00, 0x2f, 0x68, 0x59, 0x78, 0xe0, 1, 0];
  const record = (length: number, fill: number) => [...time, length, 0, 0, 0, length, 0, 0, 0, ...frame(length, fill)];
  expect(written).toEqual([...header, ...record(20, 1), ...record(15, 3), 99]);
});
