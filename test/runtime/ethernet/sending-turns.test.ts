import { expect, test } from 'vitest';
import { SendingTurns } from '../../../runtime/ethernet/sending-turns.ts';
import { EventQueue } from '../../../runtime/time/events.ts';

test('when an earlier time is loaded, what the guest gives is sent at once', () => {
  let now = 0;
  let sent = 0;
  const clock = { now: () => now } as ConstructorParameters<typeof SendingTurns>[0]['clock'];
  const turns = new SendingTurns({ name: 'sending', clock, events: new EventQueue(), send: () => ++sent });
  now = 3600e9;
  turns.request();
  expect(sent).toBe(1);
  turns.request();
  expect(sent).toBe(1);
  turns.reset();
  now = 60e9;
  turns.request();
  expect(sent).toBe(2);
});

test('the more there is to send, the longer is the time to the next turn', () => {
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
  expect(turnsAt.splice(0)).toEqual([0, 4, 12, 20, 28, 36]);
  bytes = 100;
  giveUntil(51e6);
  expect(turnsAt).toEqual([44, 46, 48, 50]);
});
