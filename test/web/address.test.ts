import { expect, test } from 'vitest';
import { settingsOf, startsAtOnce } from '../../web/address.ts';

test.each([
  ['#hda=disk.img&run', true],
  ['#system=text&run', true],
  ['#hda=disk.img', false],
  ['#kernel=https://evil.example/k&hda=opfs:disk.img&run', false],
  ['#run&fda=a.img&hdb=opfs%3Adisk.img', false],
  ['#kernel=https://evil.example/k&network=user&run', false],
])('%s starts at once: %s', (hash, starts) => {
  expect(startsAtOnce(settingsOf(hash))).toBe(starts);
});
