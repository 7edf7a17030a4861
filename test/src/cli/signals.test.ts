import { afterEach, expect, test, vi } from 'vitest';
import { onSignals } from '../../../src/cli/signals.ts';

afterEach(() => vi.restoreAllMocks());

test('the first signal asks to leave, the second ends the program, and later ones are not heard', () => {
  const left: number[] = [];
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => {}) as () => never);
  const before = process.listenerCount('SIGHUP');
  {
    using _signals = onSignals((code) => left.push(code));
    process.emit('SIGTERM');
    expect([left, exit.mock.calls]).toEqual([[143], []]);
    process.emit('SIGINT');
    expect(exit.mock.calls).toEqual([[130]]);
  }
  expect(process.listenerCount('SIGHUP')).toBe(before);
});

test('the same signal at once, as to a process group whose launcher passes it on, is the same request', () => {
  const left: number[] = [];
  const exit = vi.spyOn(process, 'exit').mockImplementation((() => {}) as () => never);
  const now = vi.spyOn(performance, 'now').mockReturnValue(1000);
  using _signals = onSignals((code) => left.push(code));
  process.emit('SIGINT');
  now.mockReturnValue(1100);
  process.emit('SIGINT');
  expect([left, exit.mock.calls]).toEqual([[130], []]);
  now.mockReturnValue(2000);
  process.emit('SIGINT');
  expect([left, exit.mock.calls]).toEqual([[130], [[130]]]);
});
