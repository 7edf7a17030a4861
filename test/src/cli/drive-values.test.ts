import { expect, test } from 'vitest';
import { parseArguments } from '../../../src/cli/arguments.ts';

const parse = (flag: string, properties: string) => () => parseArguments([flag, properties]);

test.each([
  ['cache=bogus', 'cache=bogus is not possible; cache is none, off, directsync, writeback, writethrough or unsafe'],
  ['aio=bogus', 'aio=bogus is not possible; aio is threads, native or io_uring'],
  ['discard=bogus', 'discard=bogus is not possible; discard is ignore, off, unmap or on'],
  ['detect-zeroes=bogus', 'detect-zeroes=bogus is not possible; detect-zeroes is off, on or unmap'],
  ['copy-on-read=maybe', "'maybe' is neither on nor off; give copy-on-read=on or copy-on-read=off"],
  ['cache.direct=maybe', "'maybe' is neither on nor off; give cache.direct=on or cache.direct=off"],
  ['snapshot=maybe', "'maybe' is neither on nor off; give snapshot=on or snapshot=off"],
])('-drive %s is refused with the values that there are', (property, message) => {
  expect(parse('-drive', `file=a.img,${property}`)).toThrow(`-drive: ${message}`);
});

test('the same values are refused of a -blockdev', () => {
  expect(parse('-blockdev', 'driver=raw,node-name=a,file.filename=b,discard=bogus')).toThrow(
    '-blockdev: discard=bogus',
  );
});

test.each([
  'cache=none',
  'cache=off',
  'aio=io_uring',
  'discard=unmap',
  'detect-zeroes=on',
  'cache.direct=yes',
  'copy-on-read',
])('-drive %s is taken', (property) => {
  expect(parse('-drive', `file=a.img,${property}`)().machine).toEqual({ drives: [{ image: 'a.img' }] });
});

test.each([
  ['yes', true],
  ['false', false],
])('readonly=%s is what QEMU takes it for', (value, readOnly) => {
  expect(parse('-drive', `file=a.img,readonly=${value}`)().machine).toEqual({ drives: [{ image: 'a.img', readOnly }] });
});
