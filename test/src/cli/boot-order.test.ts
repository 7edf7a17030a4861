import { expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';
import { checkedOrder } from '../../../src/options/boot-order.ts';

test.each([
  ['menu=on,splash-time=500', { menu: true, menuTime: 500 }],
  ['splash-time=500', { menuTime: 500 }],
  ['order=a,reboot-timeout=-1', { order: 'a' }],
])('-boot %s', (text, bootOrder) => {
  expect(parseArguments(['-boot', text]).machine).toEqual({ bootOrder });
});

test('how long the menu is offered is told to firmware, in 16 bits', () => {
  expect(checkedOrder({ menu: true, menuTime: 500 })).toEqual({ bootMenu: true, bootMenuWait: 500 });
  for (const menuTime of [-1, 0.5, 65_536])
    expect(() => checkedOrder({ menuTime })).toThrow(
      `bootOrder.menuTime, in milliseconds, is ${menuTime}; it must be a whole number from 0 to 65535`,
    );
});
