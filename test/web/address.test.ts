import { expect, test } from 'vitest';
import { checkAddress, settingsOf, startsAtOnce } from '../../web/address.ts';

test.each([
  ['#hda=disk.img&run', true],
  ['#system=text&run', true],
  ['#hda=disk.img', false],
  ['#kernel=https://evil.example/k&hda=opfs:disk.img&run', false],
  ['#run&fda=a.img&hdb=opfs%3Adisk.img', false],
  ['#kernel=https://evil.example/k&network=user&run', false],
  ['#state=https://evil.example/s&run', false],
  ['#kernel=k&folder=linux&muted&run', true],
])('%s starts at once: %s', (hash, starts) => {
  expect(startsAtOnce(settingsOf(hash))).toBe(starts);
});

test.each([
  ['#memroy=64&system=demo&run', "unknown 'memroy' in the address; similar: memory; it is one of: memory, cpu,"],
  ['#system=demo&run&__proto__=1', "unknown '__proto__' in the address"],
  ['#memory=16&=7', "unknown '' in the address"],
  ['#system=nonsense&run', "unknown system 'nonsense'; it is one of: demo, desktop, text"],
])('%s is refused', (hash, message) => {
  expect(() => checkAddress(hash)).toThrow(message);
});

test.each([
  '',
  '#',
  '#system=text&memory=32&run',
  '#hda=disks/dos.img&usb=mouse,keyboard&boot=dc',
  '#demo',
  '#state=a.state&folder=linux&muted',
])("'%s' is understood", (hash) => {
  expect(() => checkAddress(hash)).not.toThrow();
});
