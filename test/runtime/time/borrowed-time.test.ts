import fc from 'fast-check';
import { expect, test } from 'vitest';
import { BorrowedTime, MOST_BORROWED } from '../../../runtime/time/borrowed-time.ts';

/** Time that follows `host.time`. */
function borrowedTime() {
  const host = { time: 5000, nanoseconds: () => host.time };
  return { host, time: new BorrowedTime(host) };
}

test('what is borrowed is there at once, and paid back by a quarter of what passes', () => {
  const { host, time } = borrowedTime();
  time.borrow(1000);
  expect(time.nanoseconds()).toBe(6000);
  host.time += 400;
  expect(time.nanoseconds()).toBe(6300);
  host.time += 3600;
  expect(time.nanoseconds()).toBe(9000);
  host.time += 1e6;
  expect(time.nanoseconds()).toBe(host.time);
});

const step = fc.record({ pass: fc.nat(100_000), borrow: fc.nat(20_000) });

test('it never goes backwards, is never late, and ahead by no more than may be borrowed', () => {
  fc.assert(
    fc.property(fc.array(step), (steps) => {
      const { host, time } = borrowedTime();
      let last = time.nanoseconds();
      for (const { pass, borrow } of steps) {
        host.time += pass;
        const before = time.nanoseconds();
        time.borrow(borrow);
        const now = time.nanoseconds();
        expect(before).toBeGreaterThanOrEqual(last);
        expect(now).toBeGreaterThanOrEqual(before);
        expect(now - host.time).toBeGreaterThanOrEqual(0);
        expect(now - host.time).toBeLessThanOrEqual(MOST_BORROWED);
        last = now;
      }
    }),
  );
});

test('the host knows when so much will have passed', () => {
  fc.assert(
    fc.property(fc.array(step), fc.nat(1_000_000), (steps, wait) => {
      const { host, time } = borrowedTime();
      for (const { pass, borrow } of steps) {
        host.time += pass;
        time.borrow(borrow);
      }
      const start = time.nanoseconds();
      host.time = time.hostTimeAfter(wait);
      expect(time.nanoseconds()).toBeCloseTo(start + wait, 3);
    }),
  );
});
