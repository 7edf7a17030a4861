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
    send: () => this.sent++,
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
  rig.turns.component.load({ next: 'Infinity' });
  expect(rig.requestAt(60e9)).toBe(1);
});
