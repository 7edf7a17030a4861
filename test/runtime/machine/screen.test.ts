import { expect, test } from 'vitest';
import type { ScreenUpdate } from '../../../runtime/devices/vga/picture.ts';
import { MachineScreen } from '../../../runtime/machine/screen.ts';

/** Pictures that note what is asked of them; updates have their size. */
function pictures(memoryBytes: number) {
  const asked: string[] = [];
  return {
    asked,
    isThere: false,
    update: (): ScreenUpdate => {
      asked.push('update');
      return { memoryBytes } as ScreenUpdate;
    },
    forget: () => void asked.push('forget'),
  };
}

test('a framebuffer is shown in the place of the display adapter while it is there', () => {
  const [adapter, framebuffer] = [pictures(1), pictures(2)];
  const screen = new MachineScreen(adapter, framebuffer);
  const sizes = [false, true, true, false].map((isThere) => {
    framebuffer.isThere = isThere;
    return screen.update()?.memoryBytes;
  });
  expect(sizes).toEqual([1, 2, 2, 1]);
  // A screen that nobody looked at for a while begins anew.
  expect(adapter.asked).toEqual(['update', 'forget', 'update']);
  expect(framebuffer.asked).toEqual(['update', 'update', 'forget']);
  screen.forget();
  expect(adapter.asked.at(-1)).toBe('forget');
});

test('without a display adapter there is the framebuffer alone, and without both no screen', () => {
  expect(new MachineScreen(null, pictures(2)).update()?.memoryBytes).toBe(2);
  const none = new MachineScreen(null, null);
  none.forget();
  expect(none.update()).toBe(null);
});
