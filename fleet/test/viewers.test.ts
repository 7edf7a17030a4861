import { once } from 'node:events';
import { type Duplex, duplexPair } from 'node:stream';
import { setImmediate } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type ScreenKind, ScreenMessage, toScreen } from '../src/machines/screen-messages.ts';
import { Viewers } from '../src/machines/viewers.ts';

const id = 'ab'.repeat(16);

/** Viewers of a screen that is opened when a test says so, and the other ends of its connections. */
function viewersOf(isHeard: boolean) {
  const opening = Promise.withResolvers<void>();
  const ends: Duplex[] = [];
  const shown: ScreenKind[] = [];
  const screen = {
    async view() {
      await opening.promise;
      const [here, there] = duplexPair();
      ends.push(there);
      return here;
    },
    picture: async () => new Uint8Array(0),
  };
  const show = async (_: string, kind: ScreenKind) => {
    shown.push(kind);
    return isHeard;
  };
  return { viewers: new Viewers(screen, show), opening, ends, shown };
}

test('a viewer that leaves while its connection is being opened leaves none behind', async () => {
  const { viewers, opening, ends } = viewersOf(true);
  viewers.hear(toScreen(ScreenMessage.open, id));
  viewers.hear(toScreen(ScreenMessage.end, id));
  opening.resolve();
  await expect.poll(() => ends.length).toBe(1);
  await once(ends[0]!.resume(), 'end');
});

test('no more are being opened than may be open', async () => {
  const { viewers, opening, ends, shown } = viewersOf(true);
  for (let n = 0; n < 40; n++) viewers.hear(toScreen(ScreenMessage.open, n.toString(16).padStart(32, '0')));
  opening.resolve();
  await setImmediate();
  expect(ends).toHaveLength(32);
  expect(shown).toEqual(Array.from({ length: 8 }, () => ScreenMessage.end));
  viewers.close();
});

test('a connection ends when nobody hears what it says', async () => {
  const { viewers, opening, ends } = viewersOf(false);
  viewers.hear(toScreen(ScreenMessage.open, id));
  opening.resolve();
  await expect.poll(() => ends.length).toBe(1);
  ends[0]!.write('RFB');
  await once(ends[0]!.resume(), 'end');
});
