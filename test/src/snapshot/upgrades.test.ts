import { expect, test } from 'vitest';
import { upgraded } from '../../../src/snapshot/upgrades.ts';

test('the SMBus comes before the other inputs of its interrupt line', () => {
  const lines = Array.from({ length: 16 }, (_, irq) => ({ inputs: irq === 9 || irq === 10 ? 5 : 0 }));
  const { components } = upgraded({ components: { irq: { lines } } }, 4) as {
    components: { irq: { lines: { inputs: number }[] } };
  };
  const expected = lines.map(({ inputs }, irq) => (irq === 9 ? 10 : inputs));
  expect(components.irq.lines.map(({ inputs }) => inputs)).toEqual(expected);
});

test.each([{}, { components: {} }, { components: { irq: { lines: 1 } } }])(
  'what is no state stays none: %j',
  (contents) => {
    expect(upgraded(contents, 4)).toMatchObject(contents);
  },
);
