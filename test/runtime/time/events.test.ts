import fc from 'fast-check';
import { expect, test } from 'vitest';
import { EventQueue } from '../../../runtime/time/events.ts';
import { restore } from '../../support/restore.ts';

function logged(names: string[]): { queue: EventQueue; log: string[]; timers: ReturnType<EventQueue['timer']>[] } {
  const queue = new EventQueue();
  const log: string[] = [];
  return { queue, log, timers: names.map((name) => queue.timer(name, (now) => log.push(`${name}@${now}`))) };
}

test('timers run by deadline, then in the order of their creation, and are disarmed first', () => {
  const { queue, log, timers } = logged(['a', 'b', 'c']);
  timers[2].arm(10);
  timers[1].arm(20);
  timers[0].arm(20);
  expect(queue.nextDeadline()).toBe(10);
  queue.runDue(20);
  expect(log).toEqual(['c@20', 'a@20', 'b@20']);
  expect(queue.nextDeadline()).toBe(Infinity);
  queue.runDue(100);
  expect(log).toHaveLength(3);
});

test('a timer that is not due stays, a disarmed one does not run', () => {
  const { queue, log, timers } = logged(['a', 'b']);
  timers[0].arm(10);
  timers[1].arm(11);
  timers[0].disarm();
  queue.runDue(10);
  expect(log).toEqual([]);
  expect(timers[0].deadline).toBe(Infinity);
  queue.runDue(11);
  expect(log).toEqual(['b@11']);
});

test('a timer armed again by its callback runs again if that has passed', () => {
  const queue = new EventQueue();
  const runs: number[] = [];
  const timer = queue.timer('tick', () => {
    runs.push(runs.length);
    timer.arm(runs.length * 10);
  });
  timer.arm(0);
  queue.runDue(35);
  expect(runs).toEqual([0, 1, 2, 3]);
  expect(queue.nextDeadline()).toBe(40);
});

test('when the guest is idle, timers that wait only for more to do come early', () => {
  const queue = new EventQueue();
  const log: string[] = [];
  const patient = queue.timer('patient', (now, due) => log.push(`${now} ${due}`), { whenIdle: true });
  const punctual = queue.timer('punctual', () => log.push('punctual'));
  expect(queue.runIdle(1)).toBe(false);
  punctual.arm(5);
  patient.arm(10);
  expect(queue.runIdle(2)).toBe(true);
  expect(log).toEqual(['2 2']);
  expect([patient.deadline, punctual.deadline]).toEqual([Infinity, 5]);
  expect(queue.runIdle(3)).toBe(false);
  patient.arm(10);
  queue.runDue(12);
  expect(log).toEqual(['2 2', 'punctual', '12 10']);
});

test('onEarlier tells when the earliest deadline moves earlier, and only then', () => {
  const { queue, timers } = logged(['a', 'b']);
  const told: number[] = [];
  queue.onEarlier = (deadline) => told.push(deadline);
  timers[0].arm(100);
  timers[1].arm(200);
  timers[1].arm(50);
  timers[1].arm(70);
  timers[0].arm(60);
  expect(told).toEqual([100, 50, 60]);
});

test('names are unique', () => {
  const { queue } = logged(['a']);
  expect(() => queue.timer('a', () => {})).toThrow("timer 'a' exists already");
});

test('whatever is armed and disarmed, timers run in order', () => {
  const step = fc.tuple(fc.nat(9), fc.oneof(fc.nat(50), fc.constant(Infinity)));
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const { queue, log, timers } = logged(Array.from({ length: 10 }, (_, i) => `${i}`));
      const expected = new Map<number, number>();
      for (const [index, deadline] of steps) {
        timers[index].arm(deadline);
        expected.set(index, deadline);
        expect(queue.nextDeadline()).toBe(Math.min(...expected.values()));
      }
      queue.runDue(1000);
      const order = [...expected].filter(([, at]) => at < Infinity).sort((a, b) => a[1] - b[1] || a[0] - b[0]);
      expect(log).toEqual(order.map(([index]) => `${index}@1000`));
    }),
  );
});

test('deadlines are saved by name, and load without disturbing others', () => {
  const { queue, timers } = logged(['a', 'b']);
  timers[0].arm(30);
  const saved = queue.component.save();
  timers[0].arm(99);
  timers[1].arm(5);
  expect(queue.component.compare(saved)).toEqual([
    { path: 'events.a', left: '99', right: '30' },
    { path: 'events.b', left: '5', right: 'Infinity' },
  ]);
  restore(queue.component, saved);
  expect(timers.map((timer) => timer.deadline)).toEqual([30, Infinity]);
  expect(() => queue.component.load({ z: 1 })).toThrow('events.z: unknown field');
});

test('a timer that is removed runs no more; one that comes again has its place among those of the same time', () => {
  const { queue, log, timers } = logged(['a', 'b']);
  timers[0]!.arm(10);
  queue.remove(timers[0]!);
  queue.runDue(20);
  expect([log, queue.timers.map(({ name }) => name)]).toEqual([[], ['b']]);
  const again = queue.timer('a', () => log.push('again'));
  for (const timer of [timers[1]!, again]) timer.arm(30);
  queue.runDue(30);
  expect(log).toEqual(['again', 'b@30']);
});
