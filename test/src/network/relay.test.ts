import { expect, test } from 'vitest';
import type { Timers } from '../../../src/network/host.ts';
import { RelayBackend } from '../../../src/network/relay.ts';
import { RelayServer } from '../../support/network/relay-server.ts';

/** Nothing waits here. */
const timers: Timers = {
  now: () => performance.now(),
  after: (_milliseconds, act) => {
    const timer = setTimeout(act, 1);
    return () => clearTimeout(timer);
  },
  soon: (act) => void setImmediate(act),
};

const frame = (length: number, fill: number): Uint8Array => new Uint8Array(length).fill(fill);

/** The next frame that comes to one of them. */
function next(backend: RelayBackend): Promise<Uint8Array> {
  return new Promise((resolve) => {
    backend.onFrame = (frame) => {
      resolve(frame.slice());
      return true;
    };
  });
}

test('a relay passes frames on, each as a message', async () => {
  await using relay = await RelayServer.start();
  const [one, other] = await Promise.all([1, 2].map(() => RelayBackend.open(relay.url, timers, () => {})));
  for (const length of [14, 60, 125, 126, 1514]) {
    const received = next(other!);
    one!.send(frame(length, length));
    expect(await received).toEqual(frame(length, length));
  }
  await Promise.all([one!.close(), other!.close()]);
});

test('what is no frame is for nobody', async () => {
  await using relay = await RelayServer.start();
  const [one, other] = await Promise.all([1, 2].map(() => RelayBackend.open(relay.url, timers, () => {})));
  const received = next(other!);
  relay.say('welcome');
  relay.send(frame(1 << 20, 1));
  one!.send(frame(13, 1));
  one!.send(frame(60, 2));
  expect(await received).toEqual(frame(60, 2));
  await Promise.all([one!.close(), other!.close()]);
});

test('a relay that is lost is asked for until it is there again', async () => {
  const first = await RelayServer.start();
  const { port, url } = first;
  const told: string[] = [];
  const isBack = Promise.withResolvers<void>();
  const one = await RelayBackend.open(url, timers, (message) => {
    told.push(message);
    if (told.length === 2) isBack.resolve();
  });
  await first[Symbol.asyncDispose]();
  await using again = await RelayServer.start(port);
  await isBack.promise;
  expect(told).toEqual([
    `the relay ${url} has closed the connection; it is asked for again and again`,
    `the relay ${url} is there again`,
  ]);
  const other = await RelayBackend.open(again.url, timers, () => {});
  const received = next(other);
  one.send(frame(60, 3));
  expect(await received).toEqual(frame(60, 3));
  await Promise.all([one.close(), other.close()]);
});

test.each(['ws://127.0.0.1:1/', 'http://127.0.0.1/', 'ws:', 'nothing'])('there is no relay at %s', async (url) => {
  await expect(RelayBackend.open(url, timers, () => {})).rejects.toThrow(url);
});
