import { expect, test } from 'vitest';
import { isThisHost } from '../../../../src/node/migration/socket-channel.ts';

// Of another host a reset doesn't say that the process there has ended: both could go on.
test.each([
  [undefined, true],
  ['127.0.0.1', true],
  ['127.1.2.3', true],
  ['::1', true],
  ['::ffff:127.0.0.1', true],
  ['10.127.0.1', false],
  ['::ffff:10.0.0.1', false],
  ['fe80::1', false],
])('the address %s is of this host: %s', (address, isHere) => {
  expect(isThisHost(address)).toBe(isHere);
});
