import { afterEach, expect, test, vi } from 'vitest';
import { onSignals, passSignals } from '../../../src/cli/signals.ts';

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

test('signals are passed on; the third request for an end is one, and so are ten seconds after a hangup', () => {
  vi.useFakeTimers();
  const told: string[] = [];
  const before = process.listenerCount('SIGINT');
  const now = vi.spyOn(performance, 'now');
  const receiver = {
    pass: (signal: string) => told.push(signal),
    warn: () => told.push('warn'),
    end: () => told.push('end'),
  };
  {
    using _signals = passSignals(receiver);
    for (const [time, signal] of [
      [0, 'SIGUSR1'],
      [0, 'SIGINT'],
      [100, 'SIGINT'],
      [200, 'SIGTERM'],
      [3000, 'SIGINT'],
    ] as const) {
      now.mockReturnValue(time);
      process.emit(signal);
    }
    expect(told.splice(0)).toEqual(['SIGUSR1', 'SIGINT', 'SIGTERM', 'warn', 'end']);
    now.mockReturnValue(6000);
    process.emit('SIGHUP');
    vi.advanceTimersByTime(9999);
    expect(told.splice(0)).toEqual(['SIGHUP']);
    vi.advanceTimersByTime(1);
    expect(told.splice(0)).toEqual(['end']);
    now.mockReturnValue(30_000);
    process.emit('SIGHUP');
  }
  // It has ended by itself: nothing is to come.
  vi.advanceTimersByTime(20_000);
  expect(told).toEqual(['SIGHUP']);
  expect(process.listenerCount('SIGINT')).toBe(before);
  vi.useRealTimers();
});
