import { expect, test } from 'vitest';
import { SendingTurns } from '../../../runtime/ethernet/sending-turns.ts';
import { EventQueue } from '../../../runtime/time/events.ts';

/** Turns of a card at virtual times that the test sets. */
class Rig {
  now = 0;
  sent = 0;
  readonly events = new EventQueue();
  readonly turns = new SendingTurns({
    name: 'sending',
    clock: { now: () => this.now } as ConstructorParameters<typeof SendingTurns>[0]['clock'],
    events: this.events,
    send: () => {
      this.sent++;
      return 0;
    },
  });

  /** How many turns there have been when the guest has given something at this time. */
  requestAt(now: number): number {
    this.now = now;
    this.turns.request();
    return this.sent;
  }
}

test('another machine that goes on from a state sends when the first one does', () => {
  const [one, other] = [new Rig(), new Rig()];
  expect(one.requestAt(3600e9)).toBe(1);
  other.turns.component.load(one.turns.component.save());
  for (const rig of [one, other]) rig.sent = 0;
  // A turn has just been: what is given now waits for the next one.
  expect([one, other].map((rig) => rig.requestAt(3600e9 + 1000))).toEqual([0, 0]);
  expect(other.events.nextDeadline()).toBe(one.events.nextDeadline());
});

test('when a state of an earlier time is loaded, its next turn is when it was', () => {
  const rig = new Rig();
  expect(rig.requestAt(60e9)).toBe(1);
  const early = rig.turns.component.save();
  expect(rig.requestAt(3600e9)).toBe(2);
  rig.turns.component.load(early);
  expect(rig.requestAt(60e9 + 1000)).toBe(2);
  expect(rig.events.nextDeadline()).toBeLessThan(61e9);
});

test('a state whose next turn is far away holds nothing up', () => {
  const rig = new Rig();
  expect(() => rig.turns.component.load({ next: 'Infinity' })).toThrow('sending.next: expected time');
  rig.turns.component.load({ next: Number.MAX_SAFE_INTEGER });
  expect(rig.requestAt(60e9)).toBe(1);
});

test('where there is much to send the time to the next turn is longer', () => {
  let now = 0;
  let bytes = 100_000;
  const turnsAt: number[] = [];
  const clock = { now: () => now } as ConstructorParameters<typeof SendingTurns>[0]['clock'];
  const events = new EventQueue();
  const send = () => {
    turnsAt.push(now / 1e6);
    return bytes;
  };
  const turns = new SendingTurns({ name: 'sending', clock, events, send });
  /** A guest that gives something every half millisecond. */
  const giveUntil = (end: number) => {
    for (; now < end; now += 500_000) {
      events.runDue(now);
      turns.request();
    }
  };
  giveUntil(40e6);
  expect(turnsAt.splice(0)).toEqual([0, 8, 16, 24, 32]);
  bytes = 100;
  giveUntil(47e6);
  expect(turnsAt).toEqual([40, 42, 44, 46]);
});
