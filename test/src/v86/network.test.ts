import { expect, test } from 'vitest';
import type { NetworkBackend } from '../../../src/index.ts';
import { BusNetwork } from '../../../src/v86/network.ts';

const frame = (n: number) => new Uint8Array(60).fill(n);

function network() {
  const [sent, received, taken] = [[], [], []] as [number[], number[], number[]];
  const bus = new BusNetwork({
    sent: (bytes) => sent.push(bytes[0]!),
    received: (length) => received.push(length),
  });
  const card = { hasRoom: true };
  bus.onFrame = (bytes) => {
    if (card.hasRoom) taken.push(bytes[0]!);
    return card.hasRoom;
  };
  return { bus, card, sent, received, taken };
}

test('frames of the guest go to listeners and to the relay, and those of the relay to the guest', () => {
  const { bus, sent, received, taken } = network();
  const relayed: number[] = [];
  const relay: NetworkBackend = {
    send: (bytes) => void relayed.push(bytes[0]!),
    onFrame: () => true,
    resume() {},
    close: async () => {},
  };
  bus.send(frame(1));
  bus.connect(relay);
  bus.send(frame(2));
  relay.onFrame(frame(3));
  bus.receive(frame(4));
  expect({ sent, relayed, taken, received }).toEqual({ sent: [1, 2], relayed: [2], taken: [3, 4], received: [60, 60] });
});

test('frames wait, in their order, while the guest has no room, and the 257th is lost', () => {
  const { bus, card, taken } = network();
  card.hasRoom = false;
  const bytes = frame(0);
  for (let n = 0; n < 257; n++) bus.receive(bytes.fill(n));
  card.hasRoom = true;
  bus.resume();
  bus.receive(frame(7));
  expect(taken).toEqual([...Array.from({ length: 256 }, (_, n) => n), 7]);
});

test('a relay that comes when all is over is let go', async () => {
  const { bus } = network();
  await bus.close();
  let isClosed = false;
  bus.connect({
    send() {},
    onFrame: () => true,
    resume() {},
    close: async () => {
      isClosed = true;
    },
  });
  expect(isClosed).toBe(true);
});
