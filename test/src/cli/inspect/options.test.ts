import { expect, test } from 'vitest';
import { parseOptions } from '../../../../src/cli/inspect/options.ts';

test('an option that may be given several times keeps all', () => {
  const { options } = parseOptions(
    ['--symbols', 'a', '--limit', '1', '--symbols=b', '--limit', '2'],
    ['symbols', 'limit'],
  );
  expect(options).toEqual({ symbols: ['a', 'b'], limit: 2 });
});
