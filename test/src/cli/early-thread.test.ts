import { expect, test } from 'vitest';
import { likelyRunsMachine } from '../../../src/cli/early-thread.ts';

test.each(['start', 'demo -m 64', 'container run image', 'disk.img -snapshot', '-kernel bzImage -append quiet'])(
  '%s most likely runs a machine here',
  (line) => {
    expect(likelyRunsMachine(line.split(' '))).toBe(true);
  },
);

test.each([
  '-h',
  '--help',
  '-version',
  'help image',
  'image create a.img 1M',
  'inspect top',
  'ps',
  'container images',
  '-device help',
  'disk.img -daemonize',
  'disk.img -isolate caller',
  'disk.img -name one',
])('%s does not, or not in a thread without a name', (line) => {
  expect(likelyRunsMachine(line.split(' '))).toBe(false);
});

test('nor do no words at all', () => {
  expect(likelyRunsMachine([])).toBe(false);
});
