import { expect, test } from 'vitest';
import type { ScreenUpdate } from '../../../src/machine-core.ts';
import { Screen } from '../../../src/screen/index.ts';
import { mode13 } from '../../oracle/display/modes.ts';
import { line, registersOf } from './rig.ts';

const PAGE = 4096;

/** A machine that answers when it is told to. All updates have the same bytes, as those of a machine have. */
class Updates {
  readonly bytes = new Uint8Array(PAGE);
  readonly #asked: PromiseWithResolvers<ScreenUpdate>[] = [];
  readonly screen = new Screen(true, () => {
    const update = Promise.withResolvers<ScreenUpdate>();
    this.#asked.push(update);
    return update.promise;
  });

  get asked(): number {
    return this.#asked.length;
  }

  answer(page: number, value: number): void {
    this.bytes.fill(value);
    const registers = registersOf(mode13);
    this.#asked.at(-1)!.resolve({ registers, memoryBytes: 0x40000, pages: [page], bytes: this.bytes });
  }

  fail(message: string): void {
    this.#asked.at(-1)!.reject(new Error(message));
  }
}

/** Lets promises that are resolved have their effects. */
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

test('an update is asked for when the one before has been taken, as its bytes are then overwritten', async () => {
  const updates = new Updates();
  const pictures = [updates.screen.image(), updates.screen.image()];
  await settle();
  expect(updates.asked).toBe(1);
  updates.answer(0, 5);
  await settle();
  expect(updates.asked).toBe(2);
  updates.answer(1, 6);
  const [, second] = await Promise.all(pictures);
  expect([line(second!, 0, 0, 1), line(second!, 2 * 13, 0, 1)]).toEqual([[5], [6]]);
});

test('an update that fails does not stop the next one', async () => {
  const updates = new Updates();
  const first = updates.screen.text();
  await settle();
  updates.fail('the machine is gone');
  await expect(first).rejects.toThrow('the machine is gone');
  const second = updates.screen.image();
  await settle();
  updates.answer(0, 9);
  expect(line(await second, 0, 0, 1)).toEqual([9]);
});

test('text that is expected of a screen that shows graphics is told to be none', async () => {
  const updates = new Updates();
  const expected = updates.screen.expect('login', { timeout: 0 });
  await settle();
  updates.answer(0, 1);
  await expect(expected).rejects.toThrow('0 ms passed while waiting for "login". The screen shows graphics: png() has');
});

test('a machine without a display adapter is told of', async () => {
  const screen = new Screen(false, async () => null);
  await expect(screen.text()).rejects.toThrow("no display adapter; make it with vga: 'std'");
});
