import { expect, test } from 'vitest';
import { flagsToChange } from '../../../src/cli/option-flags.ts';
import { differencesText, optionDifferences, optionTexts } from '../../../src/options/differences.ts';

const between = (then: object, now: object) => optionDifferences(optionTexts(then, []), optionTexts(now, []));

test.each([
  [{ memory: 64 }, { memory: '32' }, 'memory 64 (here "32")', '-m 64'],
  [{ hpet: false }, {}, 'hpet false (here not given)', '-no-hpet'],
  [{}, { hpet: false }, 'hpet not given (here false)', 'without -no-hpet'],
  [{ balloon: true }, {}, 'balloon true (here not given)', '-device virtio-balloon-pci'],
  [
    {},
    { balloon: true, rng: true },
    'balloon not given (here true); rng not given (here true)',
    'without -device virtio-balloon-pci, without -device virtio-rng-pci',
  ],
  [
    { network: [{ card: 'e1000', mac: 'a' }, { card: 'pcnet' }] },
    { network: [{ card: 'e1000', mac: 'b' }] },
    'network[0].mac "a" (here "b"); network[1] {"card":"pcnet"} (here not given)',
    '-nic',
  ],
  [
    { boot: { kernel: new Uint8Array(3) } },
    { boot: { kernel: new Uint8Array(4) } },
    /^boot\.kernel {"bytes":3.*\(here {"bytes":4/,
    undefined,
  ],
])('%j and %j', (then, now, text, flags) => {
  const differences = between(then, now);
  if (typeof text === 'string') expect(differencesText(differences)).toBe(text);
  else expect(differencesText(differences)).toMatch(text);
  expect(flagsToChange(differences)).toBe(flags);
});

test('a long value is cut', () => {
  const text = differencesText(between({ usb: Array.from({ length: 100 }, () => 'usb-tablet') }, {}));
  expect(text.length).toBeLessThan(100);
  expect(text).toMatch(/^usb \["usb-tablet",.*… \(here not given\)$/);
});
